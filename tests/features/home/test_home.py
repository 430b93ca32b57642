"""App Home: what I owe, what is due, what I have, and my accounts worst first."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.app.assessments import assess_now
from bot.domain.enums import PromptState, Severity
from bot.features.home import home
from bot.features.home.ids import HomeActionId
from bot.features.home.views import HomeView
from bot.features.portfolios import digest
from bot.features.risks import ownership
from bot.store import proof_state, schema
from bot.store.engine import Database
from bot.store.members import Member
from tests.features.portfolios.test_digest import add_meeting
from tests.support.managing import MONDAY, Team, day
from tests.support.reading_aloud import RENDERER
from tests.support.refusals import says
from tests.support.statements import statements


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def home_of(team: Team, member: Member, now: datetime = MONDAY, page: int = 0) -> HomeView:
    with team.database.reading() as session:
        return home.home(session, team.as_(member), now, page=page)


def names(view: HomeView) -> list[str]:
    return [line.name for line in view.accounts]


def test_my_accounts_are_worst_first_and_ten_a_page(team: Team) -> None:
    team.add_proven("In order")
    for number in range(21):
        team.add_account(f"Blank {number}", arr_minor=number * 100)
    team.add_account("Near", renews_in=20, arr_minor=1)
    view = home_of(team, team.maya)
    assert (len(view.accounts), view.accounts_all, view.pages, view.next_accounts) == (10, 23, 3, 10)
    assert [(line.name, line.severity) for line in view.accounts[:2]] == [
        ("Near", Severity.HIGH),
        ("Blank 20", Severity.MEDIUM),
    ]
    last = home_of(team, team.maya, page=2)
    assert (names(last), last.next_accounts) == (["Blank 1", "Blank 0", "In order"], -7)


@pytest.mark.parametrize("page", [-1, 3, 10**12])
def test_a_page_that_is_not_there_is_the_nearest_one(team: Team, page: int) -> None:
    for number in range(21):
        team.add_account(f"Blank {number}")
    assert home_of(team, team.maya, page=page).page == (0 if page < 0 else 2)


def book(team: Team) -> list[str]:
    """Thirty accounts of every sort, reviewed, and the order of all of them on Home."""
    for number in range(10):
        team.add_proven(f"Proven {number}", arr_minor=(number % 3) * 100)
        team.add_account(f"blank {number}", renews_in=20 + 40 * number, arr_minor=None if number % 2 else 700)
        team.add_account(f"Été {number}", renews_in=300, currency="USD", deputy_id=team.maya.id)
    team.look()
    return [name for page in range(3) for name in names(home_of(team, team.maya, page=page))]


def test_every_account_stands_on_one_page_in_the_order_of_the_rules(team: Team) -> None:
    shown = book(team)
    with team.session() as session:
        ids = list(session.execute(select(schema.account.c.id)).scalars())
        states = proof_state.load_many(session, [1], ids)
    assessments = sorted((assess_now(state, MONDAY) for state in states), key=lambda one: one.worst_first)
    assert shown == [one.account.name for one in assessments]


@pytest.mark.parametrize("name", ["Proven 4", "blank 3", "Été 9"])
def test_what_changed_since_its_summary_stands_where_it_belongs_at_once(team: Team, name: str) -> None:
    before = book(team)
    with team.session() as session:
        row = session.execute(select(schema.account.c.id).where(schema.account.c.name == name)).scalar_one()
    team.change("account", row, renewal_date=day(MONDAY, 10).date(), arr_minor=99_000_000)
    after = [shown for page in range(3) for shown in names(home_of(team, team.maya, page=page))]
    assert sorted(after) == sorted(before)
    assert after.index(name) < before.index(name)
    assert [shown for shown in after if shown != name] == [shown for shown in before if shown != name]


def test_accounts_that_nobody_has_assessed_yet_are_shown_and_said_to_be(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "WORKED_OUT", 2)
    team.add_account("Near", renews_in=20)
    for number in range(3):
        team.add_account(f"Blank {number}")
    view = home_of(team, team.maya)
    assert (view.unassessed, len(view.accounts)) == (4, 4)
    assert view.accounts[0].severity is Severity.HIGH
    team.look()
    assert home_of(team, team.maya).unassessed == 0


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
        ownership.close(session, team.as_(team.maya), risk.id, MONDAY, how="They wrote down what success is")
    assert home_of(team, team.maya).held == ()


def test_a_manager_sees_the_portfolio_first_as_its_last_digest_had_it(team: Team) -> None:
    team.add_proven("Acme")
    team.add_broken("Brick")
    team.look()
    (line,) = home_of(team, team.priya).managed
    assert (line.summary, line.unclaimed) == (None, 1)
    team.change("portfolio", team.portfolio_id, next_digest_at=MONDAY)
    with team.session() as session:
        digest.open_due_digest(session, MONDAY)
    (line,) = home_of(team, team.priya).managed
    assert (line.name, line.at) == ("EMEA", MONDAY)
    assert line.summary is not None and line.summary.in_danger == 1
    assert [(share.percent, share.of) for share in line.summary.by_arr] == [("50%", "200,000 EUR")]
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


def test_home_asks_the_database_as_often_for_three_hundred_accounts_as_for_three(team: Team) -> None:
    """It reads no evidence but of what has changed since its summary, and no more rows than it shows."""

    def asked() -> int:
        with statements(team.database) as seen:
            home_of(team, team.maya, datetime(2026, 3, 2, 11, tzinfo=UTC))
            home_of(team, team.priya, datetime(2026, 3, 2, 11, tzinfo=UTC))
        assert not any(re.search(r"FROM evidence\b", statement) for statement in seen)
        return len(seen)

    for number in range(3):
        team.add_account(f"Few {number}")
    team.look()
    few = asked()
    for number in range(297):
        team.add_account(f"Many {number}")
    team.look()
    assert asked() == few <= 2 * 12


def test_a_long_list_says_how_many_more_there_are(team: Team) -> None:
    acme = team.add_account("Acme")
    for number in range(11):
        due: dict[str, Any] = {"owner_id": team.maya.id, "due_on": day(MONDAY, number % 5).date()}
        team.add("action", account_id=acme, text=f"Step {number}", **due)
        add_meeting(team, acme, day(MONDAY, number + 1), PromptState.OPEN)
    view = home_of(team, team.maya)
    assert (len(view.due), view.due_more, len(view.owed), view.owed_more) == (8, 3, 8, 3)


def test_a_home_with_everything_at_its_limit_fits(team: Team) -> None:
    """Slack refuses a home of more than a hundred blocks or of much more than 13,000 characters."""
    for number in range(12):
        name = f"{number} " + "株式会社" * 20
        account = team.add_account(name, renews_in=20)
        due: dict[str, Any] = {"owner_id": team.maya.id, "due_on": MONDAY.date()}
        team.add("action", account_id=account, text="Ask them " * 40, **due)
        add_meeting(team, account, day(MONDAY, number + 1), PromptState.OPEN)
    team.look()
    for risk in team.risks():
        with team.session() as session:
            ownership.claim(session, team.as_(team.maya), risk.id, MONDAY)
    view = home_of(team, team.maya)
    shown = RENDERER.home("home/home.html", view=view)
    assert len(shown["blocks"]) <= 100
    assert HomeActionId.NEXT_ACCOUNTS in json.dumps(shown)
    assert json.dumps(shown).count("card.open") >= 10
