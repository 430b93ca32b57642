"""What the rules say of a whole account: coverage, dangers, gaps, judgement, and when time changes any of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.account.assessment import Assessment, assess
from bot.domain.enums import AccountStatus, PromptState, RiskKind, Severity, Source, Standing, Verdict
from bot.domain.model import Action, Evidence, Gap, Judgement, Outcome, Person, ProofState, Risk
from bot.domain.proof.coverage import portfolio_coverage
from bot.domain.values.money import Money
from bot.phrases import phrase
from tests.support.domain_builders import (
    ACME,
    DANA,
    FIN,
    KIM,
    NOW,
    PRIYA,
    SAM,
    TODAY,
    ago,
    assessed,
    at,
    legal,
    measured,
    meeting,
    onboarding,
    piece,
    wrote,
)
from tests.support.domain_strategies import states


def kinds(assessment: Assessment) -> set[RiskKind]:
    return {danger.kind for danger in assessment.dangers}


def fact(assessment: Assessment, kind: RiskKind) -> str:
    return next(phrase(danger.fact) for danger in assessment.dangers if danger.kind is kind)


def test_coverage_is_credit_over_outcomes_and_expired_and_disputed_ones_count_below_the_line() -> None:
    second, third, fourth = (onboarding(id=number) for number in (3, 4, 5))
    result = assessed(
        onboarding(),
        second,
        third,
        fourth,
        wrote(5),
        wrote("8.5", outcome_id=3),
        wrote(5, outcome_id=4, age=91),
        wrote(5, outcome_id=5, disputed_on=ago(1)),
    )
    assert result.coverage == Decimal("1.5") / 4
    assert phrase(result.covered) == "37%"
    assert [graded.outcome.id for graded in result.proven] == [1]
    assert [graded.outcome.id for graded in result.partly_proven] == [3]
    assert [graded.outcome.id for graded in result.unproven] == [4, 5]


def test_an_account_without_an_outcome_has_coverage_0_and_says_so() -> None:
    result = assessed()
    assert result.coverage == 0
    assert phrase(result.covered) == "nobody has written down what success means"
    assert fact(result, RiskKind.NO_SUCCESS_WRITTEN) == "Nobody has written down what success means"


def test_an_outcome_retired_unproven_counts_until_the_manager_agrees() -> None:
    retired = onboarding(id=3, retired_on=ago(1), retired_why="they sold that unit")
    waiting = assessed(onboarding(), retired, wrote(5))
    assert (waiting.coverage, waiting.counted, len(waiting.retired)) == (Decimal("0.5"), 2, 1)
    agreed = assessed(onboarding(), replace(retired, retire_agreed_by=7, retire_agreed_on=TODAY), wrote(5))
    assert (agreed.coverage, agreed.counted, agreed.retired) == (Decimal(1), 1, ())
    assert assessed(onboarding(), retired, wrote(5), on=ago(2)).coverage == Decimal("0.5")


def test_a_proven_outcome_that_is_retired_leaves_both_sides() -> None:
    other = onboarding(id=3, title="Sign in a day")
    retired = onboarding(retired_on=ago(1), retired_why="done")
    assert assessed(other, retired, wrote(5)).coverage == 0
    assert assessed(other, retired, wrote(5)).counted == 1


def test_what_comes_after_the_retirement_does_not_prove_it() -> None:
    retired = onboarding(retired_on=ago(9), retired_why="n/a")
    late = wrote(5, age=20, recorded_at=at(ago(3)))
    assert assessed(onboarding(id=3), retired, late).counted == 2


def test_retiring_what_was_missed_does_not_end_its_danger() -> None:
    missed = onboarding(due_on=ago(20))
    at_baseline = wrote(12, age=10)
    retired = replace(missed, retired_on=ago(1), retired_why="n/a")
    agreed = replace(retired, retire_agreed_by=7, retire_agreed_on=TODAY)
    other = onboarding(id=3)
    assert RiskKind.DISPROVEN in kinds(assessed(missed, at_baseline))
    assert RiskKind.DISPROVEN in kinds(assessed(other, retired, at_baseline))
    assert RiskKind.DISPROVEN not in kinds(assessed(other, agreed, at_baseline))


def test_portfolio_coverage_is_by_arr_in_each_currency_with_the_count_beside_it() -> None:
    dollars = replace(ACME, arr_minor=300_00)
    other = replace(ACME, arr_minor=100_00)
    euros = replace(ACME, arr_minor=50_00, currency="EUR")
    unknown = replace(ACME, arr_minor=None)
    former = replace(ACME, status=AccountStatus.FORMER)
    half = Decimal("0.5")
    result = portfolio_coverage(
        [
            (dollars, half, 2, 1),
            (other, Decimal(0), 1, 0),
            (euros, Decimal(1), 1, 1),
            (unknown, half, 2, 1),
            (former, half, 9, 9),
        ]
    )
    assert [(one.arr, one.covered, one.ratio) for one in result.by_arr] == [
        (Money(400_00, "USD"), Money(150_00, "USD"), Decimal("0.375")),
        (Money(50_00, "EUR"), Money(50_00, "EUR"), Decimal(1)),
    ]
    assert result.by_count == Decimal(2) / 4
    assert (result.accounts, result.unknown_arr, result.outcomes, result.proven) == (4, 1, 6, 3)


def test_an_empty_portfolio_has_unknown_coverage() -> None:
    result = portfolio_coverage([])
    assert result.by_count is None
    assert result.by_arr == ()


def test_danger_no_customer_side_owner_is_one_for_the_account() -> None:
    orphan = onboarding(owner_person_id=None)
    assert fact(assessed(orphan), RiskKind.NO_CUSTOMER_OWNER) == "Nobody at the customer owns an outcome"
    some = assessed(onboarding(), legal(owner_person_id=None))
    assert fact(some, RiskKind.NO_CUSTOMER_OWNER) == "Nobody at the customer owns “Legal signs without us”"
    assert RiskKind.NO_CUSTOMER_OWNER not in kinds(assessed(onboarding()))
    left = assessed(onboarding(), DANA, KIM, replace(SAM, left_on=ago(1)))
    assert RiskKind.NO_CUSTOMER_OWNER in kinds(left)


def test_danger_sponsor_left_until_somebody_has_the_part() -> None:
    gone = replace(DANA, left_on=ago(3))
    result = assessed(onboarding(), gone, KIM, SAM)
    assert fact(result, RiskKind.SPONSOR_LEFT) == "Dana Fox, champion, left on 27 Feb 2026 and nobody has taken over"
    successor = replace(DANA, id=9, name="Lena Voss")
    assert RiskKind.SPONSOR_LEFT not in kinds(assessed(onboarding(), gone, successor, KIM, SAM))
    assert RiskKind.SPONSOR_LEFT not in kinds(assessed(onboarding(), DANA, KIM, SAM, replace(FIN, left_on=ago(3))))


def test_danger_proof_expired() -> None:
    result = assessed(onboarding(), wrote(5, age=91))
    danger = next(d for d in result.dangers if d.kind is RiskKind.PROOF_EXPIRED)
    assert phrase(danger.fact) == "“Onboard a customer in 5 days” was confirmed, and its evidence expired on 2 Mar 2026"
    assert (danger.subject, danger.since, danger.severity) == ("outcome:1", TODAY, Severity.MEDIUM)
    assert RiskKind.PROOF_EXPIRED not in kinds(assessed(onboarding(), measured(5, age=91)))
    assert RiskKind.PROOF_EXPIRED not in kinds(assessed(onboarding(), wrote(5, age=91), wrote(5)))


def test_danger_renewal_within_120_days_and_under_80_percent() -> None:
    soon = replace(ACME, renewal_date=TODAY + timedelta(days=120))
    result = assessed(onboarding(), wrote("8.5"), account=soon)
    assert fact(result, RiskKind.RENEWAL_UNPROVEN) == "Renews on 30 Jun 2026: 50% proven (0 of 1 outcome)"
    assert RiskKind.RENEWAL_UNPROVEN not in kinds(assessed(onboarding(), wrote(5), account=soon))
    later = replace(ACME, renewal_date=TODAY + timedelta(days=121))
    assert RiskKind.RENEWAL_UNPROVEN not in kinds(assessed(onboarding(), account=later))
    passed = assessed(onboarding(), account=replace(ACME, renewal_date=ago(10)))
    assert fact(passed, RiskKind.RENEWAL_UNPROVEN) == "Was to renew on 20 Feb 2026: 0% proven (0 of 1 outcome)"


def test_a_renewal_date_that_nobody_knows_is_no_danger() -> None:
    assert RiskKind.RENEWAL_UNPROVEN not in kinds(assessed(onboarding(), account=replace(ACME, renewal_date=None)))


def test_danger_two_prompts_unanswered_in_a_row() -> None:
    silent = PromptState.SILENT
    two = (meeting(30), meeting(14, silent), meeting(7, silent))
    expected = "2 prompts in a row went unanswered (the last: 16 Feb, 23 Feb)"
    assert fact(assessed(onboarding(), meetings=two), RiskKind.PROMPTS_UNANSWERED) == expected
    assert RiskKind.PROMPTS_UNANSWERED not in kinds(assessed(onboarding(), meetings=(*two, meeting(1))))
    called_off = (meeting(14, silent), meeting(10, PromptState.OFF), meeting(7, silent))
    assert RiskKind.PROMPTS_UNANSWERED in kinds(assessed(onboarding(), meetings=called_off))


def test_an_open_prompt_is_silence_once_its_meeting_has_begun() -> None:
    meetings = (meeting(14, PromptState.SILENT), meeting(0, PromptState.OPEN))
    state = assessed(onboarding(), meetings=meetings).state
    assert RiskKind.PROMPTS_UNANSWERED not in kinds(assess(state, TODAY, at(TODAY, 8)))
    assert RiskKind.PROMPTS_UNANSWERED in kinds(assess(state, TODAY, at(TODAY, 10)))
    assert assess(state, TODAY, at(TODAY, 8)).next_change_on == TODAY


def test_danger_three_meetings_without_new_evidence() -> None:
    three = (meeting(21), meeting(14, PromptState.SILENT, moved=None), meeting(7))
    result = assessed(onboarding(), meetings=three)
    expected = "The last 3 meetings brought no new evidence (9 Feb, 16 Feb, 23 Feb)"
    assert fact(result, RiskKind.NO_NEW_EVIDENCE) == expected
    assert RiskKind.NO_NEW_EVIDENCE not in kinds(assessed(onboarding(), meetings=three[:2]))
    assert RiskKind.NO_NEW_EVIDENCE not in kinds(assessed(onboarding(), meetings=(*three[:2], meeting(7, moved=True))))
    elsewhere = assessed(onboarding(), measured(8, age=10), meetings=three)
    assert RiskKind.NO_NEW_EVIDENCE not in kinds(elsewhere)
    unchecked = assessed(onboarding(), measured(8, age=10, reference_key=None), meetings=three)
    assert RiskKind.NO_NEW_EVIDENCE in kinds(unchecked)


def test_danger_disputed_proof() -> None:
    disputed = wrote(5, disputed_on=ago(1), disputed_by=KIM.id, disputed_why="it counts test users")
    danger = assessed(onboarding(), disputed).dangers[0]
    assert danger.kind is RiskKind.PROOF_DISPUTED
    expected = "Kim Li disputes the proof of “Onboard a customer in 5 days”: it counts test users"
    assert phrase(danger.fact) == expected
    assert (danger.severity, danger.since) == (Severity.HIGH, ago(1))


def test_danger_disproven() -> None:
    result = assessed(onboarding(due_on=ago(1)), wrote(12))
    expected = "“Onboard a customer in 5 days” was due on 1 Mar 2026 and has not moved from 12 days"
    assert fact(result, RiskKind.DISPROVEN) == expected


def test_danger_action_overdue_by_a_week_until_the_customer_was_told() -> None:
    late = Action(5, 1, "Send the usage report", owner_id=7, due_on=ago(7))
    result = assessed(onboarding(), actions=(late,))
    expected = "“Send the usage report” was due on 23 Feb 2026 (Maya Lindqvist)"
    assert fact(result, RiskKind.ACTION_OVERDUE) == expected
    for done in (
        replace(late, due_on=ago(6)),
        replace(late, told_on=ago(1), told_words="it is there now"),
        replace(late, dropped_on=ago(1)),
    ):
        assert RiskKind.ACTION_OVERDUE not in kinds(assessed(onboarding(), actions=(done,)))
    wordless = replace(late, told_on=ago(1))
    assert RiskKind.ACTION_OVERDUE in kinds(assessed(onboarding(), actions=(wordless,)))


def test_former_customers_raise_no_danger_and_no_theatre() -> None:
    former = replace(ACME, status=AccountStatus.FORMER)
    result = assessed(onboarding(owner_person_id=None), account=former, meetings=(meeting(21), meeting(14), meeting(7)))
    assert result.dangers == ()
    assert result.theatre == ()


def test_dangers_come_worst_first() -> None:
    result = assessed(
        onboarding(owner_person_id=None, due_on=ago(1)),
        legal(),
        wrote(12),
        actions=(Action(5, 1, "Send", due_on=ago(9)),),
    )
    assert [danger.severity for danger in result.dangers] == [Severity.HIGH, Severity.MEDIUM, Severity.MEDIUM]
    assert result.dangers[0].kind is RiskKind.DISPROVEN


def test_gaps_are_written_ones_first_and_then_every_outcome_that_is_short_of_proven() -> None:
    question = Gap(1, 1, "Who signs the renewal?", owner_id=8, due_on=ago(-9))
    written = Gap(2, 1, "Onboarding is unproven", outcome_id=1, due_on=ago(-3))
    closed = Gap(3, 1, "An old one", closed_on=ago(1))
    proven = onboarding(id=3)
    result = assessed(
        onboarding(risk_if_never="they go back to spreadsheets"),
        legal(risk_if_never="legal stays the bottleneck"),
        proven,
        wrote(5, outcome_id=3),
        gaps=(question, written, closed),
    )
    assert [(gap.title, gap.owner_id, gap.risk_if_never) for gap in result.gaps] == [
        ("Onboarding is unproven", None, "they go back to spreadsheets"),
        ("Who signs the renewal?", 8, None),
        ("Legal signs without us", 7, "legal stays the bottleneck"),
    ]
    assert result.gaps[0].outcome is not None
    assert result.gaps[0].outcome.standing is Standing.UNPROVEN


def yes(days_ago: int, verdict: Verdict = Verdict.YES) -> Judgement:
    """Priya, who does not answer for the account, judges."""
    return Judgement(days_ago, 1, verdict, "they use it daily", PRIYA, at(ago(days_ago)))


def test_a_judgement_stands_until_a_later_fact_contradicts_it() -> None:
    expired = (onboarding(), wrote(5, age=95))
    stands = assessed(*expired, judgements=(yes(2),)).judged
    assert (stands.again, stands.by) == (False, "Priya Nair")
    again = assessed(*expired, judgements=(yes(30),)).judged
    assert again.again
    assert tuple(map(phrase, again.contradicted_by)) == (
        "“Onboard a customer in 5 days” was confirmed, and its evidence expired on 26 Feb 2026",
    )
    assert again.judgement is not None
    assert again.judgement.verdict is Verdict.YES


@pytest.mark.parametrize(
    "parts",
    [
        (onboarding(), replace(DANA, left_on=ago(2)), KIM, SAM),
        (onboarding(), wrote(5, disputed_on=ago(2))),
        (onboarding(due_on=ago(2)), wrote(12)),
    ],
)
def test_a_sponsor_leaving_a_dispute_and_a_disproof_contradict_a_yes(
    parts: tuple[Outcome | Evidence | Person, ...],
) -> None:
    assert assessed(*parts, judgements=(yes(5),)).judged.again
    assert not assessed(*parts, judgements=(yes(5, Verdict.NOT_CLEAR),)).judged.again


def test_a_risk_opened_later_on_the_day_of_the_judgement_contradicts_it() -> None:
    disputed = wrote(5, disputed_on=ago(5))
    later = Risk(1, 1, RiskKind.PROOF_DISPUTED, Severity.HIGH, at(ago(5), 15), subject="outcome:1")
    assert not assessed(onboarding(), disputed, judgements=(yes(5),)).judged.again
    assert assessed(onboarding(), disputed, judgements=(yes(5),), risks=(later,)).judged.again


def test_proof_that_is_newer_than_a_no_contradicts_it() -> None:
    assert assessed(onboarding(), wrote(5, age=2), judgements=(yes(5, Verdict.NO),)).judged.again
    assert not assessed(onboarding(), wrote(5, age=9), judgements=(yes(5, Verdict.NO),)).judged.again


def test_the_last_judgement_counts_and_without_one_nobody_has_judged() -> None:
    judged = assessed(judgements=(yes(9), yes(3, Verdict.NO))).judged.judgement
    assert judged is not None
    assert judged.verdict is Verdict.NO
    assert assessed().judged.judgement is None


def test_worst_first_puts_danger_before_low_coverage_before_size_and_former_customers_last() -> None:
    fine = assessed(onboarding(), wrote(5))
    unproven = assessed(onboarding(), wrote(7))
    broken = assessed(onboarding(), wrote(5, disputed_on=ago(1)))
    former = assessed(account=replace(ACME, status=AccountStatus.FORMER))
    large = assessed(onboarding(), wrote(7), account=replace(ACME, arr_minor=ACME.arr_minor and ACME.arr_minor * 2))
    found = sorted([former, fine, unproven, large, broken], key=lambda one: one.worst_first)
    assert found == [broken, large, unproven, fine, former]


def test_unknown_arr_and_renewal_are_none() -> None:
    result = assessed(account=replace(ACME, arr_minor=None, renewal_date=None))
    assert result.arr is None
    assert result.days_to_renewal is None


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(states(), st.integers(0, 200), st.integers(0, 250), st.integers(-30, 200))
def test_nothing_of_an_account_changes_before_next_change_on(
    state: ProofState, back: int, renewal: int, due: int
) -> None:
    account = replace(state.account, renewal_date=TODAY + timedelta(days=renewal - 100), first_win_on=ago(50))
    action = Action(1, 1, "Send", due_on=TODAY + timedelta(days=due - 100))
    state = replace(state, account=account, actions=(action,))
    on = ago(back)
    before = assess(state, on, NOW)
    until = min(before.next_change_on or date.max, on + timedelta(days=400))
    after = assess(state, until - timedelta(days=1), NOW)
    assert after.dangers == before.dangers
    assert after.theatre == before.theatre
    assert after.coverage == before.coverage
    assert after.stage.computed == before.stage.computed


def test_telemetry_alone_leaves_an_account_uncovered() -> None:
    assert assessed(onboarding(), piece(Source.OUR_TELEMETRY, 5)).coverage == 0
