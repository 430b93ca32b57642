"""The weekly digest: worst first, what changed since last week, and one line when nothing did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.account.assessment import Assessment, assess
from bot.domain.enums import AccountStatus, CreditCause, PromptState, Verdict
from bot.domain.facts import Fact
from bot.domain.model import Account, Evidence, Judgement, Promise, ProofState
from bot.domain.portfolio.account_summary import (
    AccountSummary,
    OutcomeTold,
    standings_as_json,
    standings_from_json,
    summarize_account,
)
from bot.domain.portfolio.comparison import AccountChange, AccountMove, Whereabouts
from bot.domain.portfolio.digest import AccountNews, Digest, Figures, Listener, Sources, compose
from bot.phrases import phrase
from tests.support.domain_builders import (
    ACME,
    EVERYBODY,
    KIM,
    NOW,
    TODAY,
    ago,
    assessed,
    at,
    meeting,
    onboarding,
    wrote,
)
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
        self.causes: dict[int, CreditCause | None] = {}
        self.moves: list[AccountMove] = []

    def account(self, news: AccountNews) -> None:
        self.worst += [news] if news.dangers else []
        self.renewals += [(news.account, fact) for fact in news.renewals]
        self.theatre += [(news.account, fact) for fact in news.theatre]
        self.forgotten += [(news.account, fact) for fact in news.forgotten]

    def changed(self, change: AccountChange) -> None:
        told = [(outcome, outcome.told.stands) for outcome in change.outcomes if outcome.told is not None]
        self.newly_proven += [(change.account, stands) for outcome, stands in told if outcome.newly_proven]
        self.newly_broken += [(change.account, stands) for outcome, stands in told if outcome.broken]
        self.causes.update({outcome.outcome_id: outcome.cause for outcome in change.outcomes})

    def moved(self, move: AccountMove) -> None:
        self.moves.append(move)


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

    def standings(account_ids: Sequence[int]) -> Iterator[tuple[Account, Mapping[int, OutcomeTold]]]:
        for assessment in ordered:
            if assessment.account.id in account_ids:
                yield assessment.account, standings_from_json(standings_as_json(assessment))

    def places(account_ids: Sequence[int]) -> Iterator[Whereabouts]:
        for assessment in ordered:
            if assessment.account.id in account_ids:
                yield Whereabouts(assessment.account, "North", None, taken_back=False)

    heard = Heard()
    meetings = iter([meeting for one in now for meeting in one.state.meetings])
    sources = Sources(iter(stored), standings, places, meetings)
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
    assert (result.newly_proven, result.newly_broken, result.digest.quiet) == ([], [], False)


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
        "“Single sign-on by spring”, not mentioned since 1 Jan 2026"
    ]
    assert not result.digest.quiet


def test_former_customers_are_not_in_the_digest() -> None:
    former = assessed(onboarding(id=30), account=replace(ACME, id=3, status=AccountStatus.FORMER))
    result = week(acme(), former)
    assert result.digest.coverage.accounts == 1
    row = result.digest.figures.book and result.digest.figures.book.row(3)
    assert row and row.is_former and not len(row.outcomes)


def test_nothing_changed_is_said_only_when_nothing_did() -> None:
    before = week(acme(wrote("8.5")), globex())
    assert week(globex(), acme(wrote("8.5")), after=before).digest.quiet
    assert not week(acme(wrote(8)), globex(), after=before).digest.quiet
    unowned = assessed(onboarding(id=20, owner_person_id=None), account=GLOBEX)
    assert not week(acme(wrote("8.5")), unowned, after=before).digest.quiet
    lost = acme(wrote("8.5"), account=replace(ACME, status=AccountStatus.FORMER))
    assert not week(lost, globex(), after=before).digest.quiet
    no = Judgement(1, 1, Verdict.NO, "They look elsewhere", judged_by=7, judged_at=at(ago(1)))
    assert not week(acme(wrote("8.5"), judgements=(no,)), globex(), after=before).digest.quiet


def test_quiet_weeks_in_a_row_are_counted() -> None:
    first = week(acme(wrote("8.5")))
    second = week(acme(wrote("8.5")), after=first)
    third = week(acme(wrote("8.5")), after=second)
    assert [heard.digest.figures.quiet_weeks for heard in (first, second, third)] == [0, 1, 2]
    assert week(acme(wrote(8)), after=third).digest.figures.quiet_weeks == 0


def test_silence_in_meetings_is_counted_and_does_not_make_a_loud_week() -> None:
    before = week(acme())
    result = week(acme(meetings=(meeting(2, PromptState.SILENT),)), after=before)
    assert [(silence.account_id, silence.asked, silence.silent) for silence in result.digest.silences] == [(1, 1, 1)]


def test_each_cause_is_what_became_of_the_evidence_that_gave_the_credit() -> None:
    piece = wrote(5, as_of=ago(30), recorded_at=at(ago(30)), id=50)
    before = week(acme(piece))

    def cause(*evidence: Evidence, **more: object) -> CreditCause | None:
        return week(acme(*evidence, **more), after=before).causes.get(1)

    worse = wrote(11, as_of=ago(2), id=51)
    assert cause(piece, worse) is CreditCause.FALLEN_BACK
    assert cause(piece, replace(worse, as_of=ago(20), recorded_at=at(ago(1)))) is CreditCause.RESTATED
    corrected = replace(piece, superseded_by=52, superseded_on=ago(1))
    assert cause(corrected, wrote(9, as_of=ago(30), recorded_at=at(ago(1)), id=52)) is CreditCause.RESTATED
    assert cause(replace(piece, disputed_on=ago(1), disputed_by=KIM.id)) is CreditCause.DISPUTED
    assert cause(replace(piece, withdrawn_on=ago(1), withdrawn_why="wrong")) is CreditCause.WITHDRAWN
    disputed_first = replace(piece, disputed_on=ago(2), withdrawn_on=ago(1))
    assert cause(disputed_first) is CreditCause.DISPUTED
    left = [replace(person, left_on=ago(1)) for person in EVERYBODY]
    assert week(assessed(onboarding(), piece, *left), after=before).causes == {1: CreditCause.PERSON_LEFT}
    assert cause() is CreditCause.WITHDRAWN  # the evidence itself was taken back with its import
    assert cause(piece) is None


def test_missed_and_expired_and_changed_terms_are_causes_of_their_own() -> None:
    old = wrote(5, as_of=ago(60), recorded_at=at(ago(60)), id=50)

    def cause(then: Assessment, now: Assessment) -> CreditCause | None:
        return week(now, after=week(then)).causes.get(1)

    assert cause(acme(old), assessed(onboarding(shelf_life_days=30), old)) is CreditCause.EXPIRED
    due = onboarding(due_on=ago(3))
    at_the_start = wrote(12, as_of=ago(2), id=51)
    assert cause(assessed(due, old), assessed(due, old, at_the_start)) is CreditCause.MISSED
    harder = onboarding(target=Decimal(4))
    assert cause(acme(old), assessed(harder, old)) is CreditCause.TERMS
    unagreed = onboarding(baseline_agreed_by=None)
    assert cause(acme(old), assessed(unagreed, old)) is CreditCause.TERMS


def test_new_proof_is_proven_whatever_its_day() -> None:
    late = wrote(5, as_of=ago(40), recorded_at=at(ago(1)))
    result = week(acme(late), after=week(acme()))
    assert result.causes == {1: CreditCause.PROVEN}
    assert week(acme(wrote("8.5", as_of=ago(40))), after=week(acme())).causes == {1: CreditCause.PARTLY_PROVEN}


def test_what_new_rules_change_is_the_step_upgrade() -> None:
    before = week(acme(wrote(5, as_of=ago(30), recorded_at=at(ago(30)), id=50)))
    older = replace(before.digest.figures, rules="an older one")
    now = assessed(onboarding(baseline_agreed_by=None), wrote(5, as_of=ago(30), recorded_at=at(ago(30)), id=50))
    assert composed([now], older).causes == {1: CreditCause.UPGRADE}


def test_a_missed_outcome_is_broken_even_where_no_credit_moved() -> None:
    due = onboarding(due_on=ago(-1))
    started = wrote(12, as_of=ago(10), recorded_at=at(ago(10)))
    before = week(assessed(due, started))
    result = week(assessed(onboarding(due_on=ago(1)), started), after=before)
    assert [account.name for account, _ in result.newly_broken] == ["Acme"]
    assert result.causes == {1: None}
    assert result.digest.bridges[0].lines == ()


def test_figures_of_a_release_without_a_bridge_are_one_step() -> None:
    old = {"by_arr": {"USD": "0.5", "EUR": "0.25"}, "by_count": "0.5", "credits": {"1": "1"}, "dangers": ""}
    result = composed([acme(wrote("8.5"))], Figures.from_json(old))
    bridges = {bridge.currency: bridge for bridge in result.digest.bridges}
    assert result.digest.unexplained
    assert [(line.step, line.change) for line in bridges["EUR"].lines] == [(CreditCause.UPGRADE, Fraction(-1, 4))]
    assert (bridges["USD"].start, bridges["USD"].end) == (Fraction(1, 2), Fraction(1, 2))


def test_an_account_that_cannot_be_read_stands_as_it_was_told() -> None:
    before = week(acme(wrote(5)), globex())
    heard = Heard()
    assert before.digest.figures.book is not None
    stored = [summarize_account(globex())]
    sources = Sources(iter(stored), lambda ids: iter(()), lambda ids: iter(()), iter(()))
    heard.digest = compose(sources, (before.digest.figures, at(ago(7))), NOW, heard, unread=[1])
    assert heard.digest.bridges[0].lines == ()
    assert heard.digest.figures.book == before.digest.figures.book
    assert not heard.digest.quiet


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
    assert again.digest.quiet
    assert (again.newly_proven, again.newly_broken) == ([], [])
    assert replace(again.digest.figures, quiet_weeks=0) == first.digest.figures
