"""The third question of a plan, and where an outcome would show: asked, kept, shown, and unknown said as unknown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.enums import Part
from bot.features.accounts import card, history
from bot.features.plan import outcome_shows, people, plan, would_break
from bot.features.plan.would_break import WouldBreak
from bot.store import proof_state
from bot.store.engine import Database
from tests.support.managing import MONDAY
from tests.support.world import World, build, of_another_account

WORDS = "Month-end close would take nine days again"


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def say(session: Session, world: World, **typed: Any) -> None:
    said = {"words": WORDS, "by_person": world.ana, "on": MONDAY.date(), **typed}
    would_break.set_would_break(session, world.maya, WouldBreak(world.acme, **said), MONDAY)


def test_what_would_break_stands_on_plan_and_card_with_who_said_it(database: Database, world: World) -> None:
    with database.begin() as session:
        assert card.card(session, world.maya, world.acme, MONDAY).would_break is None
        say(session, world, link="https://docs.example.com/minutes")
        shown = card.card(session, world.maya, world.acme, MONDAY).would_break
        assert shown is not None and shown == plan.plan_view(session, world.maya, world.acme, MONDAY).would_break
    assert (shown.words, shown.by, shown.on, shown.left) == (WORDS, "Ana Ruiz", MONDAY.date(), False)
    assert shown.link == "https://docs.example.com/minutes"


def test_the_form_shows_what_was_said_last_and_history_who_wrote_it_down(database: Database, world: World) -> None:
    with database.begin() as session:
        say(session, world)
        form = would_break.would_break_form(session, world.maya, world.acme, MONDAY)
        lines = [line.what for line in history.history(session, world.maya, world.acme, None, MONDAY).lines]
    assert (form.words, form.by, form.on, form.link) == (WORDS, world.ana, MONDAY.date(), None)
    assert any(WORDS in line and "Ana Ruiz" in line for line in lines)


def test_who_said_it_and_left_since_is_named_so(database: Database, world: World) -> None:
    with database.begin() as session:
        say(session, world)
        people.person_left(session, world.maya, world.ana, MONDAY.date(), MONDAY)
        shown = card.card(session, world.maya, world.acme, MONDAY + timedelta(days=1)).would_break
        form = would_break.would_break_form(session, world.maya, world.acme, MONDAY + timedelta(days=1))
    assert shown is not None and shown.left
    assert world.ana in dict(form.people)


def test_a_card_of_an_earlier_day_knows_nothing_of_it(database: Database, world: World) -> None:
    later = MONDAY + timedelta(days=3)
    with database.begin() as session:
        new = WouldBreak(world.acme, WORDS, world.ana, later.date())
        would_break.set_would_break(session, world.maya, new, later)
        then = card.card(session, world.maya, world.acme, later + timedelta(days=2), as_of=MONDAY.date())
        now = card.card(session, world.maya, world.acme, later + timedelta(days=2))
    assert then.would_break is None and now.would_break is not None


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        ({"words": "   "}, "plan.would_break_missing", "words"),
        ({"by_person": None}, "plan.would_break_by_missing", "by"),
        ({"on": MONDAY.date() + timedelta(days=1)}, "plan.would_break_in_future", "on"),
        ({"link": "ask Ana"}, "app.link_not_openable", "link"),
        ({"link": "javascript:alert(1)"}, "app.link_not_openable", "link"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    database: Database, world: World, typed: dict[str, Any], code: str, field: str
) -> None:
    with database.begin() as session, pytest.raises(UserError) as error:
        say(session, world, **typed)
    assert (error.value.code, error.value.field) == (code, field)


def test_only_somebody_who_was_there_can_have_said_it(database: Database, world: World) -> None:
    with database.begin() as session:
        stranger = of_another_account(session, world, "person")
        gone = people.add_person(session, world.maya, world.acme, MONDAY, name="Gone Early", part=Part.USER)
        people.person_left(session, world.maya, gone, date(2026, 2, 1), MONDAY)
        with pytest.raises(UserError) as error:
            say(session, world, by_person=stranger)
        assert error.value.code == "app.person_of_another_account"
        with pytest.raises(UserError) as error:
            say(session, world, by_person=gone)
        assert error.value.code == "plan.would_break_by_left"


def test_where_an_outcome_would_show_stands_in_plan_and_gaps(database: Database, world: World) -> None:
    with database.begin() as session:
        before = plan.plan_view(session, world.maya, world.acme, MONDAY).outcomes[0].shows
        outcome_shows.set_shows(
            session, world.maya, world.hours, MONDAY, where=" The contract report ", person_id=world.ana
        )
        after = plan.plan_view(session, world.maya, world.acme, MONDAY).outcomes[0].shows
        gap = card.card(session, world.maya, world.acme, MONDAY).unproven[0]
        form = outcome_shows.shows_form(session, world.maya, world.hours, MONDAY)
    assert before == "where in their system it would show, and who could show it, is unknown"
    assert after == "it would show in The contract report, Ana Ruiz could show it"
    assert not gap.nowhere and (form.shows_in, form.shown_by) == ("The contract report", world.ana)


def test_unknown_again_is_said_as_unknown(database: Database, world: World) -> None:
    with database.begin() as session:
        outcome_shows.set_shows(session, world.maya, world.hours, MONDAY, where="SAP", person_id=world.ana)
        outcome_shows.set_shows(session, world.maya, world.hours, MONDAY, where=" ", person_id=None)
        outcome = next(o for o in proof_state.load(session, 1, world.acme).outcomes if o.id == world.hours)
        assert (outcome.shows_in, outcome.shown_by) == (None, None)
        assert card.card(session, world.maya, world.acme, MONDAY).unproven[0].nowhere


def test_only_a_person_of_the_account_could_show_it(database: Database, world: World) -> None:
    with database.begin() as session:
        stranger = of_another_account(session, world, "person")
        with pytest.raises(UserError) as error:
            outcome_shows.set_shows(session, world.maya, world.hours, MONDAY, where="SAP", person_id=stranger)
    assert (error.value.code, error.value.field) == ("app.person_of_another_account", "shown_by")
