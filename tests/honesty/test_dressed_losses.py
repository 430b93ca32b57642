"""Losses that somebody would rather not show: each docstring says how the attempt ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.enums import AccountStatus, ContractBasis, Source
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_contracts
from bot.features.merging import merging
from bot.features.merging.merging import NewMerge
from bot.features.portfolios import setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.renewals import results
from bot.features.renewals.results import Left, Renewed
from bot.features.retention.overview import retention_view
from bot.features.retention.views import RateLine
from tests.honesty.play import FIRST, FRIDAY, SECOND, TUESDAY, Play
from tests.support.managing import CHANNEL, day

BEGAN = date(2024, 6, 1)
LONG_AGO = FRIDAY - timedelta(days=500)


def customer(play: Play, name: str, arr: int, ends: date | None = None, **values: Any) -> int:
    """An account that is on record for long, with one term of a contract; ARR is in whole units."""
    account = play.team.add_account(name, LONG_AGO, **values)
    term = {"arr_minor": arr * 100, "currency": "EUR", "line": "plan", "key": f"c-{name}", "external_id": f"c-{name}"}
    term |= {"version": 1, "recorded_at": LONG_AGO, "basis": ContractBasis.IMPORTED}
    play.team.add("contract", LONG_AGO, account_id=account, starts_on=BEGAN, ends_on=ends, **term)
    return account


@pytest.fixture
def five(play: Play) -> Play:
    """Five more customers, who stay as they are."""
    for number in range(5):
        customer(play, f"Same {number}", 1000)
    return play


def retention(play: Play, now: datetime) -> tuple[RateLine, tuple[str, ...]]:
    """The rates of the twelve months that end today, and what is said beside them."""
    with play.team.session() as session:
        view = retention_view(session, play.team.as_(play.team.priya), now, typed="EMEA", key=None)
    assert view.rates is not None
    return view.rates, view.remarks


def left(play: Play, account: int, now: datetime, last_day: date) -> None:
    new = Left(account, last_day, "competitor")
    with play.team.session() as session:
        results.record_left(session, play.team.as_(play.team.maya), new, now)


def merge(play: Play, stays: int, goes: int, now: datetime, *, one_contract: bool = False) -> None:
    with play.team.session() as session:
        merging.merge(session, play.team.as_(play.team.priya), NewMerge(stays, goes, 0, one_contract), now)


# Retention


def test_a_lost_customer_is_merged_into_a_healthy_one(five: Play) -> None:
    """Figures unchanged: who was lost before the merge stays lost, as a customer of its own."""
    gone = customer(five, "Gone", 5000, date(2026, 1, 10), status=AccountStatus.FORMER)
    stays = customer(five, "Stays", 1000)
    before, _ = retention(five, TUESDAY)
    assert (before.grr, before.logo, before.n) == ("54.5%", "85.7%", 7)
    merge(five, stays, gone, TUESDAY)
    assert retention(five, TUESDAY)[0] == before


def test_a_customer_becomes_part_of_another_before_it_leaves(five: Play) -> None:
    """Named beside the figures, with who did it, and in the digest with what fell away."""
    gone, stays = customer(five, "Gone", 900), customer(five, "Stays", 1000)
    five.digest(FIRST)
    merge(five, stays, gone, TUESDAY, one_contract=True)
    _, said = retention(five, TUESDAY)
    assert said[0].startswith(
        "Gone is part of Stays since 3 Mar 2026, by Priya Nair. Both were said to be one contract"
    )
    assert "Merged: Gone, 100,000 EUR, now part of Stays" in five.digest(SECOND)


def test_a_shrinking_customer_becomes_part_of_a_growing_one(five: Play) -> None:
    """Named beside the figures: what one lost is set off by what the other gained."""
    merge(five, customer(five, "Stays", 1000), customer(five, "Goes", 900), TUESDAY)
    _, said = retention(five, TUESDAY)
    assert "Goes is part of Stays since 3 Mar 2026, by Priya Nair. They count as one customer" in said[0]


def test_a_file_makes_the_past_smaller(five: Play) -> None:
    """Named beside the figures: by how much the first day is less than was recorded first, and who changed it."""
    five.team.add_account("Shrunk", LONG_AGO)
    for arr, now in ((5000, LONG_AGO), (1000, TUESDAY)):
        text = f"Account Name,Contract Number,Plan,Start Date,ARR,Currency\nShrunk,77,plan,2024-06-01,{arr},EUR\n"
        with five.team.session() as session:
            run = ImportRun(session, 1, now, member_id=five.team.ada.id)
            import_contracts(run, File("export.csv", text.encode()), Options())
    _, said = retention(five, TUESDAY)
    named = "Shrunk: terms on record were changed, last by Ada Moreau on 3 Mar 2026. On the first day it pays 4,000"
    assert said[0].startswith(named)


def test_a_loss_is_dated_back_to_before_the_year(five: Play) -> None:
    """Named beside the figures: the year before had it as a customer when it was recorded."""
    gone = customer(five, "Gone", 5000)
    left(five, gone, TUESDAY, date(2025, 3, 3))
    _, said = retention(five, day(TUESDAY, 5))
    assert said[0].startswith("Gone: terms on record were changed, last by Maya Lindqvist on 3 Mar 2026.")


# The digest


def test_a_customer_comes_and_goes_between_two_digests(play: Play) -> None:
    """Named in the digest, with ARR and reason."""
    play.digest(FIRST)
    new = play.team.add_account("Goliath", TUESDAY, arr_minor=500_000_00)
    left(play, new, day(TUESDAY, 1), TUESDAY.date())
    told = play.digest(SECOND)
    assert "Goliath: 500,000 EUR, moved to a competitor." in told


def test_a_customer_leaves_in_two_years(play: Play) -> None:
    """Named in the digest with the last day, and on the card."""
    play.digest(FIRST)
    left(play, play.birch, TUESDAY, date(2028, 1, 1))
    assert "Birch: 100,000 EUR, moved to a competitor, last day 1 Jan 2028." in play.digest(SECOND)
    assert play.card(SECOND).leaves_on == date(2028, 1, 2)


def test_a_loss_is_a_renewal_for_a_cent(play: Play) -> None:
    """Named in the digest, with both amounts and who recorded it."""
    play.team.change("account", play.birch, FRIDAY, renewal_date=date(2026, 3, 4))
    play.digest(FIRST)
    new = Renewed(play.birch, "0.01", "EUR", "price", date(2027, 3, 4), link="https://birch.example/order")
    with play.team.session() as session:
        results.record_renewed(session, play.team.as_(play.team.maya), new, day(TUESDAY, 2))
    told = play.digest(SECOND)
    assert "Birch, 0.01 EUR (was 100,000 EUR)" in told
    assert "Birch: ARR 100,000 EUR → 0.01 EUR; Maya Lindqvist" in told


def test_all_customers_move_to_a_new_portfolio_in_a_bad_week(proven: Play) -> None:
    """Named in the digest that it avoids: where it went, and how it stands today, beside what was told."""
    team = proven.team
    proven.record(team.priya, "1000", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    new = team.add_portfolio("New", CHANNEL, team.priya.id)
    team.change("account", proven.birch, TUESDAY, portfolio_id=new)
    assert "Birch: 100,000 EUR, to New, 100% proven as told, 0% today" in proven.digest(SECOND)


def test_the_digest_is_put_off_each_week(proven: Play) -> None:
    """Figures unchanged: whenever the next digest comes, it tells of all that happened since the last one."""
    team = proven.team
    proven.record(team.priya, "1000", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    for week in range(3):
        at = f"0{7 + week % 2}:30"
        form = PortfolioForm("EMEA", CHANNEL, "U0PRIYA", 0, at, "Europe/London", portfolio_id=team.portfolio_id)
        with team.session() as session:
            setup.set_up(session, team.as_(team.priya), form, day(SECOND, 7 * week) - timedelta(hours=1))
    due = team.portfolio().next_digest_at
    assert due is not None
    told = proven.digest(due)
    assert "Newly broken: Birch, “Fewer tickets a month” (fallen back" in told
