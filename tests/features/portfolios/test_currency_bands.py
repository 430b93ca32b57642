"""Accounts that pay in a currency without a band: who is told, who sets it, and what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.app.actor import Actor, UserError
from bot.domain.enums import Tier
from bot.features.accounts import card, tiers
from bot.features.accounts.card_views import TierLine
from bot.features.portfolios import currency_bands, overview, setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.portfolios.views import PortfolioPageView, WithoutBand
from bot.store.engine import Database
from bot.store.members import Member
from tests.support.managing import MONDAY, Team, day
from tests.support.refusals import says

EMEA = PortfolioForm("EMEA", "C0EMEA", "U0PRIYA", 0, "09:00", "Europe/London", "100,000 / 20,000 EUR")


@pytest.fixture
def team(database: Database) -> Team:
    team = Team(database)
    save(team, EMEA)
    return team


def save(team: Team, form: PortfolioForm) -> None:
    with team.session() as session:
        setup.set_up(session, team.as_(team.priya), replace(form, portfolio_id=team.portfolio_id), MONDAY)


def page(team: Team, member: Member) -> PortfolioPageView:
    with team.session() as session:
        return overview.portfolio_page(session, team.as_(member), str(team.portfolio_id), 0, MONDAY)


def set_band(team: Team, typed: str, *, loads: str = "", currency: str = "CHF", actor: Actor | None = None) -> None:
    with team.session() as session:
        currency_bands.set_band(
            session, actor or team.as_(team.priya), team.portfolio_id, currency, MONDAY, typed=typed, loads=loads
        )


def line(team: Team, account_id: int, member: Member | None = None) -> TierLine:
    with team.session() as session:
        tier = card.card(session, team.as_(member or team.priya), account_id, MONDAY).tier
    assert tier is not None
    return tier


def load_of(team: Team) -> str:
    blocks = page(team, team.priya).blocks
    return next(line.text for block in blocks if block.title == "Load" for line in block.lines)


def test_a_currency_without_a_band_is_asked_about_and_its_accounts_follow_the_new_one(team: Team) -> None:
    francs = team.add_account("Alpenbank", arr_minor=30_000_00, currency="CHF")
    team.add_account("Acme")
    team.look()
    assert line(team, francs).without_band == "CHF" and line(team, francs).may_set_band
    assert not line(team, francs, team.maya).may_set_band
    assert page(team, team.priya).without_band == (WithoutBand("CHF", 1),)
    assert page(team, team.priya).can_manage and not page(team, team.maya).can_manage
    set_band(team, "90,000 / 18,000", loads="500,000 / 300,000 CHF")
    team.look()
    followed = line(team, francs)
    assert (followed.tier, followed.by_arr, followed.without_band) == (Tier.LOW_TOUCH, True, None)
    assert page(team, team.priya).without_band == ()
    assert "1 low touch, 30,000 CHF of 300,000 CHF expected" in load_of(team)
    with team.session() as session:
        form = currency_bands.band_form(session, team.as_(team.priya), team.portfolio_id, "CHF", MONDAY)
    assert (form.bands, form.loads) == ("90,000 / 18,000 CHF", "500,000 / 300,000 CHF")
    set_band(team, "")
    assert page(team, team.priya).without_band == (WithoutBand("CHF", 1),)


def test_the_card_says_who_set_the_tier(team: Team) -> None:
    acme = team.add_account("Acme")
    assert line(team, acme).by_arr
    with team.session() as session:
        maya = team.as_(team.maya)
        tiers.overrule_tier(session, maya, acme, Tier.HIGH_TOUCH, day(MONDAY, 1), reason="A reference customer")
    raised = line(team, acme)
    assert (raised.by_arr, raised.who, raised.reason, raised.lowered) == (False, "Maya Lindqvist", raised.reason, None)
    assert raised.reason == "A reference customer"
    save(team, replace(EMEA, bands=""))
    other = line(team, team.add_account("Other"))
    assert (other.by_arr, other.reason, other.without_band) == (False, None, None)


def test_the_load_is_read_back_and_told_by_count_and_by_arr(team: Team) -> None:
    save(team, replace(EMEA, loads="25 / 80; 150,000 / 90,000 EUR"))
    with team.session() as session:
        form = setup.change_form(session, team.as_(team.priya), team.portfolio_id, MONDAY)
    assert form.loads == "25 / 80; 150,000 / 90,000 EUR"
    for name in ("Acme", "Globex"):
        team.add_account(name)
    team.look()
    assert "2 high touch of 25 expected, 200,000 EUR of 150,000 EUR expected" in load_of(team)
    save(team, replace(EMEA, loads="200,000 / 90,000"))
    assert "2 high touch, 200,000 EUR of 200,000 EUR expected" in load_of(team)


@pytest.mark.parametrize(
    ("loads", "bands"),
    [
        ("many", EMEA.bands),
        ("25 / 80; lots", EMEA.bands),
        ("25 / 80; 150,000 / 90,000 USD", EMEA.bands),
        ("0 / 90,000 EUR", EMEA.bands),
        ("150,000 / 90,000 EUR", ""),
    ],
)
def test_a_load_that_cannot_be_names_its_field(team: Team, loads: str, bands: str) -> None:
    with pytest.raises(UserError) as refused:
        save(team, replace(EMEA, loads=loads, bands=bands))
    assert refused.value.field == "loads"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"typed": "lots"}, "bands"),
        ({"typed": "90,000 / 18,000 USD"}, "bands"),
        ({"typed": "18,000 / 90,000"}, "bands"),
        ({"typed": "90,000 / 18,000", "loads": "some"}, "loads"),
        ({"typed": "90,000 / 18,000", "loads": "5 / 4 USD"}, "loads"),
        ({"typed": "90,000 / 18,000", "currency": "XXX"}, "bands"),
        ({"typed": "90,000 / 18,000", "currency": "EUR"}, None),
    ],
)
def test_a_band_that_cannot_be_names_its_field(team: Team, given: dict[str, Any], field: str | None) -> None:
    with pytest.raises(UserError) as refused:
        set_band(team, **given)
    assert refused.value.field == field


def test_only_who_manages_sets_a_band_and_only_beside_the_main_one(team: Team) -> None:
    with pytest.raises(UserError):
        set_band(team, "90,000 / 18,000", actor=team.as_(team.maya))
    save(team, replace(EMEA, bands=""))
    with pytest.raises(UserError, check=says("This portfolio has no bands")):
        set_band(team, "90,000 / 18,000")
