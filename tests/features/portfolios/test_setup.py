"""Portfolios: who may set them up, what a form may say, which accounts belong, how they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import Loop, PromptState, Tier
from bot.features.portfolios import overview, setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.portfolios.views import AdoptedView, PortfolioSavedView, PortfolioView
from bot.store import accounts, ledger, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.members import Member
from tests.features.portfolios.test_digest import add_meeting
from tests.support.factory import BOT
from tests.support.managing import MONDAY, Team, day
from tests.support.refusals import says

NORTH = PortfolioForm("North", "C0NORTH", "U0TOM", 3, "16:30", "America/New_York")

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "  "}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"name": "emea"}, "name"),
    ({"manager": "U0GUS"}, "manager"),
    ({"manager": "U0NOBODY"}, "manager"),
    ({"manager": None, "channel": None}, "channel"),
    ({"weekday": 7}, "weekday"),
    ({"time": "9 o'clock"}, "time"),
    ({"time": "24:00"}, "time"),
    ({"tz": "Berlin"}, "tz"),
    ({"bands": "lots"}, "bands"),
    ({"bands": "100,000"}, "bands"),
    ({"bands": "20,000 / 100,000 USD"}, "bands"),
    ({"bands": "100,000 EUR / 20,000 USD"}, "bands"),
    ({"loads": "many"}, "loads"),
]


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def set_up(team: Team, member: Member, form: PortfolioForm, now: datetime = MONDAY) -> PortfolioSavedView:
    with team.session() as session:
        return setup.set_up(session, team.as_(member), form, now)


def adopt(team: Team, member: Member, portfolio_id: int) -> AdoptedView:
    with team.session() as session:
        return setup.adopt_unassigned(session, team.as_(member), portfolio_id, MONDAY)


def survey(team: Team, member: Member, now: datetime = MONDAY, **which: Any) -> PortfolioView:
    with team.database.reading() as session:
        return overview.portfolio_view(session, team.as_(member), now, **which)


def portfolio_of(team: Team, account_id: int) -> int | None:
    with team.session() as session:
        account = accounts.in_workspace(session, 1, account_id)
        assert account is not None
        return account.portfolio_id


def test_a_new_portfolio_says_when_its_first_digest_comes_by_its_own_clock(team: Team) -> None:
    saved = set_up(team, team.ada, NORTH)
    assert (saved.created, saved.weekday, saved.manager) == (True, "Thursday", "U0TOM")
    assert saved.next_digest_at == datetime(2026, 3, 5, 21, 30, tzinfo=UTC)


def test_the_same_form_twice_is_one_portfolio(team: Team) -> None:
    first = set_up(team, team.ada, NORTH)
    again = set_up(team, team.ada, NORTH)
    assert (again.portfolio_id, again.created) == (first.portfolio_id, False)


def test_changing_the_name_leaves_the_digest_and_changing_the_time_moves_it(team: Team) -> None:
    north = set_up(team, team.ada, NORTH)
    form = replace(NORTH, portfolio_id=north.portfolio_id)
    renamed = set_up(team, team.tom, replace(form, name="Far North"), day(MONDAY, 1))
    assert renamed.next_digest_at == north.next_digest_at
    moved = set_up(team, team.tom, replace(form, weekday=1), day(MONDAY, 1))
    assert moved.next_digest_at == datetime(2026, 3, 3, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize("channel", ["C0EMEA", "C0NEW"])
def test_saving_the_setup_again_makes_its_channel_one_to_try(team: Team, channel: str) -> None:
    team.change("portfolio", team.portfolio_id, channel_lost_at=MONDAY)
    form = PortfolioForm("EMEA", channel, "U0PRIYA", 0, "09:00", "UTC", portfolio_id=team.portfolio_id)
    set_up(team, team.priya, form)
    assert team.portfolio().channel_lost_at is None


def test_saving_the_loop_channels_again_makes_them_ones_to_try(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, product_channel="C0P")
    team.change("portfolio", team.portfolio_id, product_channel_lost_at=MONDAY, go_to_market_channel_lost_at=MONDAY)
    assert team.portfolio().lost_channels == ("C0P",)
    with team.session() as session:
        setup.set_loops(session, team.as_(team.priya), team.portfolio_id, MONDAY, product="C0P", go_to_market="C0GTM")
    assert team.portfolio().lost_channels == ()


def test_a_form_that_is_wrong_names_the_field(team: Team) -> None:
    for change, field in WRONG:
        with pytest.raises(UserError) as refused:
            set_up(team, team.ada, replace(NORTH, **change))
        assert refused.value.field == field, change


def test_bands_and_loads_are_read_back_as_they_are_typed(team: Team) -> None:
    saved = set_up(team, team.ada, replace(NORTH, bands="100k / 20,000.00 usd", loads="25 / 80"))
    with team.database.reading() as session:
        form = setup.change_form(session, team.as_(team.tom), saved.portfolio_id, MONDAY)
    assert (form.bands, form.loads) == ("100,000 / 20,000 USD", "25 / 80")


def test_admins_and_managers_set_up_portfolios_and_nobody_else(team: Team) -> None:
    with pytest.raises(UserError, check=says("admin")):
        set_up(team, team.maya, NORTH)
    with pytest.raises(UserError):
        set_up(team, team.guest, NORTH)
    assert set_up(team, team.priya, NORTH).created
    with pytest.raises(UserError, check=says("manager")):
        set_up(team, team.maya, replace(NORTH, name="Mine now", portfolio_id=team.portfolio_id))


def test_a_manager_who_types_setup_gets_the_form_of_their_portfolio(team: Team) -> None:
    with team.database.reading() as session:
        mine = setup.setup_form(session, team.as_(team.priya), None, MONDAY)
        named = setup.setup_form(session, team.as_(team.ada), "emea", MONDAY)
        new = setup.setup_form(session, team.as_(team.ada), "South", MONDAY)
    assert (mine.portfolio_id, mine.manager, named.portfolio_id) == (team.portfolio_id, "U0PRIYA", team.portfolio_id)
    assert (new.portfolio_id, new.name, new.tz) == (None, "South", "UTC")


def test_accounts_without_a_portfolio_can_be_taken_in_unless_their_owner_is_in_another_one(team: Team) -> None:
    north = set_up(team, team.ada, NORTH)
    team.add_account("Of Maya, in EMEA")
    free = team.add_account("Of Tom, nowhere", portfolio_id=None, owner_id=team.tom.id)
    nobodys = team.add_account("Of nobody", portfolio_id=None, owner_id=None)
    mayas = team.add_account("Of Maya, nowhere", portfolio_id=None)
    assert set_up(team, team.ada, replace(NORTH, portfolio_id=north.portfolio_id)).unassigned == 2
    assert adopt(team, team.tom, north.portfolio_id).adopted == 2
    assert [portfolio_of(team, account) for account in (free, nobodys, mayas)] == [north.portfolio_id] * 2 + [None]
    assert adopt(team, team.priya, team.portfolio_id).adopted == 1
    assert adopt(team, team.priya, team.portfolio_id) == AdoptedView(team.portfolio_id, "EMEA", 0, 0, without_series=2)


def test_taking_in_stops_at_what_a_click_can_wait_for(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "ADOPTED_AT_ONCE", 2)
    for number in range(3):
        team.add_account(f"Free {number}", portfolio_id=None, owner_id=None)
    first = adopt(team, team.priya, team.portfolio_id)
    assert (first.adopted, first.left) == (2, 1)
    assert adopt(team, team.priya, team.portfolio_id).left == 0


def test_loops_post_to_the_channels_that_the_manager_sets(team: Team) -> None:
    with team.session() as session:
        setup.set_loops(
            session, team.as_(team.priya), team.portfolio_id, MONDAY, product="C0PRODUCT", go_to_market=None
        )
    assert (team.portfolio().product_channel, team.portfolio().go_to_market_channel) == ("C0PRODUCT", None)
    with team.session() as session, pytest.raises(UserError):
        setup.set_loops(session, team.as_(team.maya), team.portfolio_id, MONDAY, product=None, go_to_market=None)


def test_tiers_follow_the_bands_unless_a_human_said_otherwise(team: Team) -> None:
    small = team.add_account("Small", arr_minor=1_000_00)
    large = team.add_account("Large", arr_minor=500_000_00)
    chosen = team.add_account("Chosen", arr_minor=1_000_00, tier=Tier.HIGH_TOUCH, tier_reason="lighthouse customer")
    team.look()
    form = PortfolioForm("EMEA", "C0EMEA", "U0PRIYA", 0, "09:00", "UTC", portfolio_id=team.portfolio_id)
    set_up(team, team.priya, replace(form, bands="100,000 / 20,000 EUR"))
    team.look()
    with team.session() as session:
        tiers = [account.tier for id_ in (small, large, chosen) if (account := accounts.in_workspace(session, 1, id_))]
    assert tiers == [Tier.TECH_TOUCH, Tier.HIGH_TOUCH, Tier.HIGH_TOUCH]


def test_portfolio_shows_a_manager_what_they_manage(team: Team) -> None:
    team.add_broken("Acme")
    team.look()
    (part,) = survey(team, team.priya).parts
    assert (part.name, part.can_manage, part.unclaimed, part.summary.accounts) == ("EMEA", True, 1, 1)


def test_portfolio_shows_several_short_and_one_whole(team: Team) -> None:
    north = team.add_portfolio("North", None, team.priya.id)
    for portfolio_id in (team.portfolio_id, north):
        for number in range(12):
            account_id = team.add_account(f"{portfolio_id} {number}", portfolio_id=portfolio_id, renews_in=10 + number)
            team.add_outcome(account_id, None)
    short = survey(team, team.priya)
    assert [part.name for part in short.parts] == ["EMEA", "North"]
    assert all(len(part.summary.head) <= overview.SHORT_LINES for part in short.parts)
    (whole,) = survey(team, team.priya, portfolio_id=north).parts
    assert len(whole.summary.head) > overview.SHORT_LINES


def test_portfolio_shows_an_owner_their_own_accounts_and_others_everything(team: Team) -> None:
    team.add_account("Acme")
    team.add_account("Brick", owner_id=team.tom.id, deputy_id=team.maya.id)
    assert [(p.name, p.summary.accounts) for p in survey(team, team.tom).parts] == [("Tom Okafor", 1)]
    assert [(p.name, p.summary.accounts) for p in survey(team, team.maya).parts] == [("Maya Lindqvist", 2)]
    assert [(p.name, p.summary.accounts) for p in survey(team, team.ada).parts] == [("EMEA", 2)]
    assert survey(team, team.ada, owner_slack_id="U0TOM").parts[0].summary.accounts == 1


def test_portfolio_says_what_to_do_when_there_is_nothing_to_show(team: Team) -> None:
    with pytest.raises(UserError, check=says("Ada Moreau owns no customer")):
        survey(team, team.maya, owner_slack_id="U0ADA")
    with pytest.raises(UserError, check=says(r"no portfolio called emae\. The nearest: EMEA")):
        survey(team, team.maya, name="emae")
    with team.session() as session:
        session.execute(schema.portfolio.delete())
    with pytest.raises(UserError, check=says("Ask an admin of this workspace for one")):
        survey(team, team.ada)


def test_guests_see_no_portfolio(team: Team) -> None:
    with pytest.raises(UserError):
        survey(team, team.guest)


def test_the_pages_of_a_portfolio_have_load_answers_and_what_keeps_showing_up(team: Team) -> None:
    form = PortfolioForm("EMEA", "C0EMEA", "U0PRIYA", 0, "09:00", "UTC", portfolio_id=team.portfolio_id)
    set_up(team, team.priya, replace(form, bands="50,000 / 20,000 EUR", loads="1 / 80"))
    for name in ("Acme", "Brick"):
        account_id = team.add_account(name)
        team.add("action", account_id=account_id, text="Ask for it", theme="SSO", loop=Loop.PRODUCT)
    add_meeting(team, account_id, day(MONDAY, -1), PromptState.SILENT)
    with team.database.reading() as session:
        page = overview.portfolio_page(session, team.as_(team.priya), str(team.portfolio_id), 0, MONDAY)
    told = {block.title: (block.lines[0].names, block.lines[0].text) for block in page.blocks}
    assert told["Load"] == (("Maya Lindqvist",), "2 customers, 200,000 EUR; 2 high touch of 1 expected")
    assert told["Answers of the last 90 days"] == (("Maya Lindqvist",), "answered 0 of 1, 0 answers moved evidence")
    assert told["What several customers need"] == (("SSO",), "two customers, 200,000 EUR ARR")


def test_a_portfolio_of_another_workspace_is_as_good_as_gone(team: Team) -> None:
    with team.session() as session:
        row = {"team_id": "T2", "name": "Other", "created_at": MONDAY}
        other = session.execute(schema.workspace.insert().values(row).returning(schema.workspace.c.id)).scalar_one()
        theirs = ledger.add(session, BOT, Entity.PORTFOLIO, MONDAY, workspace_id=other, name="Theirs")
    for act in (
        lambda: adopt(team, team.ada, theirs),
        lambda: survey(team, team.ada, portfolio_id=theirs),
        lambda: set_up(team, team.ada, replace(NORTH, portfolio_id=theirs)),
    ):
        with pytest.raises(UserError, check=says("not here any more")):
            act()
