"""How the proven share of a portfolio moved week by week, from what its digests told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.values.text import near_day
from bot.features.portfolios import queries
from bot.features.portfolios.customer_list import Chosen
from bot.features.portfolios.list_choice import ListChoice
from bot.features.portfolios.list_views import CoverageTrendView, TrendLine

_CHARTS = 2
"""A message takes so many charts."""
_FEWEST = 2


def coverage_trend(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> CoverageTrendView:
    """The trend of the portfolio that a choice means; of several, that of the first which has digests.

    A week without a digest is in no line: 0 would be a claim.
    """
    chosen, today = Chosen(session, actor, choice), actor.today(now)
    said = queries.last_said(session, actor.workspace_id, [portfolio.id for portfolio in chosen.portfolios])
    names = {portfolio.id: portfolio.name for portfolio in chosen.portfolios}
    for portfolio_id, name in names.items():
        weeks = said[portfolio_id].said.get("trend", []) if portfolio_id in said else []
        if lines := _lines(weeks, today):
            since = date.fromisoformat(weeks[0]["on"])
            return CoverageTrendView(name, lines[:_CHARTS], since, choice.value)
    return CoverageTrendView(chosen.title, (), None, choice.value)


def _lines(weeks: list[dict[str, Any]], today: date) -> tuple[TrendLine, ...]:
    """A line for each currency that at least two digests told of, the one of most weeks first."""
    points: dict[str, list[tuple[str, int]]] = {}
    for week in weeks:
        for currency, (proven, _) in week["shares"].items():
            points.setdefault(currency, []).append((near_day(date.fromisoformat(week["on"]), today), proven))
    enough = [(currency, told) for currency, told in points.items() if len(told) >= _FEWEST]
    in_order = sorted(enough, key=lambda line: (-len(line[1]), line[0]))
    return tuple(TrendLine(currency, tuple(told)) for currency, told in in_order)
