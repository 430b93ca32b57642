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
from bot.features.home import home, my_accounts
from bot.features.home.ids import HomeActionId
from bot.features.home.views import HomeView, Show, Sort
from bot.features.oversight import executive
from bot.features.oversight.views import SameLine
from bot.features.portfolios import digest, overview
from bot.features.risks import ownership
from bot.store import proof_state, schema
from bot.store.engine import Database
from bot.store.members import Member
from tests.features.portfolios.test_digest import add_meeting
from tests.features.retention.test_views import eight
from tests.support.managing import MONDAY, Team, day
from tests.support.reading_aloud import RENDERER
from tests.support.refusals import says
from tests.support.statements import statements


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


@pytest.fixture(autouse=True)
def _ten_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_accounts, "ACCOUNTS_SHOWN", 10)


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
    monkeypatch.setattr(my_accounts, "WORKED_OUT", 2)
    team.add_account("Near", renews_in=20)
    for number in range(3):
        team.add_account(f"Blank {number}")
    view = home_of(team, team.maya)
    assert (view.unassessed, len(view.accounts)) == (4, 4)
    assert view.accounts[0].severity is Severity.HIGH
    team.look()
    assert home_of(team, team.maya).unassessed == 0


@pytest.mark.parametrize(
    ("show", "sort", "expected"),
    [
        (Show.ALL, Sort.NAME, ["Blank", "Far", "Proven", "Soon"]),
        (Show.ALL, Sort.ARR, ["Far", "Soon", "Proven", "Blank"]),
        (Show.ALL, Sort.RENEWAL, ["Soon", "Proven", "Far", "Blank"]),
        (Show.RENEWING, Sort.WORST, ["Soon"]),
        (Show.NO_PLAN, Sort.NAME, ["Blank", "Far", "Soon"]),
        (Show.NEEDS, Sort.NAME, ["Blank", "Far", "Soon"]),
    ],
)
def test_my_accounts_are_shown_as_i_choose(team: Team, show: Show, sort: Sort, expected: list[str]) -> None:
    team.add_proven("Proven", renews_in=200, arr_minor=20)
    team.add_account("Soon", renews_in=20, arr_minor=30)
    team.add_account("Far", renews_in=300, arr_minor=40)
    team.add_account("Blank", renews_in=None, arr_minor=None)
    team.look()
    with team.database.reading() as session:
        view = home.home(session, team.as_(team.maya), MONDAY, show=show, sort=sort)
    assert [line.name for line in view.accounts] == expected
    assert (view.show, view.sort, view.accounts_all, view.owns) == (show, sort, len(expected), True)


def test_a_choice_that_fits_none_of_my_accounts_is_still_my_home(team: Team) -> None:
    team.add_proven("Proven")
    team.look()
    with team.database.reading() as session:
        view = home.home(session, team.as_(team.maya), MONDAY, show=Show.NO_PLAN)
    assert view.owns and view.accounts == () and view.executive is None
    assert "None of your accounts matches." in json.dumps(RENDERER.home("home/home.html", view=view))


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
    view = home_of(team, team.maya)
    assert [(line.text, line.overdue, line.done) for line in view.due] == [
        ("Overdue", True, False),
        ("Told", False, True),
        ("Answered by Product", False, False),
        ("Soon", False, False),
    ]
    assert view.to_do == 3
    assert "Told" not in [line.text for line in home_of(team, team.maya, day(MONDAY, 1)).due], "it was done yesterday"


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
    assert (line.name, line.on) == ("EMEA", MONDAY.date())
    assert line.summary is not None and line.summary.in_danger == 1
    assert [(share.percent, share.of) for share in line.summary.by_arr] == [("50%", "200,000 EUR")]
    assert home_of(team, team.maya).managed == ()


def test_a_manager_sees_the_figure_of_the_same_customers(team: Team) -> None:
    _, _, evidence = team.add_proven("Acme")
    team.add_proven("Brick")
    for week in (0, 7):
        team.look(day(MONDAY, week))
        team.change("portfolio", team.portfolio_id, next_digest_at=day(MONDAY, week))
        with team.session() as session:
            digest.open_due_digest(session, day(MONDAY, week))
        if not week:
            assert home_of(team, team.priya).managed[0].same is None, "the first digest has nothing to compare with"
            team.change("evidence", evidence, day(MONDAY, 1), disputed_on=day(MONDAY, 1).date(), disputed_why="wrong")
    view = home_of(team, team.priya, day(MONDAY, 7))
    assert view.managed[0].same == SameLine("50%", -50, MONDAY.date())
    shown = json.dumps(RENDERER.home("home/home.html", view=view), ensure_ascii=False)
    assert "*50% on the same customers*, down 50 points since" in shown


