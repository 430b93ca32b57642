"""The plan and what is kept alive of it: holes, promises, loops, next steps and the agenda."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.account.actions import ActionState, recurring, state_of, why_not_closed
from bot.domain.account.agenda import agenda
from bot.domain.account.plan_gaps import Question, holes
from bot.domain.account.promises import forgotten, is_open
from bot.domain.enums import AccountStatus, Direction, Loop, ObstacleKind, Part, PromiseState, Source
from bot.domain.facts import Fact
from bot.domain.model import Action, Obstacle, Promise
from bot.domain.proof.next_step import next_step
from bot.phrases import phrase
from tests.support.domain_builders import (
    ACME,
    DANA,
    EVERYBODY,
    KIM,
    NOW,
    SAM,
    TODAY,
    acme,
    ago,
    assessed,
    graded,
    legal,
    measured,
    onboarding,
    piece,
    wrote,
)

BLAMED = replace(DANA, id=6, name="Bo Ash", part=Part.BLAMED)
NOBODY_KNOWS_WHERE = "where in their system it would show, and who could show it, is unknown"
OBSTACLE = Obstacle(1, 1, ObstacleKind.APPROVALS, "Security review", owner_id=7, due_on=ago(-20))


def missing(*parts: Any, **more: Any) -> list[str]:
    return [phrase(hole.fact) for hole in holes(acme(*parts, **more), TODAY)]


def worded(fact: Fact | None) -> str | None:
    return phrase(fact) if fact else None


def test_a_whole_plan_has_no_hole() -> None:
    assert missing(onboarding(), legal(), *EVERYBODY, BLAMED, obstacles=(OBSTACLE,)) == []


def test_an_empty_plan_misses_all_three_answers() -> None:
    found = holes(acme(DANA), TODAY)
    assert [phrase(hole.fact) for hole in found] == [
        "Nobody has written down what success means",
        "Nobody is named who has the authority",
        "Nobody is named who does the work",
        "Nobody is named who is accountable for it",
        "Nobody has written down what will slow this down",
    ]
    assert found[0].question is Question.SUCCESS
    assert found[-1].question is Question.OBSTACLES


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"due_on": None, "target": None}, "“Onboard a customer in 5 days” lacks a target and a date"),
        ({"baseline_agreed_by": None}, "“Onboard a customer in 5 days” lacks the customer's agreement"),
        ({"baseline": None}, "“Onboard a customer in 5 days” lacks a baseline"),
        ({"metric": None}, "“Onboard a customer in 5 days” lacks a metric"),
        ({"direction": Direction.HOLD}, "“Onboard a customer in 5 days” lacks a band to stay in"),
        (
            {"direction": Direction.UP},
            "“Onboard a customer in 5 days”: its target lies on the wrong side of the baseline",
        ),
        ({"target": Decimal(12)}, "“Onboard a customer in 5 days”: its target is where it stands already"),
        ({"owner_person_id": None}, "Nobody at the customer owns “Onboard a customer in 5 days”"),
    ],
)
def test_a_plan_with_a_hole_says_which(changes: dict[str, Any], sentence: str) -> None:
    assert missing(onboarding(**changes), *EVERYBODY, BLAMED, obstacles=(OBSTACLE,)) == [sentence]


def test_an_obstacle_needs_owner_and_date_until_it_is_cleared() -> None:
    bare = replace(OBSTACLE, owner_id=None, due_on=None)
    found = missing(onboarding(), *EVERYBODY, BLAMED, obstacles=(bare,))
    assert found == ["“Security review” lacks an owner and a date"]
    cleared = replace(bare, cleared_on=ago(1))
    assert missing(onboarding(), *EVERYBODY, BLAMED, obstacles=(cleared,)) == []


def test_a_role_is_open_again_when_its_person_left() -> None:
    gone = replace(KIM, left_on=ago(1))
    found = missing(onboarding(), gone, SAM, BLAMED, obstacles=(OBSTACLE,))
    assert found == ["Nobody is named who has the authority"]


PROMISE = Promise(1, 1, "Single sign-on by spring", promised_on=ago(200), due_on=ago(-30), last_mentioned_on=ago(60))


def test_a_promise_nobody_has_mentioned_for_60_days_is_forgotten() -> None:
    found = forgotten([PROMISE, replace(PROMISE, id=2, last_mentioned_on=ago(59))], TODAY)
    expected = "“Single sign-on by spring”, due 1 Apr 2026, not mentioned since 1 Jan 2026"
    assert [(one.promise.id, phrase(one.fact)) for one in found] == [(1, expected)]


def test_a_promise_without_any_date_is_forgotten_too() -> None:
    undated = replace(PROMISE, promised_on=None, last_mentioned_on=None, due_on=None)
    assert phrase(forgotten([undated], TODAY)[0].fact) == "“Single sign-on by spring”, never mentioned"


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.RENEGOTIATED, PromiseState.BROKEN])
def test_a_settled_promise_is_followed_no_more(state: PromiseState) -> None:
    settled = replace(PROMISE, state=state, settled_on=ago(3), due_on=ago(9))
    assert forgotten([settled], TODAY) == ()
    assert not is_open(settled, TODAY) and is_open(settled, ago(4))


ACTION = Action(1, 1, "Ship bulk edit", loop=Loop.PRODUCT, owner_id=7, due_on=ago(-4), theme="Bulk edit")


def test_an_action_is_closed_only_when_the_customer_was_told_with_the_words_used() -> None:
    answered = replace(ACTION, loop_answered_on=ago(3), loop_answer="in the May release")
    told = replace(answered, told_on=ago(1), told_words="you get it in May")
    steps = [ACTION, answered, replace(told, told_words=None), told, replace(ACTION, dropped_on=ago(1))]
    states = [ActionState.OPEN, ActionState.TO_TELL, ActionState.TO_TELL, ActionState.CLOSED, ActionState.DROPPED]
    assert [state_of(step, TODAY) for step in steps] == states
    assert worded(why_not_closed(ACTION, TODAY)) == "Product has not answered yet"
    assert (
        worded(why_not_closed(answered, TODAY)) == "Tell the customer what changed, and write down the words you used"
    )
    assert worded(why_not_closed(replace(ACTION, loop=Loop.CUSTOMER), TODAY)) == "The customer has not been told"
    assert why_not_closed(told, TODAY) is None


def test_what_keeps_showing_up_is_counted_across_accounts_with_its_arr() -> None:
    accounts = [replace(ACME, id=number, arr_minor=15_000_000) for number in range(1, 10)]
    pairs = [(account, ACTION) for account in accounts[:8]] + [(accounts[8], replace(ACTION, theme="bulk  edit"))]
    found = recurring([*pairs, (accounts[0], ACTION)], TODAY)
    assert [(theme.theme, phrase(theme.fact)) for theme in found] == [("Bulk edit", "nine customers, 1.3 M USD ARR")]


def test_themes_leave_out_what_is_closed_single_former_or_of_unknown_worth() -> None:
    other = replace(ACME, id=2, arr_minor=None)
    former = replace(ACME, id=3, status=AccountStatus.FORMER)
    told = replace(ACTION, told_on=ago(1), told_words="done")
    assert recurring([(ACME, ACTION), (former, ACTION), (other, told)], TODAY) == ()
    found = recurring([(ACME, ACTION), (other, ACTION)], TODAY)
    assert phrase(found[0].fact) == "two customers, 120,000 USD ARR (1 with unknown ARR)"


@pytest.mark.parametrize(
    ("pieces", "step"),
    [
        ((), f"get a first figure for onboarding time; {NOBODY_KNOWS_WHERE}"),
        ((measured(6),), "Sam Roe confirms 6 days in writing"),
        ((wrote(6, oral=True),), "Sam Roe puts it in writing"),
        ((wrote(6, age=91),), f"measure onboarding time again; {NOBODY_KNOWS_WHERE}"),
        ((wrote(6),), "reach 5 days"),
        ((wrote(6, age=20), measured(5)), "Sam Roe confirms 5 days in writing"),
        (
            (piece(Source.OUR_TELEMETRY, 6),),
            f"measure onboarding time against the baseline; use alone is not value; {NOBODY_KNOWS_WHERE}",
        ),
        ((wrote(5),), None),
    ],
)
def test_the_next_step_is_what_would_make_the_outcome_better_known(pieces: tuple[Any, ...], step: str | None) -> None:
    assert worded(next_step(graded(onboarding(), *pieces))) == step


def test_the_agenda_has_the_four_lines_of_the_success_cadence() -> None:
    result = agenda(
        assessed(
            onboarding(),
            legal(),
            wrote(6),
            obstacles=(OBSTACLE,),
            promises=(PROMISE,),
            actions=(replace(ACTION, due_on=ago(-4)), replace(ACTION, id=2, told_on=ago(1), told_words="done")),
            next_meeting_at=NOW + timedelta(days=2),
        )
    )
    assert tuple(map(phrase, result.achieved)) == ("“Onboard a customer in 5 days”: 6 days, 85% of the way, confirmed",)
    assert tuple(map(phrase, result.blocks)) == (
        "“Security review” (approvals, due 22 Mar 2026)",
        "“Single sign-on by spring”, due 1 Apr 2026, not mentioned since 1 Jan 2026",
    )
    assert tuple(map(phrase, result.next)) == ("“Ship bulk edit”: Maya Lindqvist by 6 Mar 2026",)
    assert tuple(map(phrase, result.success_by_then)) == (
        "“Onboard a customer in 5 days”: reach 5 days",
        "“Legal signs without us”: Sam Roe says so in writing",
    )
    assert result.next_meeting_at == NOW + timedelta(days=2)


def test_an_agenda_claims_no_achievement_that_is_only_asserted() -> None:
    result = agenda(assessed(onboarding(), piece(Source.OUR_WORD, 5)))
    assert result.achieved == ()
    empty = agenda(assessed())
    assert tuple(map(phrase, empty.success_by_then)) == ("Agree with them what success means",)
