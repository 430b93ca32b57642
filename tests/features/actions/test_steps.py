"""Next steps: done, dropped, put on another day, handed over; each is undone by who did it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import Loop
from bot.domain.model import Action
from bot.features.actions import actions, messages, step_forms, steps
from bot.features.actions.views import StepHandedView
from bot.outbox.types import Moot
from bot.store import proof_state
from bot.store.engine import Database
from tests.support.managing import MONDAY, Team, day
from tests.support.refusals import says

FRIDAY = day(MONDAY, 4).date()


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def add_step(team: Team, loop: Loop = Loop.OURSELVES, **values: Any) -> tuple[int, int]:
    """An account of Maya's with a step of hers; the ids of both."""
    acme = team.add_account("Acme")
    row = {"text": "Send Ana the figures", "owner_id": team.maya.id, "due_on": MONDAY.date(), "loop": loop, **values}
    return acme, team.add("action", account_id=acme, **row)


def step_of(team: Team, account_id: int) -> Action:
    with team.session() as session:
        [step] = proof_state.load(session, 1, account_id).actions
    return step


def last_of(team: Team, account_id: int, first: int) -> int:
    with team.session() as session:
        [step] = proof_state.load(session, 1, account_id).actions
        shown = step_forms.saved(session, team.as_(team.maya), step.id, MONDAY, act="done", first=first)
    assert shown.undo is not None
    return int(shown.undo.rpartition(":")[2])


def test_a_step_of_ours_is_done_with_one_press_and_undone(team: Team) -> None:
    acme, step = add_step(team)
    with team.session() as session:
        first = steps.done(session, team.as_(team.maya), step, MONDAY)
    assert (step_of(team, acme).told_on, step_of(team, acme).told_words) == (MONDAY.date(), "Done")
    with team.session() as session:
        shown = step_forms.list_after(session, team.as_(team.maya), step, MONDAY, act="done", first=first)
    assert shown.actions == () and shown.saved is not None
    assert shown.saved.undo == f"{step}:{first}:{last_of(team, acme, first)}"
    with team.session() as session:
        last = last_of(team, acme, first)
        steps.undo(session, team.as_(team.maya), step, MONDAY, first=first, last=last)
    assert step_of(team, acme).told_on is None


@pytest.mark.parametrize("loop", [Loop.CUSTOMER, Loop.PRODUCT, Loop.GO_TO_MARKET])
def test_a_step_that_somebody_waits_for_says_what_the_customer_was_told(team: Team, loop: Loop) -> None:
    acme, step = add_step(team, loop)
    with team.session() as session, pytest.raises(UserError) as refused:
        steps.done(session, team.as_(team.maya), step, MONDAY)
    assert refused.value.field == "words"
    with team.session() as session:
        steps.done(session, team.as_(team.maya), step, MONDAY, words="It ships on 20 March")
    assert step_of(team, acme).told_words == "It ships on 20 March"


def test_a_step_is_dropped_with_a_reason_that_says_something(team: Team) -> None:
    acme, step = add_step(team)
    with team.session() as session, pytest.raises(UserError, check=says("why nobody does it")):
        steps.drop(session, team.as_(team.maya), step, "ok", MONDAY)
    with team.session() as session:
        steps.drop(session, team.as_(team.maya), step, "They solved it themselves", MONDAY)
    assert (step_of(team, acme).dropped_on, step_of(team, acme).dropped_why) == (
        MONDAY.date(),
        "They solved it themselves",
    )
    with team.session() as session, pytest.raises(UserError, check=says("the step was dropped")):
        steps.done(session, team.as_(team.maya), step, MONDAY)


