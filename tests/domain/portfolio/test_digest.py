"""The weekly digest: worst first, what changed since last week, and one line when nothing did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.account.assessment import Assessment, assess
from bot.domain.enums import AccountStatus, PromptState
from bot.domain.facts import Fact
from bot.domain.model import Account, Evidence, Promise, ProofState
from bot.domain.portfolio.account_summary import (
    AccountSummary,
    standings_as_json,
    standings_from_json,
    summarize_account,
)
from bot.domain.portfolio.digest import AccountNews, Digest, Figures, Listener, Moved, Sources, compose
from bot.phrases import phrase
from tests.support.domain_builders import ACME, KIM, NOW, TODAY, ago, assessed, at, meeting, onboarding, wrote
from tests.support.domain_strategies import states

GLOBEX = replace(ACME, id=2, slug="globex", name="Globex", arr_minor=4_000_000)


def acme(*evidence: Evidence, **more: object) -> Assessment:
    return assessed(onboarding(), *evidence, **more)  # type: ignore[arg-type]  # facts are checked where they are made


def globex(*evidence: Evidence) -> Assessment:
    moved = [replace(piece, outcome_id=20) for piece in evidence]
    return assessed(onboarding(id=20, title="Fewer tickets"), *moved, account=GLOBEX)


class Heard(Listener):
    """A digest with all that it told, each list worst first."""

    digest: Digest

    def __init__(self) -> None:
        self.worst: list[AccountNews] = []
        self.renewals: list[tuple[Account, Fact]] = []
        self.theatre: list[tuple[Account, Fact]] = []
        self.forgotten: list[tuple[Account, Fact]] = []
        self.newly_proven: list[tuple[Account, Fact]] = []
        self.newly_broken: list[tuple[Account, Fact]] = []

    def account(self, news: AccountNews) -> None:
        self.worst += [news] if news.dangers else []
        self.renewals += [(news.account, fact) for fact in news.renewals]
        self.theatre += [(news.account, fact) for fact in news.theatre]
        self.forgotten += [(news.account, fact) for fact in news.forgotten]

    def moved(self, moved: Moved) -> None:
        self.newly_proven += [(moved.account, fact) for fact in moved.proven]
        self.newly_broken += [(moved.account, fact) for fact in moved.broken]


def week(*now: Assessment, after: Heard | None = None) -> Heard:
    """A digest today, a week after another one that was kept as JSON."""
    kept = None if after is None else Figures.from_json(json.loads(json.dumps(after.digest.figures.as_json())))
    return composed(now, kept)


def composed(now: Sequence[Assessment], last: Figures | None = None) -> Heard:
    """The digest of accounts whose summaries went through JSON, as the stored ones do."""
    ordered = sorted(now, key=lambda assessment: assessment.worst_first)
    fresh = [summarize_account(assessment) for assessment in ordered]
    stored = [AccountSummary.from_json(summary.account, summary.as_json()) for summary in fresh]
    assert stored == fresh

    def standings(outcome_ids: Sequence[int]) -> Iterator[tuple[Account, dict[int, Fact]]]:
        for assessment in ordered:
            by_outcome = standings_from_json(standings_as_json(assessment))
            if by_outcome.keys() & set(outcome_ids):
                yield assessment.account, by_outcome

    heard = Heard()
    sources = Sources(iter(stored), standings, iter([meeting for one in now for meeting in one.state.meetings]))
    heard.digest = compose(sources, None if last is None else (last, at(ago(7))), NOW, heard)
    return heard


def test_coverage_is_by_arr_and_by_count_with_the_change_since_last_week() -> None:
    before = week(acme(), globex())
    result = week(acme(wrote("8.5")), globex(), after=before)
    (dollars,) = result.digest.by_arr
    assert (dollars.currency, dollars.ratio, dollars.change) == ("USD", Decimal("0.375"), Decimal("0.375"))
    assert (result.digest.by_count.ratio, result.digest.by_count.change) == (Decimal("0.25"), Decimal("0.25"))


def test_the_first_digest_names_no_change() -> None:
    result = week(acme(wrote(5)))
    assert result.digest.first
    assert result.digest.by_count.change is None
    assert (result.newly_proven, result.newly_broken, result.digest.nothing_changed) == ([], [], False)


def test_newly_proven_and_newly_broken_say_where_it_stands_and_why() -> None:
    before = week(acme(), globex(wrote(5)))
    result = week(acme(wrote(4)), globex(wrote(5, disputed_on=ago(1), disputed_by=KIM.id)), after=before)
    assert [(account.name, phrase(fact)) for account, fact in result.newly_proven] == [
        (
            "Acme",
            "“Onboard a customer in 5 days” at 4 days, confirmed: Dana Fox wrote it, seen by Priya Nair on 20 Feb 2026",
        )
    ]
    assert [(account.name, phrase(fact)) for account, fact in result.newly_broken] == [
        ("Globex", "“Fewer tickets”, asserted, not confirmed: Kim Li disputes it")
    ]


def test_losing_part_of_the_credit_is_broken_and_gaining_part_is_not_proven() -> None:
    before = week(acme(wrote("8.5")))
    assert week(acme(wrote(11)), after=before).newly_broken
    assert week(acme(wrote(6)), after=before).newly_proven == []
    assert week(acme(wrote("8.5")), after=before).newly_broken == []


def test_worst_first_and_accounts_without_danger_are_left_out() -> None:
    broken = globex(wrote(5, disputed_on=ago(1)))
    overdue = assessed(onboarding(owner_person_id=None), account=replace(ACME, id=3, name="Initech"))
    result = week(acme(wrote(5)), overdue, broken)
    assert [trouble.account.name for trouble in result.worst] == ["Initech", "Globex"]
    assert tuple(map(phrase, result.worst[1].dangers)) == ("The customer disputes the proof of “Fewer tickets”",)
    assert phrase(result.worst[1].covered) == "0%"


def test_renewals_silence_and_theatre_are_named() -> None:
    soon = replace(ACME, renewal_date=TODAY + timedelta(days=30))
    silent = PromptState.SILENT
    meetings = (meeting(21), meeting(16), meeting(10), meeting(5, silent), meeting(2))
    result = week(acme(account=soon, meetings=meetings), after=week(acme(account=soon)))
    assert [phrase(fact) for _, fact in result.renewals] == ["Renews on 1 Apr 2026: 0% proven (0 of 1 outcome)"]
    assert [(one.member_id, one.asked, one.silent) for one in result.digest.silent] == [(7, 2, 1)]
    assert [phrase(fact) for _, fact in result.theatre] == [
        "The last 3 answers changed no evidence (14 Feb, 20 Feb, 28 Feb)"
    ]


def test_a_promise_becomes_forgotten_by_time_alone_and_that_is_news() -> None:
    promise = Promise(1, 1, "Single sign-on by spring", promised_on=ago(59))
    fresh = acme(promises=(promise,))
    assert fresh.next_change_on is not None and fresh.next_change_on <= ago(-1)
    before, after = week(fresh), acme(promises=(replace(promise, promised_on=ago(60)),))
    assert before.forgotten == []
    result = week(after, after=before)
    assert [phrase(fact) for _, fact in result.forgotten] == [
        "“Single sign-on by spring”: nobody has mentioned it since 1 Jan 2026"
    ]
    assert not result.digest.nothing_changed


def test_former_customers_are_not_in_the_digest() -> None:
    former = assessed(onboarding(id=30), account=replace(ACME, id=3, status=AccountStatus.FORMER))
    result = week(acme(), former)
    assert result.digest.coverage.accounts == 1
    assert "30" not in json.dumps(result.digest.figures.as_json()["credits"])


def test_nothing_changed_is_said_only_when_nothing_did() -> None:
    before = week(acme(wrote("8.5")), globex())
    assert week(globex(), acme(wrote("8.5")), after=before).digest.nothing_changed
    assert not week(acme(wrote(8)), globex(), after=before).digest.nothing_changed
    unowned = assessed(onboarding(id=20, owner_person_id=None), account=GLOBEX)
    assert not week(acme(wrote("8.5")), unowned, after=before).digest.nothing_changed
    silent = acme(wrote("8.5"), meetings=(meeting(2, PromptState.SILENT),))
    assert not week(silent, globex(), after=before).digest.nothing_changed


def test_an_empty_portfolio_has_a_digest_without_figures() -> None:
    result = composed([])
    assert result.digest.by_count.ratio is None
    assert result.digest.by_arr == ()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(states(), max_size=4))
def test_a_week_without_a_change_reports_none_and_figures_survive_json(found: list[ProofState]) -> None:
    accounts = []
    for number, state in enumerate(found):
        outcomes = tuple(replace(one, id=one.id + 1000 * number) for one in state.outcomes)
        evidence = tuple(replace(one, outcome_id=one.outcome_id + 1000 * number) for one in state.evidence)
        account = replace(state.account, id=number, arr_minor=number or None, currency="USD")
        changed = replace(state, account=account, outcomes=outcomes, evidence=evidence)
        accounts.append(assess(changed, TODAY, NOW))
    first = composed(accounts)
    again = week(*reversed(accounts), after=first)
    assert again.digest.nothing_changed
    assert (again.newly_proven, again.newly_broken) == ([], [])
    assert again.digest.figures == first.digest.figures
