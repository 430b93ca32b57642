"""`/portfolio stages`: whose accounts it counts, page by page, in a fixed number of statements."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.app.actor import Actor, UserError, bot_author
from bot.domain.enums import AccountStatus, Stage
from bot.features.portfolios import stages
from bot.features.portfolios.views import StagesView
from bot.store import accounts
from bot.store.engine import Database
from tests.support import factory
from tests.support.managing import MONDAY, Team
from tests.support.statements import statements

TODAY = MONDAY.date()


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def staged(team: Team, name: str, stage: Stage = Stage.SETUP, since: int = 10, **values: Any) -> int:
    """An account that is in a stage since so many days, by an entry."""
    row: dict[str, Any] = {"stage": stage, "arr_minor": 1_000_00, "currency": "EUR", **values}
    account = team.add_account(name, **row)
    team.add("stage_entry", account_id=account, stage=stage, entered_on=TODAY - timedelta(days=since))
    return account


def through_setup(team: Team, days: int) -> int:
    """An account that took so many days for setup, and has had its first win on that day."""
    began = date(2025, 3, 1)
    moved = began + timedelta(days=days)
    more: dict[str, Any] = {"stage": Stage.ADOPTION, "contract_start": began, "first_win_on": moved, "first_win": "Yes"}
    account = team.add_account(f"Done {days}", **more)
    team.add("stage_entry", account_id=account, stage=Stage.SETUP, entered_on=began)
    team.add("stage_entry", account_id=account, stage=Stage.ADOPTION, entered_on=moved)
    return account


def view(team: Team, actor: Actor, **which: Any) -> StagesView:
    with team.session() as session:
        return stages.stages_view(session, actor, MONDAY, **which)


def customers(seen: StagesView) -> dict[Stage, int]:
    return {line.stage: line.customers for line in seen.lines if line.customers}


def test_a_manager_sees_what_they_manage_an_owner_their_own_and_others_all(team: Team) -> None:
    staged(team, "One")
    staged(team, "Two", Stage.ADOPTION, owner_id=team.tom.id)
    south = team.add_portfolio("South", None, None)
    staged(team, "Three", Stage.OUTCOMES, portfolio_id=south, owner_id=None)
    staged(team, "Gone", status=AccountStatus.FORMER)
    priya, tom, ada = (team.as_(member) for member in (team.priya, team.tom, team.ada))
    assert customers(view(team, priya)) == {Stage.SETUP: 1, Stage.ADOPTION: 1}
    assert customers(view(team, tom)) == {Stage.ADOPTION: 1}
    assert customers(view(team, ada)) == {Stage.SETUP: 1, Stage.ADOPTION: 1, Stage.OUTCOMES: 1}
    assert customers(view(team, tom, name="South")) == {Stage.OUTCOMES: 1}
    assert (view(team, priya).name, view(team, tom).name, view(team, ada).name) == (
        "EMEA",
        team.tom.name,
        "EMEA, South",
    )


def test_each_currency_is_summed_apart_and_no_arr_is_counted(team: Team) -> None:
    staged(team, "One", arr_minor=2_000_00)
    staged(team, "Two")
    staged(team, "Three", arr_minor=900_00, currency="USD")
    staged(team, "Four", arr_minor=None, currency=None)
    line = view(team, team.as_(team.priya)).lines[0]
    assert (line.customers, line.arr, line.unknown_arr) == (4, ("3,000 EUR", "900 USD"), 1)


def test_what_moved_since_the_quarter_began(team: Team) -> None:
    forward = staged(team, "One", Stage.SETUP, since=100)
    team.change("account", forward, stage=Stage.ACTIVATION)
    team.add("stage_entry", account_id=forward, stage=Stage.ACTIVATION, entered_on=date(2026, 1, 1))
    back = staged(team, "Two", Stage.OUTCOMES, since=100)
    team.change("account", back, stage=Stage.ADOPTION)
    team.add("stage_entry", account_id=back, stage=Stage.ADOPTION, entered_on=date(2026, 2, 1))
    staged(team, "Three", since=5)
    seen = view(team, team.as_(team.priya))
    assert seen.quarter_began == date(2026, 1, 1)
    assert (seen.forward, seen.back, seen.joined, seen.unmoved) == (1, 1, 1, 0)
    moved = {line.stage: (line.entered, line.left) for line in seen.lines if line.entered or line.left}
    assert moved == {Stage.SETUP: (1, 1), Stage.ACTIVATION: (1, 0), Stage.ADOPTION: (1, 0), Stage.OUTCOMES: (0, 1)}


def test_an_owners_stalls_are_held_against_the_whole_portfolio(team: Team) -> None:
    for days in (10, 20, 30, 40, 50):
        through_setup(team, days)
    mine = staged(team, "Slow", since=51, owner_id=team.tom.id)
    seen = view(team, team.as_(team.tom))
    assert [(line.account_id, line.days, line.median, line.p90) for line in seen.stalled] == [(mine, 51, 30, 50)]
    assert (seen.median, seen.timed, seen.none_yet) == (None, 0, 1)
    whole = view(team, team.as_(team.priya))
    assert (whole.median, whole.p90, whole.timed, whole.with_care) == (30, 50, 5, True)


def test_the_stalled_are_on_pages(team: Team) -> None:
    for days in (1, 2, 3, 4, 5):
        through_setup(team, days)
    for number in range(23):
        staged(team, f"Slow {number}", since=100 + number)
    priya = team.as_(team.priya)
    seen = view(team, priya)
    assert (len(seen.stalled), seen.stalled_in_all, seen.stalled[0].name) == (stages.SHOWN, 23, "Slow 22")
    with team.session() as session:
        pages = [stages.stalled_page(session, priya, seen.key, page, MONDAY) for page in range(3)]
        beyond = stages.stalled_page(session, priya, seen.key, 99, MONDAY)
        by_id = stages.stalled_page(session, priya, str(team.portfolio_id), 0, MONDAY)
    assert [len(page.stalled) for page in pages] == [10, 10, 3]
    assert beyond == pages[2]
    assert by_id.stalled == pages[0].stalled
    assert len({line.account_id for page in pages for line in page.stalled}) == 23


def test_the_number_of_statements_does_not_grow(team: Team) -> None:
    def asked() -> int:
        with team.session() as session, statements(team.database) as seen:
            stages.stages_view(session, team.as_(team.priya), MONDAY)
        return len(seen)

    staged(team, "One")
    few = asked()
    for number in range(30):
        staged(team, f"More {number}")
    assert asked() == few


def test_another_workspace_and_an_undone_import_count_for_nothing(team: Team) -> None:
    staged(team, "One")
    staged(team, "Taken back", taken_back_at=MONDAY)
    foreign = factory.add_workspace(team.database, "T2")
    with team.session() as session:
        theirs = factory.portfolio(session, "Theirs", MONDAY, foreign)
        accounts.create(session, bot_author(foreign), MONDAY, "Foreign", portfolio_id=theirs)
    assert customers(view(team, team.as_(team.ada))) == {Stage.SETUP: 1}
    with pytest.raises(UserError):
        view(team, team.as_(team.ada), portfolio_id=theirs)
    with pytest.raises(UserError):
        view(team, team.as_(team.guest))
