"""`/portfolio retention` on a small team's ledger: whose figures, which words, who may enter costs, and the digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.app.actor import Actor, UserError
from bot.app.digest_lines import DigestSpan
from bot.domain.enums import JudgedAs, LeftBecause, RenewalResult, Tier
from bot.domain.portfolio.proven_before import ProvenBand
from bot.features.retention import costs
from bot.features.retention.cohort_view import cohorts_view
from bot.features.retention.lost import lost_view
from bot.features.retention.monthly import monthly_lines
from bot.features.retention.overview import retention_view
from bot.features.retention.refusals import RetentionRefusal
from bot.features.retention.views import RetentionView
from bot.store.engine import Database
from tests.support.managing import MONDAY, Team
from tests.support.refusals import worded
from tests.support.statements import statements

TODAY = MONDAY.date()
BEGAN = date(2024, 6, 1)
LONG_AGO = MONDAY - timedelta(days=500)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def customer(team: Team, name: str, *terms: tuple[date, date | None, int | None], **values: Any) -> int:
    """An account that is on record for long, with terms of one plan: start, end, and ARR in whole units."""
    currency = values.pop("money", "USD")
    account = team.add_account(name, LONG_AGO, **{"tier": Tier.HIGH_TOUCH, **values})
    for number, (start, end, arr) in enumerate(terms):
        more = {"arr_minor": None if arr is None else arr * 100, "currency": currency, "line": "plan"}
        key = {"key": f"{name}:{number}", "version": 1, "recorded_at": MONDAY}
        team.add("contract", LONG_AGO, account_id=account, starts_on=start, ends_on=end, **more, **key)
    return account


def eight(team: Team, **values: Any) -> list[int]:
    """Eight customers of 1,000 USD: six stay, one of them grows by half, one shrinks to 200, one leaves in January."""
    left = date(2026, 1, 10)
    first = customer(team, "Grown", (BEGAN, date(2025, 9, 1), 1000), (date(2025, 9, 1), None, 1500), **values)
    second = customer(team, "Shrunk", (BEGAN, date(2025, 9, 1), 1000), (date(2025, 9, 1), None, 200), **values)
    third = customer(team, "Left", (BEGAN, left, 1000), **values)
    return [first, second, third] + [customer(team, f"Same {n}", (BEGAN, None, 1000), **values) for n in range(5)]


@contextmanager
def refused(code: RetentionRefusal) -> Iterator[None]:
    with pytest.raises(UserError) as refusal:
        yield
    assert refusal.value.code is code and worded(refusal.value)


def seen(team: Team, typed: str = "", actor: Actor | None = None, key: str | None = None) -> RetentionView:
    with team.database.reading() as session:
        return retention_view(session, actor or team.as_(team.priya), MONDAY, typed=typed, key=key)


def test_the_figures_of_a_year_with_their_sums_their_bridge_and_what_was_proven(team: Team) -> None:
    _, _, left, *_ = eight(team)
    outcome = team.add_outcome(left, None, LONG_AGO)
    team.prove(left, outcome, "400", LONG_AGO)
    customer(team, "New", (date(2025, 12, 1), None, 700))
    customer(team, "Back", (date(2023, 1, 1), date(2024, 1, 1), 10), (date(2025, 12, 1), None, 300))
    customer(team, "Euro", (BEGAN, None, 900), money="EUR")
    customer(team, "Unknown", (BEGAN, None, None))
    customer(team, "Uncontracted", renews_in=None, arr_minor=None, currency=None)
    view = seen(team)
    assert (view.name, view.since, view.until, view.currency) == ("All customers", date(2025, 3, 2), TODAY, "USD")
    rates = view.rates
    assert rates is not None and (rates.n, rates.kept_customers, rates.is_shown, rates.is_few) == (8, 7, True, True)
    assert (rates.grr, rates.nrr, rates.logo) == ("77.5%", "83.7%", "87.5%")
    assert (rates.kept, rates.start, rates.end_of_cohort) == ("6,200 USD", "8,000 USD", "6,700 USD")
    steps = [("+500", "expansion"), ("−800", "contraction"), ("−1,000", "lost"), ("+300", "returned"), ("+700", "new")]
    assert (list(view.bridge), view.end) == (steps, "7,700 USD")
    assert (view.customers, view.customers_kept) == (9, 8)
    assert (view.unknown, view.uncontracted, view.too_few, view.others) == (1, 1, (("EUR", 1),), ())
    bars = {bar.band: (bar.kept, bar.left) for bar in view.proven.bars if bar.kept or bar.left}
    assert sum(kept + gone for kept, gone in bars.values()) == view.proven.of == 8 and bars[ProvenBand.NO_PLAN] == (
        7,
        0,
    )
    assert view.unit_costs is not None and (view.unit_costs.ltv, len(view.unit_costs.missing)) == ("", 4)
    with team.database.reading() as session:
        lost = lost_view(session, team.as_(team.priya), view.key, MONDAY)
        (line,) = lost.lines
        assert (line.name, line.arr, line.left_on, lost.more) == ("Left", "1,000 USD", date(2026, 1, 10), 0)
        assert line.proven not in (None, "") and line.because is None
        ages = cohorts_view(session, team.as_(team.priya), view.key, MONDAY)
    # Month 12 of the eight is June 2025, before anything changed; Back was gone by then, with its 10 of 8,010 USD.
    assert (ages.n, ages.net, ages.gross, ages.start) == (9, "99.8%", "99.8%", "100.0%")
    assert [(row.name, row.n, row.is_shown) for row in ages.rows][-2:] == [("2024 Q2", 8, True), ("2025 Q4", 1, False)]
    result: dict[str, Any] = {"result": RenewalResult.LEFT, "because": LeftBecause.ACQUIRED, "because_words": "by NW"}
    who: dict[str, Any] = {"recorded_by": team.priya.id, "recorded_at": MONDAY, "recorded_as": JudgedAs.OTHER}
    team.add("renewal_result", account_id=line.account_id, **result, **who)
    with team.database.reading() as session:
        (line,) = lost_view(session, team.as_(team.priya), view.key, MONDAY).lines
    assert line.because == "they were acquired: by NW"


def test_moving_a_loss_out_of_a_portfolio_or_its_tier_changes_no_figure_of_the_past(team: Team) -> None:
    _, _, left, *_ = eight(team)
    south = team.add_portfolio("South", None, None)
    before = seen(team, "EMEA")
    team.change("account", left, MONDAY - timedelta(hours=1), portfolio_id=south, tier=Tier.TECH_TOUCH)
    assert seen(team, "EMEA") == before
    assert seen(team, "South").rates is None
    assert [line.tier for line in before.tiers] == []


def test_a_quarter_means_the_year_that_ends_with_it(team: Team) -> None:
    eight(team)
    for typed, since, until in (
        ("2025 Q4", date(2025, 1, 1), date(2026, 1, 1)),
        ("q4 2025 EMEA", date(2025, 1, 1), date(2026, 1, 1)),
        ("Q4", date(2025, 1, 1), date(2026, 1, 1)),
        ("2026Q1", date(2025, 3, 2), TODAY),
        ("emea", date(2025, 3, 2), TODAY),
    ):
        view = seen(team, typed)
        assert (view.since, view.until) == (since, until), typed
        assert view.name == ("EMEA" if "emea" in typed.lower() else "All customers")
    assert seen(team, key="0.2026-01-01.USD").until == date(2026, 1, 1)
    for typed, code in (
        ("2025 Q5", RetentionRefusal.QUARTER_UNREADABLE),
        ("Q9", RetentionRefusal.QUARTER_UNREADABLE),
        ("2026 Q2", RetentionRefusal.QUARTER_TO_COME),
        ("2025 Q4 Nowhere", RetentionRefusal.PORTFOLIO_UNKNOWN),
        ("Nowhere", RetentionRefusal.PORTFOLIO_UNKNOWN),
    ):
        with refused(code):
            seen(team, typed)
    for key in ("x", "99", "0.2026-99-01", "1;2"):
        with pytest.raises(UserError):
            seen(team, key=key)
    with pytest.raises(UserError):
        seen(team, actor=team.as_(team.guest))


def test_under_five_customers_no_figure_is_shown(team: Team) -> None:
    for number in range(4):
        customer(team, f"One {number}", (BEGAN, date(2025, 12, 1), 1000))
    view = seen(team)
    assert view.rates is not None and (view.rates.n, view.rates.is_shown, view.proven.bars, view.tiers) == (
        4,
        False,
        (),
        (),
    )
    with team.database.reading() as session:
        ages = cohorts_view(session, team.as_(team.priya), view.key, MONDAY)
        assert not ages.is_shown and not ages.lines and not any(row.is_shown for row in ages.rows)
        span = DigestSpan(1, team.portfolio_id, None, MONDAY)
        assert monthly_lines(session, span).foot == ()


def test_admins_enter_costs_and_ltv_follows(team: Team) -> None:
    eight(team)
    customer(team, "New", (date(2025, 6, 1), None, 700))
    admin = team.as_(team.ada)

    def enter(actor: Actor, quarter: date = date(2025, 10, 1), **typed: str) -> int:
        with team.session() as session:
            row = {"currency": "usd", "margin": "80", "retention": "100", "acquisition": "250", **typed}
            return costs.enter_costs(session, actor, quarter, MONDAY, **row)

    with refused(RetentionRefusal.NOT_AN_ADMIN):
        enter(team.as_(team.priya))
    for field, typed, code in (
        ("currency", "dollars", RetentionRefusal.CURRENCY_UNKNOWN),
        ("margin", "101", RetentionRefusal.MARGIN_UNREADABLE),
        ("margin", "-5", RetentionRefusal.MARGIN_UNREADABLE),
        ("retention", "much", RetentionRefusal.COST_UNREADABLE),
        ("retention", "-1", RetentionRefusal.COST_UNREADABLE),
        ("acquisition", "5 EUR", RetentionRefusal.COST_CURRENCY),
    ):
        with pytest.raises(UserError) as refusal:
            enter(admin, date(2025, 10, 1), **{field: typed})
        assert (refusal.value.code, refusal.value.field) == (code, field)
    with refused(RetentionRefusal.COSTS_EMPTY):
        enter(admin, margin="", retention="", acquisition="")
    for quarter in (date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1)):
        enter(admin, quarter)
    unknown = seen(team).unit_costs
    assert unknown is not None and (unknown.ltv, unknown.crc_to_cac, unknown.missing) == ("", "", ("2025 Q4",))
    row = enter(admin)
    assert enter(admin) == row, "the same again is no new version"
    # 2025: 8 customers at the start, 8,700 a year of nine at the end, GRR (8,000 - 800) / 8,000.
    found = seen(team).unit_costs
    assert found is not None and found.missing == () and found.until == date(2026, 1, 1)
    # 8,400 / 9 × 0.8 / (1 − 0.9); 400 / 8 to 1,000 / 1.
    assert (found.ltv, found.crc, found.cac, found.crc_to_cac) == ("7,466.66 USD", "50 USD", "1,000 USD", "5.0%")
    assert seen(team, "EMEA").unit_costs is None, "costs are of the whole workspace"
    with team.session() as session:
        opened = costs.costs_form(session, admin, "2025-10-01.USD", MONDAY)
        assert (opened.quarter, opened.margin, opened.retention, opened.seen) == ("2025 Q4", "80", "100", row)
    later = Actor(team.ada, "modal", seen=row)
    assert enter(later, retention="120") > row
    with refused(RetentionRefusal.COSTS_CHANGED):
        enter(Actor(team.ada, "modal", seen=row), retention="130")
    with team.database.reading() as session:
        (last,) = [line for line in costs.costs_view(session, admin, MONDAY).lines if line.quarter == "2025 Q4"]
        assert (last.margin, last.retention, last.acquisition, last.by) == (
            "80%",
            "120 USD",
            "250 USD",
            "Ada Admin",
        ) or last.by


def test_the_first_digest_of_a_month_has_two_lines(team: Team) -> None:
    eight(team)

    def foot(since: datetime | None, now: datetime = MONDAY) -> tuple[str, ...]:
        with team.database.reading() as session:
            return monthly_lines(session, DigestSpan(1, team.portfolio_id, since, now)).foot

    week = timedelta(days=7)
    assert foot(MONDAY - week) == (
        "retention, 12 months to 2 Mar 2026: 77.5% gross, 83.7% net, 7 of 8 customers kept"
        " (fewer than 20, read with care)",
        "8,000 USD +500 expansion −800 contraction −1,000 lost = 6,700 USD a year",
    )
    assert foot(None) == foot(MONDAY - week)
    with statements(team.database) as sent:
        assert foot(MONDAY, MONDAY + week) == ()
    assert len(sent) <= 2, "no contract is read in the other weeks"


def test_the_statements_do_not_grow_with_the_customers(team: Team) -> None:
    eight(team)
    with statements(team.database) as few:
        seen(team)
    for number in range(20):
        customer(team, f"More {number}", (BEGAN, None, 1000))
    with statements(team.database) as many:
        seen(team)
    assert len(many) == len(few) <= 20
