"""The five steps of a fresh workspace, and the first words to its people."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import Tier
from bot.features.home import home
from bot.features.setup import checklist, queries, welcome
from bot.features.setup.views import SetupSteps
from bot.outbox.types import Moot
from bot.store import schema
from bot.store.engine import Database
from bot.store.members import Member
from bot.store.schema.outbox import outbox
from tests.support.managing import MONDAY, Team, day
from tests.support.reading_aloud import RENDERER
from tests.support.refusals import says

PLACE = {"app": "A0PROOF", "team": "T0NORTHWIND"}


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def steps(team: Team, now: datetime = MONDAY, member: Member | None = None) -> SetupSteps | None:
    with team.database.reading() as session:
        return checklist.checklist(session, team.as_(member or team.ada), now)


def ticked(team: Team, now: datetime = MONDAY) -> tuple[bool, ...]:
    view = steps(team, now)
    assert view is not None
    return view.steps


def put(team: Team) -> dict[str, dict[str, Any]]:
    """The first words that were put, by key."""
    columns = outbox.c.key, outbox.c.kind, outbox.c.channel, outbox.c.due_at, outbox.c.args
    with team.database.reading() as session:
        rows = session.execute(select(*columns).where(outbox.c.kind.like("welcome-%"))).mappings()
        return {row["key"]: dict(row) for row in rows}


def test_each_step_ticks_itself_by_what_is_there(team: Team) -> None:
    with team.session() as session:
        session.execute(schema.portfolio.delete())
    view = steps(team)
    assert view is not None and (view.done, view.next, view.to_write) == (0, 1, None)
    team.portfolio_id = team.add_portfolio("EMEA", "C0EMEA", team.priya.id)
    assert ticked(team) == (True, False, False, False, False)
    acme = team.add_account("Acme", renews_in=20)
    team.add_account("Brick", renews_in=None, tier=Tier.TECH_TOUCH, owner_id=None)
    view = steps(team)
    assert view is not None and view.steps == (True, True, False, False, False)
    assert (view.customers, view.unowned, view.silent, view.series_of) == (2, 1, 1, team.portfolio_id)
    assert (view.portfolio, view.manager, view.weekday) == ("EMEA", team.priya.name, "Monday")
    assert view.renewing == ((acme, "Acme", False), (acme + 1, "Brick", False)) and view.to_write == acme
    team.meets(acme, day(MONDAY, 2))
    assert ticked(team) == (True, True, True, False, False)
    for account in (acme, acme + 1):
        team.add_outcome(account, None)
    assert ticked(team) == (True, True, True, True, False)
    with team.session() as session:
        assert welcome.tell_team(session, team.as_(team.ada), PLACE, MONDAY) == 2
    assert steps(team) is None, "all are done, so the list goes"


def test_only_an_admin_of_a_fresh_workspace_sees_the_steps(team: Team) -> None:
    for member in (team.maya, team.priya, team.tom):
        assert steps(team, member=member) is None
    acme = team.add_account("Acme")
    with team.session() as session:
        row = {"account_id": acme, "submission": "x", "member_id": team.maya.id, "change": "nothing"}
        session.execute(schema.answer.insert().values(**row, answered_at=day(MONDAY, -1)))
    assert ticked(team)[4], "the first answer is there"
    assert steps(team, day(MONDAY, 40)) is None, "it is not fresh any more"


def test_home_of_an_admin_shows_the_steps_with_one_green_button(team: Team) -> None:
    team.add_account("Acme", renews_in=20)
    with team.database.reading() as session:
        view = home.home(session, team.as_(team.ada), MONDAY)
    assert view.setup is not None and view.setup.greet_admin and view.executive is None
    shown = json.dumps(RENDERER.home("home/home.html", view=view), ensure_ascii=False)
    assert "2 of 5 done" in shown and "1 of 1 have none, so nobody would be asked" in shown
    assert shown.count('"style": "primary"') == 1
    assert shown.index("primary") > shown.index("3. Plan the customer meetings")


def test_the_first_admin_is_greeted_once(team: Team) -> None:
    for member in (team.ada, team.ada, team.maya):
        with team.session() as session:
            welcome.greet_admin(session, team.as_(member), PLACE, MONDAY)
    (row,) = put(team).values()
    assert (row["channel"], row["kind"]) == (team.ada.slack_id, "welcome-admin")
    view = steps(team)
    assert view is not None and not view.greet_admin
    with team.database.reading() as session:
        said = welcome.compose_admin(session, {**PLACE, "workspace_id": 1}, MONDAY)
    shown = RENDERER.message("setup/welcome_admin.html", view=said, place="message")
    assert "slack://app?team=T0NORTHWIND&id=A0PROOF&tab=home" in json.dumps(shown.blocks)


def test_the_team_is_told_once_each_and_within_their_hours(team: Team) -> None:
    team.add_account("Acme")
    team.add_account("Brick", owner_id=team.tom.id)
    night = datetime(2026, 3, 2, 3, tzinfo=MONDAY.tzinfo)
    for _ in range(2):
        with team.session() as session:
            welcome.tell_team(session, team.as_(team.ada), PLACE, night)
    rows = put(team)
    assert {row["channel"]: row["kind"] for row in rows.values()} == {
        team.maya.slack_id: "welcome-owner",
        team.tom.slack_id: "welcome-owner",
        team.priya.slack_id: "welcome-manager",
    }
    assert all(row["due_at"] > night for row in rows.values())


def test_only_an_admin_tells_the_team_and_sees_the_names_first(team: Team) -> None:
    with team.session() as session, pytest.raises(UserError, check=says("Only an admin")):
        welcome.tell_team(session, team.as_(team.priya), PLACE, MONDAY)
    with team.session() as session, pytest.raises(UserError, check=says("Only an admin")):
        welcome.tell_form(session, team.as_(team.maya), MONDAY)
    with team.session() as session, pytest.raises(UserError, check=says("members of this workspace")):
        welcome.tell_form(session, team.as_(team.guest), MONDAY)
    team.add_account("Acme")
    with team.database.reading() as session:
        form = welcome.tell_form(session, team.as_(team.ada), MONDAY)
    assert [(one.name, one.customers, one.portfolio) for one in form.people] == [
        (team.maya.name, 1, None),
        (team.priya.name, 0, "EMEA"),
    ]
    shown = json.dumps(RENDERER.modal("setup/tell_team.html", view=form), ensure_ascii=False)
    assert "Maya Lindqvist: 1 customer" in shown and "Priya Nair: manages EMEA" in shown


def test_who_comes_later_is_greeted_by_the_clock_once_the_team_was_told(team: Team) -> None:
    def tick() -> bool:
        with team.session() as session:
            return welcome.greet_newcomers(session, MONDAY)

    team.add_account("Acme")
    assert not tick(), "an admin decides when the team is told"
    with team.session() as session:
        welcome.tell_team(session, team.as_(team.ada), PLACE, MONDAY)
    assert not tick()
    team.add_account("Brick", owner_id=team.tom.id)
    assert tick() and not tick()
    assert queries.OWNER_KEY.of(team.tom.id) in put(team)


def test_what_owners_and_managers_read(team: Team) -> None:
    for number in range(5):
        team.add_account(f"Acme {number}", arr_minor=number * 100)
    args = {**PLACE, "workspace_id": 1}
    with team.database.reading() as session:
        owner = welcome.compose_owner(session, {**args, "member_id": team.maya.id}, MONDAY)
        manager = welcome.compose_manager(session, {**args, "member_id": team.priya.id}, MONDAY)
        nobody = welcome.compose_owner(session, {**args, "member_id": team.tom.id}, MONDAY)
    assert isinstance(nobody, Moot)
    said = json.dumps(RENDERER.message("setup/welcome_owner.html", view=owner, place="message").blocks)
    assert "*5 customers* in Proofline: Acme 4, Acme 3, Acme 2 and 2 more" in said
    said = json.dumps(RENDERER.message("setup/welcome_manager.html", view=manager, place="message").blocks)
    assert "You manage *EMEA* in Proofline: 5 customers of 1 owner" in said and "On Mondays at" in said


def test_a_series_counts_only_while_it_runs(team: Team) -> None:
    acme = team.add_account("Acme")
    series = team.meets(acme, day(MONDAY, 2))
    assert ticked(team)[2]
    team.change("cadence", series, active=False)
    assert not ticked(team)[2]
