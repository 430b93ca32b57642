"""App Home: what I owe, what is due, what I have, and my accounts worst first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import PromptState, Severity
from bot.features.home import home
from bot.features.home.views import HomeView
from bot.features.portfolios import digest
from bot.features.risks import ownership
from bot.store import schema
from bot.store.engine import Database
from bot.store.members import Member
from tests.features.portfolios.test_digest import add_meeting
from tests.support.managing import MONDAY, Team, day
from tests.support.refusals import says
from tests.support.statements import statements


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def home_of(team: Team, member: Member, now: datetime = MONDAY) -> HomeView:
    with team.database.reading() as session:
        return home.home(session, team.as_(member), now)


def test_my_accounts_are_worst_first_and_twenty_at_most(team: Team) -> None:
    team.add_proven("In order")
    for number in range(21):
        team.add_account(f"Blank {number}", arr_minor=number * 100)
    team.add_account("Near", renews_in=20, arr_minor=1)
    view = home_of(team, team.maya)
    assert (len(view.accounts), view.accounts_more) == (20, 3)
    assert [(line.name, line.severity) for line in view.accounts[:2]] == [
        ("Near", Severity.HIGH),
        ("Blank 20", Severity.MEDIUM),
    ]


def test_accounts_that_i_stand_in_for_are_marked(team: Team) -> None:
    team.add_account("Acme", owner_id=team.tom.id, deputy_id=team.maya.id)
    (line,) = home_of(team, team.maya).accounts
    assert (line.name, line.mine) == ("Acme", False)


def test_answers_that_i_owe_are_there_until_they_are_given(team: Team) -> None:
    acme = team.add_account("Acme")
    add_meeting(team, acme, day(MONDAY, 2), PromptState.OPEN)
    add_meeting(team, acme, day(MONDAY, 1), PromptState.OPEN)
    add_meeting(team, acme, day(MONDAY, -1), PromptState.SILENT)
    view = home_of(team, team.maya)
    assert [(line.account, line.starts_at) for line in view.owed] == [
        ("Acme", day(MONDAY, 1)),
        ("Acme", day(MONDAY, 2)),
    ]
    assert home_of(team, team.tom).owed == ()


def test_actions_due_within_a_week_are_shown_until_the_customer_was_told(team: Team) -> None:
    acme = team.add_account("Acme")

    def action(text: str, days: int, **values: Any) -> None:
        row: dict[str, Any] = {"owner_id": team.maya.id, "due_on": day(MONDAY, days).date(), **values}
        team.add("action", account_id=acme, text=text, **row)

    action("Overdue", -2)
    action("Soon", 7)
    action("Later", 8)
    action("Told", 1, told_on=MONDAY.date(), told_words="We changed it")
    action("Answered by Product", 2, loop_answered_on=MONDAY.date(), loop_answer="Shipped")
    action("Dropped", 1, dropped_on=MONDAY.date())
    due = home_of(team, team.maya).due
    assert [(line.text, line.overdue) for line in due] == [
        ("Overdue", True),
        ("Answered by Product", False),
        ("Soon", False),
    ]


def test_risks_that_i_have_are_shown_until_they_are_closed(team: Team) -> None:
    acme = team.add_account("Acme")
    team.look()
    risk = team.the_risk(acme)
    assert home_of(team, team.maya).held == ()
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), risk.id, MONDAY)
    assert [line.risk_id for line in home_of(team, team.maya).held] == [risk.id]
    with team.session() as session:
        ownership.close(session, team.as_(team.maya), risk.id, MONDAY, how="Done")
    assert home_of(team, team.maya).held == ()


def test_a_manager_sees_the_portfolio_first_as_its_last_digest_had_it(team: Team) -> None:
    team.add_proven("Acme")
    team.add_account("Brick")
    team.look()
    (line,) = home_of(team, team.priya).managed
    assert (line.coverage, line.unclaimed) == (None, 1)
    team.change("portfolio", team.portfolio_id, next_digest_at=MONDAY)
    with team.session() as session:
        digest.open_due_digest(session, MONDAY)
    (line,) = home_of(team, team.priya).managed
    assert (line.name, line.coverage, line.in_danger, line.at) == ("EMEA", "50% of 200,000 EUR ARR", 1, MONDAY)
    assert home_of(team, team.maya).managed == ()


def test_an_admin_hears_that_no_portfolio_is_set_up(team: Team) -> None:
    assert not home_of(team, team.ada).no_portfolio
    with team.session() as session:
        session.execute(schema.portfolio.delete())
    assert home_of(team, team.ada).no_portfolio
    assert not home_of(team, team.tom).no_portfolio


def test_a_guest_has_no_home(team: Team) -> None:
    with pytest.raises(UserError, check=says("members of this workspace")):
        home_of(team, team.guest)


def test_home_asks_the_database_as_often_for_thirty_accounts_as_for_three(team: Team) -> None:
    def asked() -> int:
        with statements(team.database) as seen:
            home_of(team, team.maya, datetime(2026, 3, 3, tzinfo=UTC))
        return len(seen)

    for number in range(3):
        team.add_account(f"Few {number}")
    few = asked()
    for number in range(27):
        team.add_account(f"Many {number}")
    assert asked() == few
