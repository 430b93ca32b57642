"""The weekly digest: worst first, what changed since last week, and one line when nothing did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.account.assessment import Assessment, assess
from bot.domain.enums import AccountStatus, PromptState
from bot.domain.model import Evidence, Promise, ProofState
from bot.domain.portfolio.account_summary import AccountSummary, summarize_account
from bot.domain.portfolio.digest import Digest, Figures, compose
from bot.phrases import phrase
from tests.support.domain_builders import ACME, KIM, NOW, TODAY, ago, assessed, at, meeting, onboarding, wrote
from tests.support.domain_strategies import states

GLOBEX = replace(ACME, id=2, slug="globex", name="Globex", arr_minor=4_000_000)


def acme(*evidence: Evidence, **more: object) -> Assessment:
    return assessed(onboarding(), *evidence, **more)  # type: ignore[arg-type]  # facts are checked where they are made


def globex(*evidence: Evidence) -> Assessment:
    moved = [replace(piece, outcome_id=20) for piece in evidence]
    return assessed(onboarding(id=20, title="Fewer tickets"), *moved, account=GLOBEX)


def week(*now: Assessment, after: Digest | None = None) -> Digest:
    """A digest today, a week after another one that was kept as JSON."""
    kept = None if after is None else Figures.from_json(json.loads(json.dumps(after.figures.as_json())))
    return composed(now, kept, at(ago(7)))


def composed(now: Sequence[Assessment], last: Figures | None = None, since: datetime | None = None) -> Digest:
    """The digest of accounts whose summaries went through JSON, as the stored ones do."""
    fresh = [summarize_account(assessment) for assessment in now]
    stored = [AccountSummary.from_json(summary.account, summary.as_json(), summary.told) for summary in fresh]
    assert stored == fresh
    return compose(stored, [meeting for one in now for meeting in one.state.meetings], last, since, NOW)


def test_coverage_is_by_arr_and_by_count_with_the_change_since_last_week() -> None:
    before = week(acme(), globex())
    result = week(acme(wrote("8.5")), globex(), after=before)
    (dollars,) = result.by_arr
    assert (dollars.currency, dollars.ratio, dollars.change) == ("USD", Decimal("0.375"), Decimal("0.375"))
    assert (result.by_count.ratio, result.by_count.change) == (Decimal("0.25"), Decimal("0.25"))


def test_the_first_digest_names_no_change() -> None:
    result = week(acme(wrote(5)))
    assert result.first
    assert result.by_count.change is None
    assert (result.newly_proven, result.newly_broken, result.nothing_changed) == ((), (), False)


def test_newly_proven_and_newly_broken_say_where_it_stands_and_why() -> None:
    before = week(acme(), globex(wrote(5)))
    result = week(acme(wrote(4)), globex(wrote(5, disputed_on=ago(1), disputed_by=KIM.id)), after=before)
    assert [(line.account.name, phrase(line.fact)) for line in result.newly_proven] == [
        ("Acme", "“Onboard a customer in 5 days” at 4 days, confirmed: Dana Fox wrote it")
    ]
    assert [(line.account.name, phrase(line.fact)) for line in result.newly_broken] == [
        ("Globex", "“Fewer tickets”, asserted, not confirmed: Kim Li disputes it")
    ]


def test_losing_part_of_the_credit_is_broken_and_gaining_part_is_not_proven() -> None:
    before = week(acme(wrote("8.5")))
    assert week(acme(wrote(11)), after=before).newly_broken != ()
    assert week(acme(wrote(6)), after=before).newly_proven == ()
    assert week(acme(wrote("8.5")), after=before).newly_broken == ()


def test_worst_first_and_accounts_without_danger_are_left_out() -> None:
    broken = globex(wrote(5, disputed_on=ago(1)))
    overdue = assessed(onboarding(owner_person_id=None), account=replace(ACME, id=3, name="Initech"))
    result = week(acme(wrote(5)), overdue, broken)
    assert [trouble.account.name for trouble in result.worst] == ["Initech", "Globex"]
    assert tuple(map(phrase, result.worst[1].facts)) == ("The customer disputes the proof of “Fewer tickets”",)
    assert phrase(result.worst[1].covered) == "0%"


def test_renewals_silence_and_theatre_are_named() -> None:
    soon = replace(ACME, renewal_date=TODAY + timedelta(days=30))
    silent = PromptState.SILENT
    meetings = (meeting(21), meeting(16), meeting(10), meeting(5, silent), meeting(2))
    result = week(acme(account=soon, meetings=meetings))
    assert [phrase(line.fact) for line in result.renewals] == ["Renews on 1 Apr 2026: 0% proven (0 of 1 outcome)"]
    assert [(one.member_id, one.asked, one.silent) for one in result.silent] == [(7, 2, 1)]
    assert [phrase(line.fact) for line in result.theatre] == [
        "The last 3 answers changed no evidence (14 Feb, 20 Feb, 28 Feb)"
    ]


def test_a_promise_becomes_forgotten_by_time_alone_and_that_is_news() -> None:
    promise = Promise(1, 1, "Single sign-on by spring", promised_on=ago(59))
    fresh = acme(promises=(promise,))
    assert fresh.next_change_on is not None and fresh.next_change_on <= ago(-1)
    before, after = week(fresh), acme(promises=(replace(promise, promised_on=ago(60)),))
    assert before.forgotten == ()
    result = week(after, after=before)
    assert [phrase(line.fact) for line in result.forgotten] == [
        "“Single sign-on by spring”: nobody has mentioned it since 1 Jan 2026"
    ]
    assert not result.nothing_changed


def test_former_customers_are_not_in_the_digest() -> None:
    former = assessed(onboarding(id=30), account=replace(ACME, id=3, status=AccountStatus.FORMER))
    result = week(acme(), former)
    assert result.coverage.accounts == 1
    assert "30" not in json.dumps(result.figures.as_json()["credits"])


def test_nothing_changed_is_said_only_when_nothing_did() -> None:
    before = week(acme(wrote("8.5")), globex())
    assert week(globex(), acme(wrote("8.5")), after=before).nothing_changed
    assert not week(acme(wrote(8)), globex(), after=before).nothing_changed
    unowned = assessed(onboarding(id=20, owner_person_id=None), account=GLOBEX)
    assert not week(acme(wrote("8.5")), unowned, after=before).nothing_changed
    silent = acme(wrote("8.5"), meetings=(meeting(2, PromptState.SILENT),))
    assert not week(silent, globex(), after=before).nothing_changed


def test_an_empty_portfolio_has_a_digest_without_figures() -> None:
    result = composed([])
    assert result.by_count.ratio is None
    assert result.by_arr == ()


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
    assert again.nothing_changed
    assert (again.newly_proven, again.newly_broken) == ((), ())
    assert again.figures == first.figures
