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
_LOAD = re.compile(r"0{0,4}[1-9][0-9]{0,4}")
_BETWEEN = re.compile(r"\s*/\s*|\s+and\s+")


def bands_of(typed: str) -> dict[str, Any]:
    """The columns of `100,000 / 20,000 USD`; all empty when nothing is typed."""
    if not typed.strip():
        return dict.fromkeys(BAND_COLUMNS)
    parts = _BETWEEN.split(typed.strip())
    low = money_of(parts[-1], "", "bands")
    high = money_of(parts[0], low.currency, "bands") if low else None
    if len(parts) != 2 or low is None or high is None:
        raise UserError(PortfolioRefusal.BANDS_UNREADABLE, "bands")
    if high.currency != low.currency or not high.minor > low.minor >= 0:
        raise UserError(PortfolioRefusal.BANDS_REVERSED, "bands")
    return dict(zip(BAND_COLUMNS, (low.currency, high.minor, low.minor), strict=True))


def bands_written(portfolio: Portfolio) -> str:
    """The bands as they are typed."""
    currency, high, low = portfolio.band_currency, portfolio.high_touch_from_minor, portfolio.low_touch_from_minor
    if currency is None or high is None or low is None:
        return ""
    return f"{number(Money(high, currency).major)} / {number(Money(low, currency).major)} {currency}"


def loads_of(typed: str) -> dict[str, Any]:
    """The columns of `25 / 80`; all empty when nothing is typed."""
    if not typed.strip():
        return {"high_touch_load": None, "low_touch_load": None}
    parts = _BETWEEN.split(typed.strip())
    if len(parts) != 2 or not all(_LOAD.fullmatch(part) for part in parts):
        raise UserError(PortfolioRefusal.LOADS_UNREADABLE, "loads")
    return {"high_touch_load": int(parts[0]), "low_touch_load": int(parts[1])}


def loads_written(portfolio: Portfolio) -> str:
    """The loads as they are typed."""
    high, low = portfolio.high_touch_load, portfolio.low_touch_load
    return "" if high is None or low is None else f"{high} / {low}"
