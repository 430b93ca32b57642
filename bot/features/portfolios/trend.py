"""The shares of the last twelve weeks, which each digest carries on, and the chart that a month's first digest has.

A week without a digest is in no list, so the chart leaves it out: 0 would be a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import floor
from typing import Any

from bot.domain.portfolio.digest import Digest
from bot.domain.values.text import MONTHS
from bot.features.portfolios.phrases import WeekPhrase
from bot.features.portfolios.week import ChartWeek, WeekChart
from bot.features.portfolios.week_words import largest_first
from bot.phrases import say

_WEEKS = 12
_SPAN = timedelta(weeks=_WEEKS)
_FEWEST = 2
_TOO_FEW_RENEW = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """What one digest told, by currency in whole percent: the proven share of all ARR, and of the ARR that renews
    within 60 days, None where none does."""

    on: date
    shares: Mapping[str, tuple[int, int | None]]


def carried_on(before: Sequence[Mapping[str, Any]], digest: Digest, today: date) -> tuple[TrendWeek, ...]:
    """The weeks that the last digest carried, as `as_json` gave them, and this one: twelve weeks, oldest first."""
    earlier = [_from_json(stored) for stored in before]
    recent = [week for week in earlier if today - _SPAN < week.on < today]
    return (*recent[1 - _WEEKS :], TrendWeek(today, _shares(digest)))


def as_json(weeks: Sequence[TrendWeek]) -> list[dict[str, Any]]:
    """The weeks as plain values, to be kept with the digest."""
    return [{"on": week.on.isoformat(), "shares": dict(week.shares)} for week in weeks]


def chart_of(digest: Digest, weeks: Sequence[TrendWeek], since: date | None) -> WeekChart | None:
    """The chart for the first digest of a month, of the currency with the largest ARR; None for any other digest, or
    where nothing can be compared.

    `since` is the day of the digest before. A week in which no ARR was to renew has no value for *Renews in 60 days*
    and would be left out; where more than half of the weeks would, *Proven* stands alone.
    """
    currency = _main_currency(digest)
    if currency is None or since is None or _month(since) == _month(weeks[-1].on):
        return None
    told = [(week.on, *week.shares[currency]) for week in weeks if currency in week.shares]
    both = [week for week in told if week[2] is not None]
    if len(both) < _FEWEST or len(both) < len(told) * _TOO_FEW_RENEW:
        both = [(on, proven, None) for on, proven, _ in told]
    if len(both) < _FEWEST:
        return None
    missing = (both[-1][0] - both[0][0]).days // 7 + 1 > len(both)
    points = tuple(ChartWeek(f"{on.day} {MONTHS[on.month - 1]}", proven, renewing) for on, proven, renewing in both)
    return WeekChart(say(WeekPhrase.CHART_TITLE, currency=currency), points, missing)


def _main_currency(digest: Digest) -> str | None:
    """The currency of the message's own figure; None without any ARR."""
    if bridges := largest_first(digest.bridges):
        return bridges[0].currency
    return digest.coverage.by_arr[0].arr.currency if digest.coverage.by_arr else None


def _shares(digest: Digest) -> dict[str, tuple[int, int | None]]:
    """Both shares of each currency that has ARR; the first is the bridge's end, so that both agree to the point."""
    ends = {bridge.currency: floor(bridge.end * 100) for bridge in digest.bridges}
    shares: dict[str, tuple[int, int | None]] = {}
    for share in digest.coverage.by_arr:
        currency, renewing = share.arr.currency, digest.renewing.get(share.arr.currency)
        if share.ratio is not None:
            proven = ends.get(currency, int(share.ratio * 100))
            shares[currency] = proven, None if renewing is None else int(renewing * 100)
    return shares


def _from_json(stored: Mapping[str, Any]) -> TrendWeek:
    shares = {currency: (proven, renewing) for currency, (proven, renewing) in stored["shares"].items()}
    return TrendWeek(date.fromisoformat(stored["on"]), shares)


def _month(on: date) -> tuple[int, int]:
    return on.year, on.month
