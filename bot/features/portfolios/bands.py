"""The ARR bands of a portfolio and the loads it expects, as people type them."""

from __future__ import annotations

import re
from typing import Any

from bot.app.actor import UserError
from bot.app.typed import money_of
from bot.domain.values.money import Money
from bot.domain.values.text import number
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.store.portfolios import Portfolio

BAND_COLUMNS = ("band_currency", "high_touch_from_minor", "low_touch_from_minor")
LOAD_COLUMNS = ("high_touch_load", "low_touch_load", "high_touch_load_minor", "low_touch_load_minor")
_LOAD = re.compile(r"0{0,4}[1-9][0-9]{0,4}")
_BETWEEN = re.compile(r"\s*/\s*|\s+and\s+")


def bands_of(typed: str) -> dict[str, Any]:
    """The columns of `100,000 / 20,000 USD`; all empty when nothing is typed."""
    if not typed.strip():
        return dict.fromkeys(BAND_COLUMNS)
    amounts = two_amounts(typed, "", "bands")
    if amounts is None:
        raise UserError(PortfolioRefusal.BANDS_UNREADABLE, "bands")
    high, low = amounts
    if not rises(high, low):
        raise UserError(PortfolioRefusal.BANDS_REVERSED, "bands")
    return dict(zip(BAND_COLUMNS, (low.currency, high.minor, low.minor), strict=True))


def two_amounts(typed: str, currency: str, field: str) -> tuple[Money, Money] | None:
    """The amounts of `100,000 / 20,000 USD`, in `currency` where the last names none; None if they are not two."""
    parts = _BETWEEN.split(typed.strip())
    low = money_of(parts[-1], currency, field)
    high = money_of(parts[0], low.currency, field) if low else None
    return None if len(parts) != 2 or low is None or high is None else (high, low)


def rises(high: Money, low: Money) -> bool:
    """Whether high touch begins above low touch, in one currency."""
    return high.currency == low.currency and high.minor > low.minor >= 0


def bands_written(portfolio: Portfolio) -> str:
    """The bands as they are typed."""
    currency, high, low = portfolio.band_currency, portfolio.high_touch_from_minor, portfolio.low_touch_from_minor
    if currency is None or high is None or low is None:
        return ""
    return written(high, low, currency)


def written(high: int, low: int, currency: str) -> str:
    """Two amounts in minor units as they are typed."""
    return f"{number(Money(high, currency).major)} / {number(Money(low, currency).major)} {currency}"


def loads_of(typed: str, currency: str | None = None) -> dict[str, Any]:
    """The columns of `25 / 80; 3,000,000 / 2,000,000 USD`, either half alone too; all empty when nothing is typed.

    `currency` is that of the bands: the ARR is of it, and cannot be said without it.
    """
    columns: dict[str, Any] = dict.fromkeys(LOAD_COLUMNS)
    for half in filter(None, (half.strip() for half in typed.split(";"))):
        parts = _BETWEEN.split(half)
        if len(parts) == 2 and all(_LOAD.fullmatch(part) for part in parts):
            columns |= {"high_touch_load": int(parts[0]), "low_touch_load": int(parts[1])}
        else:
            columns |= _arr_loads_of(half, currency)
    return columns


def loads_written(portfolio: Portfolio) -> str:
    """The loads as they are typed."""
    halves = []
    if portfolio.high_touch_load is not None and portfolio.low_touch_load is not None:
        halves.append(f"{portfolio.high_touch_load} / {portfolio.low_touch_load}")
    high, low, currency = portfolio.high_touch_load_minor, portfolio.low_touch_load_minor, portfolio.band_currency
    if high is not None and low is not None and currency is not None:
        halves.append(written(high, low, currency))
    return "; ".join(halves)


def _arr_loads_of(typed: str, currency: str | None) -> dict[str, Any]:
    amounts = two_amounts(typed, currency or "", "loads")
    if amounts is None or min(amount.minor for amount in amounts) <= 0:
        raise UserError(PortfolioRefusal.LOADS_UNREADABLE, "loads")
    if currency is None:
        raise UserError(PortfolioRefusal.NO_BANDS_YET, "loads")
    if {amount.currency for amount in amounts} != {currency}:
        raise UserError(PortfolioRefusal.LOADS_OF_ANOTHER_CURRENCY, "loads", currency=currency)
    return {"high_touch_load_minor": amounts[0].minor, "low_touch_load_minor": amounts[1].minor}