def said_yes(team: Team, account_id: int, at: datetime) -> None:
    """Priya says that an account would renew on value."""
    row = {"account_id": account_id, "verdict": "yes", "why": "They use it", "judged_by": team.priya.id}
    with team.session() as session:
        session.execute(schema.judgement.insert().values(**row, judged_at=at))


def test_a_manager_is_shown_what_waits_for_them_alone_and_their_team(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=20)
    brick = team.add_account("Brick", renews_in=-5, owner_id=team.tom.id)
    team.add("action", account_id=acme, text="Ask", owner_id=team.maya.id, due_on=day(MONDAY, -1).date())
    said_yes(team, brick, day(MONDAY, -9))
    team.add_proven("Clover", owner_id=team.tom.id)
    team.look()
    view = home_of(team, team.priya)
    (line,) = view.managed
    assert (line.customers, line.unclaimed) == (3, sum(need.need == "assign" for need in view.needs))
    records = [need.account for need in view.needs if need.need == "record"]
    assert records == ["Brick"]
    assert [need.severity for need in view.needs] == sorted((need.severity for need in view.needs), reverse=True)
    by_name = {one.name: one for one in view.team}
    assert by_name.keys() == {team.maya.name, team.tom.name}
    assert (by_name[team.tom.name].customers, by_name[team.tom.name].proven) == (2, "50%")
    assert by_name[team.maya.name].overdue == 1
    assert view.executive is None
    shown = json.dumps(RENDERER.home("home/home.html", view=view), ensure_ascii=False)
    assert "Needs you (" in shown and "Your team" in shown and shown.count('"style": "primary"') == 1


def test_a_judgement_is_to_be_made_again_once_something_speaks_against_it(team: Team) -> None:
    acme, _, evidence = team.add_proven("Acme")
    team.look()
    said_yes(team, acme, day(MONDAY, -1))
    assert [need for need in home_of(team, team.priya).needs if need.need == "assess"] == []
    with team.session() as session:
        who = session.execute(select(schema.person.c.id).where(schema.person.c.account_id == acme)).scalars().first()
    team.change("evidence", evidence, disputed_on=MONDAY.date(), disputed_by=who)
    later = day(MONDAY, 1)
    team.look(later)
    (need,) = [need for need in home_of(team, team.priya, later).needs if need.need == "assess"]
    assert (need.account, need.row_id) == ("Acme", acme)


def test_counts_of_risks_that_nobody_has_are_one_count(team: Team) -> None:
    """Home, `/portfolio` and the list of what waits count the same, before and after the manager was reminded."""
    for number in range(3):
        team.add_account(f"Acme {number}")
    team.look()
    (taken, *_) = team.risks()
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), taken.id, MONDAY)
    for now in (MONDAY, day(MONDAY, 3)):
        team.look(now)
        view = home_of(team, team.priya, now)
        with team.database.reading() as session:
            (part,) = overview.portfolio_view(session, team.as_(team.priya), now).parts
        waiting = sum(need.need == "assign" for need in view.needs) + view.needs_more
        assert view.managed[0].unclaimed == part.unclaimed == waiting


def test_who_owns_and_manages_nothing_sees_the_renewals(team: Team) -> None:
    team.add_proven("Proven", renews_in=40)
    team.add_account("Past", renews_in=-3)
    team.add_account("Far", renews_in=200)
    team.look()
    view = home_of(team, team.tom)
    assert view.executive is not None and not view.owns
    assert [(line.account.name, line.in_days) for line in view.executive.renewals] == [("Past", -3), ("Proven", 40)]
    assert (view.executive.customers, view.executive.arr) == (2, "200,000 EUR")
    assert (view.executive.strong, view.executive.weak) == ("100,000 EUR", "100,000 EUR")
    shown = json.dumps(RENDERER.home("home/home.html", view=view), ensure_ascii=False)
    assert "Look up a customer" in shown and "outcome not recorded" in shown
    assert home_of(team, team.maya).executive is None and home_of(team, team.priya).executive is None


def test_an_executive_sees_retention_where_there_are_not_too_many_customers(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home_of(team, team.tom).executive is not None
    eight(team)
    view = home_of(team, team.tom)
    assert view.executive is not None and view.executive.retention is not None
    figures = view.executive.retention
    assert (figures.n, figures.kept_customers, figures.grr, figures.nrr) == (8, 7, "77.5%", "83.7%")
    shown = json.dumps(RENDERER.home("home/home.html", view=view), ensure_ascii=False)
    assert "GRR 77.5% · NRR 83.7% · customers kept 7 of 8. Fewer than 20, read with care." in shown
    monkeypatch.setattr(executive, "RETENTION_OF", 7)
    view = home_of(team, team.tom)
    assert view.executive is not None and view.executive.retention is None


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
    assert asked() == few <= 12 + 18


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
