"""The register: what counts as open, what is late, where an outcome would show, and what was promised and accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.assessment import Assessment, OpenGap
from bot.domain.account.worth import Worth, worth
from bot.domain.enums import AccountStatus, ObstacleKind, PromiseState, RiskKind, Severity
from bot.domain.model import Action, Gap, Obstacle, Promise
from bot.domain.proof.explanation import would_show
from bot.domain.values.money import Money
from bot.phrases import phrase
from tests.support.domain_builders import (
    ACME,
    KIM,
    NOW,
    SAM,
    TODAY,
    ago,
    assessed,
    at,
    graded,
    legal,
    onboarding,
    wrote,
)

QUESTION = Gap(1, 1, "Does finance take the hours?", owner_id=7, due_on=ago(-4), opened_at=NOW)
OF_ONBOARDING = Gap(2, 1, "Onboard a customer in 5 days", outcome_id=1, owner_id=7, due_on=ago(-9), opened_at=NOW)
CONNECTOR = Promise(5, 1, "An SAP connector", promised_on=ago(200), due_on=ago(1), last_mentioned_on=ago(3))
REVIEW = Obstacle(6, 1, ObstacleKind.APPROVALS, "Security review", owner_id=7, due_on=ago(1))


def late(assessment: Assessment) -> list[tuple[RiskKind, Severity, str, date | None]]:
    kinds = (RiskKind.PROMISE_OVERDUE, RiskKind.OBSTACLE_OVERDUE)
    return [(d.kind, d.severity, phrase(d.fact), d.since) for d in assessment.dangers if d.kind in kinds]


def the_gap(*parts: Any, **more: Any) -> OpenGap:
    (gap,) = assessed(*parts, **more).gaps
    return gap


def test_a_promise_is_late_from_the_day_after_its_own() -> None:
    said = "The promise “An SAP connector” was due on 1 Mar 2026, and nothing has settled it since"
    expected = [(RiskKind.PROMISE_OVERDUE, Severity.MEDIUM, said, TODAY)]
    assert late(assessed(onboarding(), promises=(CONNECTOR,))) == expected
    assert late(assessed(onboarding(), promises=(replace(CONNECTOR, due_on=TODAY),))) == []
    assert late(assessed(onboarding(), promises=(replace(CONNECTOR, due_on=None),))) == []


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.RENEGOTIATED, PromiseState.BROKEN])
def test_a_promise_that_was_settled_is_not_late(state: PromiseState) -> None:
    settled = replace(CONNECTOR, state=state, settled_on=ago(0), settled_why="They were told")
    assert late(assessed(onboarding(), promises=(settled,))) == []


def test_to_mention_a_late_promise_does_not_make_it_less_late() -> None:
    mentioned = replace(CONNECTOR, last_mentioned_on=TODAY)
    assert late(assessed(onboarding(), promises=(mentioned,))) == late(assessed(onboarding(), promises=(CONNECTOR,)))


def test_an_obstacle_is_late_until_it_is_cleared_and_names_who_clears_it() -> None:
    said = "The obstacle “Security review” was to be cleared by 1 Mar 2026 (Maya Lindqvist)"
    expected = [(RiskKind.OBSTACLE_OVERDUE, Severity.LOW, said, TODAY)]
    assert late(assessed(onboarding(), obstacles=(REVIEW,))) == expected
    assert late(assessed(onboarding(), obstacles=(replace(REVIEW, cleared_on=TODAY),))) == []
    theirs = late(assessed(onboarding(), obstacles=(replace(REVIEW, owner_person_id=SAM.id),)))
    assert theirs[0][2].endswith("(Sam Roe)")
    nobodys = late(assessed(onboarding(), obstacles=(replace(REVIEW, owner_id=None),)))
    assert nobodys[0][2].endswith("and has no owner")


def test_near_the_renewal_what_is_late_weighs_more() -> None:
    near = replace(ACME, renewal_date=TODAY + timedelta(days=100))
    found = late(assessed(onboarding(), account=near, promises=(CONNECTOR,), obstacles=(REVIEW,)))
    assert [severity for _, severity, _, _ in found] == [Severity.HIGH, Severity.MEDIUM]


def test_a_former_customer_is_owed_nothing_any_more() -> None:
    former = replace(ACME, status=AccountStatus.FORMER)
    assert late(assessed(onboarding(), account=former, promises=(CONNECTOR,), obstacles=(REVIEW,))) == []


@given(st.integers(-40, 40), st.integers(-40, 40))
def test_a_summary_is_kept_no_longer_than_until_something_becomes_late(promise_in: int, obstacle_in: int) -> None:
    """What `next_change_on` promises: nothing is late on the days before it that is not late today."""
    promise = replace(CONNECTOR, due_on=TODAY + timedelta(days=promise_in))
    obstacle = replace(REVIEW, due_on=TODAY + timedelta(days=obstacle_in))
    today = assessed(onboarding(), wrote(5, 1), promises=(promise,), obstacles=(obstacle,))
    until = today.next_change_on
    assert until is not None
    day = TODAY
    while day < until:
        then = assessed(onboarding(), wrote(5, 1), on=day, promises=(promise,), obstacles=(obstacle,))
        assert late(then) == late(today)
        day += timedelta(days=1)


def test_a_question_is_open_until_somebody_closes_it() -> None:
    assert the_gap(onboarding(), wrote(5), gaps=(QUESTION,)).gap == QUESTION
    assert assessed(onboarding(), wrote(5), gaps=(replace(QUESTION, closed_on=TODAY),)).gaps == ()


def test_the_gap_of_an_outcome_is_open_while_the_outcome_is_unproven_whoever_closes_it() -> None:
    assert the_gap(onboarding(), gaps=(OF_ONBOARDING,)).gap == OF_ONBOARDING
    assert assessed(onboarding(), wrote(5), gaps=(OF_ONBOARDING,)).gaps == ()
    closed = the_gap(onboarding(), gaps=(replace(OF_ONBOARDING, closed_on=TODAY),))
    assert (closed.gap, closed.title) == (None, OF_ONBOARDING.title)


def test_the_gap_of_a_retired_outcome_is_gone_with_it() -> None:
    assert assessed(onboarding(retired_on=ago(1)), gaps=(OF_ONBOARDING,)).gaps == ()


def test_proof_that_expires_opens_the_gap_again_with_all_that_was_written_down() -> None:
    gap = the_gap(onboarding(), wrote(5, age=91), gaps=(OF_ONBOARDING,))
    assert (gap.gap, gap.due_on) == (OF_ONBOARDING, OF_ONBOARDING.due_on)


def test_the_step_of_a_gap_is_its_open_action_that_is_due_first() -> None:
    asks = Action(1, 1, "Ask Fin", gap_id=1, due_on=ago(-4))
    later = Action(2, 1, "Ask again", gap_id=1, due_on=ago(-9))
    assert the_gap(onboarding(), wrote(5), gaps=(QUESTION,), actions=(later, asks)).next_action == "Ask Fin"
    told = replace(asks, told_on=ago(1), told_words="done")
    assert the_gap(onboarding(), wrote(5), gaps=(QUESTION,), actions=(told, later)).next_action == "Ask again"


def test_a_gap_whose_step_is_done_has_no_next_step() -> None:
    done = Action(1, 1, "Ask Fin", gap_id=1, told_on=ago(1), told_words="done")
    gap = replace(QUESTION, next_action="Ask Fin")
    assert the_gap(onboarding(), wrote(5), gaps=(gap,), actions=(done,)).next_action is None
    assert the_gap(onboarding(), wrote(5), gaps=(gap,)).next_action == "Ask Fin", "where no step knows its gap"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "where in their system it would show, and who could show it, is unknown"),
        ({"shows_in": "the CLM"}, "it would show in the CLM, who could show it is unknown"),
        ({"shown_by": KIM.id}, "where in their system it would show is unknown, Kim Li could show it"),
        ({"shows_in": "the CLM", "shown_by": KIM.id}, "it would show in the CLM, Kim Li could show it"),
    ],
)
def test_what_is_unknown_of_where_it_would_show_is_said(changes: dict[str, Any], said: str) -> None:
    assert phrase(would_show(graded(onboarding(**changes)))) == said


def test_who_could_show_it_and_has_left_is_no_help() -> None:
    gone = replace(KIM, left_on=ago(1))
    outcome = graded(onboarding(shows_in="the CLM", shown_by=KIM.id), people=(gone, SAM))
    assert phrase(would_show(outcome)) == "it would show in the CLM, Kim Li, who could show it, has left"


def sums(*amounts: Money) -> tuple[Money, ...]:
    return amounts


def test_worth_sums_what_was_promised_and_counts_what_nobody_wrote_down() -> None:
    promised = (onboarding(promised_minor=250_000_00, currency="USD"), legal())
    found = worth(promised, [graded(outcome) for outcome in promised])
    assert found == Worth((), sums(Money(250_000_00, "USD")), 1)
    assert phrase(found.fact) == "nothing accepted, of 250,000 USD promised at the sale (1 outcome without a figure)"


def test_worth_that_nobody_wrote_down_is_unknown_and_not_0() -> None:
    assert phrase(worth((legal(),), [graded(legal())]).fact) == "nothing accepted, worth at the sale unknown"


def test_retiring_an_outcome_takes_nothing_back_of_what_was_promised() -> None:
    promised = onboarding(promised_minor=250_000_00, currency="USD")
    retired = assessed(replace(promised, retired_on=ago(1)))
    assert worth(retired.state.outcomes, retired.outcomes).promised == sums(Money(250_000_00, "USD"))


def test_the_day_of_the_gap_is_that_of_its_outcome_where_nobody_set_one() -> None:
    undated = replace(OF_ONBOARDING, due_on=None, opened_at=at(TODAY))
    assert the_gap(onboarding(), gaps=(undated,)).due_on == onboarding().due_on
