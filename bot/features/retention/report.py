"""The figures as one object keyed by currency, for finance and for scripts: `python -m bot retention --json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.app.assessments import has_begun
from bot.domain.model import Result
from bot.domain.portfolio.retention import Move, Retention
from bot.domain.values.days import DayOutOfRangeError, parse_day
from bot.domain.values.money import minor_digits
from bot.features.retention import queries
from bot.features.retention.case_file import amount, rate
from bot.features.retention.figures import Figures, Window, figures
from bot.features.retention.refusals import RetentionRefusal
from bot.store import portfolios, renewals


def read_window(session: Session, workspace_id: int, typed: tuple[str, str], name: str | None, now: datetime) -> Window:
    """The window of `--from` and `--to` and of the portfolio of this name; `UserError` says what is wrong with them."""
    since, until = (_day(option, word) for option, word in zip(("--from", "--to"), typed, strict=True))
    if since >= until:
        raise UserError(RetentionRefusal.WINDOW_REVERSED, since=since, until=until)
    if until > has_begun(now):
        raise UserError(RetentionRefusal.WINDOW_TO_COME, today=has_begun(now))
    portfolio = portfolios.by_name(session, workspace_id, name) if name else None
    if name and portfolio is None:
        names = tuple(queries.portfolio_names(session, workspace_id))
        raise UserError(RetentionRefusal.PORTFOLIO_UNKNOWN, name=name, nearest=names)
    return Window(workspace_id, since, until, portfolio.id if portfolio else None)


def report(session: Session, window: Window) -> dict[str, dict[str, Any]]:
    """The figures of each currency in which anything is paid; rates are None where there is no cohort.

    Money is in whole units of the currency, rates are to six places, accounts by external id, else by name.
    """
    found = figures(session, window)
    why = renewals.left(session, window.workspace_id, list(found.customers))
    return {currency: _one(found, currency, why) for currency in sorted(found.currencies)}


def _one(found: Figures, currency: str, why: Mapping[int, Result]) -> dict[str, Any]:
    one, old = found.of(currency), found.rebased(currency)
    return {
        "n": one.n,
        "start_arr": _major(one.start, currency),
        "nrr": rate(one.nrr),
        "grr": rate(one.grr),
        "logo_retention": rate(one.logo),
        "m12_over_m3": rate(old.year_over_base),
        "m3_over_m0": rate(old.base_over_start),
        "lost": _names(found, one.churned),
        "from": one.t0.isoformat(),
        "to": one.t1.isoformat(),
        "days": one.days,
        "annual": one.is_annual,
        "few_accounts": one.is_few,
        "logos_kept": one.logos_kept,
        "kept_arr": _major(one.kept, currency),
        "end_arr_of_cohort": _major(one.end_of_cohort, currency),
        "bridge": _bridge(one),
        "contracted": _names(found, one.contracted),
        "expanded": _names(found, one.expanded),
        "reactivated": _names(found, one.reactivated),
        "new": _names(found, one.new),
        "cohorts": {
            "n": old.n,
            "m0_arr": _major(old.at_start, currency),
            "m3_arr": _major(old.at_base, currency),
            "m12_arr": _major(old.at_year, currency),
            "gross_m12_over_m3": rate(old.gross_from_base),
            "bound_for_a_year": old.bound,
        },
        "left_out": {
            "arr_unknown": [_name(found, account) for account in found.found.unknown],
            "moved_currency": [_name(found, account) for account, _, _ in found.found.moved],
            "without_contract": found.uncontracted,
        },
        "lost_accounts": [_lost(found, move, currency, why.get(move.account)) for move in one.churned],
    }


def _bridge(one: Retention[int]) -> dict[str, Any]:
    """Start to end: the parts add up."""
    parts = {
        "start": one.start,
        "expansion": one.came(one.expanded),
        "contraction": one.came(one.contracted),
        "lost": one.came(one.churned),
        "reactivated": one.came(one.reactivated),
        "new": one.came(one.new),
        "end": one.end,
    }
    return {name: _major(value, one.currency) for name, value in parts.items()}


def _lost(found: Figures, move: Move[int], currency: str, why: Result | None) -> dict[str, Any]:
    customer, left_on = found.customers[move.account], found.left_on(move.account, currency)
    return {
        "name": customer.name,
        "external_id": customer.external_id,
        "arr": _major(move.was, currency),
        "left_on": left_on.isoformat() if left_on else None,
        "reason": why.because.value if why and why.because else None,
        "reason_words": why.because_words if why else None,
    }


def _names(found: Figures, moves: tuple[Move[int], ...]) -> list[str]:
    return sorted(_name(found, move.account) for move in moves)


def _name(found: Figures, account_id: int) -> str:
    customer = found.customers[account_id]
    return customer.external_id or customer.name


def _major(minor: Fraction, currency: str) -> int | float:
    return amount(minor / 10 ** minor_digits(currency))


def _day(option: str, typed: str) -> date:
    try:
        return parse_day(typed)
    except (ValueError, DayOutOfRangeError):
        raise UserError(RetentionRefusal.DAY_UNREADABLE, option=option, typed=typed) from None