def test_a_step_moves_with_its_gap_which_counts_how_often(team: Team) -> None:
    acme = team.add_account("Acme")
    gap = team.add(
        "gap", account_id=acme, title="Who pays", owner_id=team.maya.id, due_on=MONDAY.date(), opened_at=MONDAY
    )
    row: dict[str, Any] = {"text": "Ask Ana", "owner_id": team.maya.id, "due_on": MONDAY.date()}
    step = team.add("action", account_id=acme, gap_id=gap, **row)
    with team.session() as session, pytest.raises(UserError, check=says("That day has passed")):
        steps.move(session, team.as_(team.maya), step, day(MONDAY, -1).date(), MONDAY)
    with team.session() as session:
        first = steps.move(session, team.as_(team.maya), step, FRIDAY, MONDAY)
        [kept] = proof_state.load(session, 1, acme).gaps
    assert (step_of(team, acme).due_on, kept.due_on, kept.times_moved) == (FRIDAY, FRIDAY, 1)
    with team.session() as session:
        steps.undo(session, team.as_(team.maya), step, MONDAY, first=first, last=last_of(team, acme, first))
        [kept] = proof_state.load(session, 1, acme).gaps
    assert (step_of(team, acme).due_on, kept.due_on, kept.times_moved) == (MONDAY.date(), MONDAY.date(), 0)


def test_who_is_handed_a_step_is_told_and_told_again_when_it_is_taken_back(team: Team) -> None:
    acme, step = add_step(team)
    with team.session() as session:
        first = steps.hand_over(session, team.as_(team.maya), step, "U0TOM", MONDAY)
    assert step_of(team, acme).owner_id == team.tom.id
    [told] = team.messages("step_handed")
    with team.session() as session:
        view = messages.compose_handed(session, told.args, MONDAY)
    assert isinstance(view, StepHandedView)
    assert (told.channel, view.by, view.due, view.back) == ("U0TOM", "Maya Lindqvist", "Mon 2 Mar", False)
    with team.session() as session:
        steps.undo(session, team.as_(team.maya), step, MONDAY, first=first, last=last_of(team, acme, first))
        assert isinstance(messages.compose_handed(session, told.args, MONDAY), Moot)
    assert [message.channel for message in team.messages("step_handed")] == ["U0TOM", "U0TOM"]
    assert step_of(team, acme).owner_id == team.maya.id


def test_only_who_has_it_or_writes_the_account_may_act_and_nobody_undoes_what_was_built_on(team: Team) -> None:
    acme, step = add_step(team)
    with team.session() as session, pytest.raises(UserError):
        steps.done(session, team.as_(team.tom), step, MONDAY)
    with team.session() as session:
        first = steps.move(session, team.as_(team.maya), step, FRIDAY, MONDAY)
    last = last_of(team, acme, first)
    with team.session() as session:
        steps.move(session, team.as_(team.priya), step, day(MONDAY, 7).date(), day(MONDAY, 1))
    with team.session() as session, pytest.raises(UserError):
        steps.undo(session, team.as_(team.maya), step, day(MONDAY, 1), first=first, last=last)
    with team.session() as session:
        [line] = actions.actions_view(session, team.as_(team.tom), acme, MONDAY).actions
    assert not line.can_act


def test_a_step_that_was_given_away_comes_back_within_a_day_only(team: Team) -> None:
    """Later it is the colleague's, who may count on it; who may write the account can still hand it over."""
    acme = team.add_account("Acme")
    row: dict[str, Any] = {"text": "Send Ana the figures", "due_on": MONDAY.date(), "loop": Loop.OURSELVES}
    step = team.add("action", account_id=acme, owner_id=team.tom.id, **row)
    with team.session() as session:
        first = steps.hand_over(session, team.as_(team.tom), step, "U0PRIYA", MONDAY)
    last = last_of(team, acme, first)
    with team.session() as session, pytest.raises(UserError):
        steps.undo(session, team.as_(team.tom), step, day(MONDAY, 2), first=first, last=last)
    with team.session() as session:
        steps.undo(session, team.as_(team.tom), step, MONDAY, first=first, last=last)
    assert step_of(team, acme).owner_id == team.tom.id


def test_the_undo_of_one_step_takes_back_nothing_on_another(team: Team) -> None:
    """The values of a button are not trusted: the lines that it names must be about its step."""
    acme = team.add_account("Acme")
    row: dict[str, Any] = {"text": "Send Ana the figures", "due_on": MONDAY.date(), "loop": Loop.OURSELVES}
    one, other = (team.add("action", account_id=acme, owner_id=team.tom.id, **row) for _ in range(2))
    with team.session() as session:
        first = steps.done(session, team.as_(team.tom), one, MONDAY)
    with team.session() as session, pytest.raises(UserError):
        steps.undo(session, team.as_(team.tom), other, MONDAY, first=first, last=first)
