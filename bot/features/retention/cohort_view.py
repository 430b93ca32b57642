"""Answers the button *Cohorts*: what each start quarter pays by age, month 3 = 100."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.portfolio import cohorts
from bot.domain.portfolio.cohorts import BASE, YEAR, Cohort
from bot.domain.portfolio.retention import ENOUGH_TO_SHOW, FEW
from bot.features.retention import keys
from bot.features.retention.figures import figures
from bot.features.retention.overview import chosen_currency
from bot.features.retention.views import CohortRow, CohortsView
from bot.features.retention.wording import tenths, whole

MONTHS = (3, 6, 9, 12)
_ROWS = 8
_LINES = 4


def cohorts_view(session: Session, actor: Actor, key: str, now: datetime) -> CohortsView:
    """The cohorts of what a button asks for."""
    asked = keys.by_key(session, actor, key, now)
    found = figures(session, asked.window)
    currency = chosen_currency(found, asked)
    accounts = found.aged(currency) if currency else []
    old = cohorts.rebased(accounts)
    together = cohorts.cohorts(accounts, cohorts.quarter_name)
    shown = old.n >= ENOUGH_TO_SHOW
    return CohortsView(
        key=asked.key(currency),
        name=asked.name,
        until=asked.window.t1,
        currency=currency,
        n=old.n,
        is_shown=shown,
        is_few=old.n < FEW,
        net=_tenths(old.year_over_base),
        gross=_tenths(old.gross_from_base),
        start=_tenths(old.base_over_start),
        says_nothing=old.says_nothing,
        bound=old.bound,
        months=MONTHS,
        rows=tuple(_row(cohort) for cohort in together[-_ROWS:]),
        older=len(together[:-_ROWS]),
        all_n=len(accounts),
        all_cells=tuple(_cell(cohorts.average(together, month, _base(month)), month) for month in MONTHS),
        lines=_lines(together),
    )


def _row(cohort: Cohort) -> CohortRow:
    cells = tuple(_cell(cohort.share(month, _base(month)), month) for month in MONTHS)
    return CohortRow(cohort.name, cohort.n, cohort.n >= ENOUGH_TO_SHOW, cells)


def _base(month: int) -> int:
    """Month 3 is told of the start, every later one of month 3."""
    return 0 if month == BASE else BASE


def _cell(share: Fraction | None, month: int) -> str | None:
    if share is None:
        return None
    return whole(share) if month == BASE else whole(share).removesuffix("%")


def _lines(together: Sequence[Cohort]) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """The newest cohorts that are twelve months old, in percent of their start."""
    grown = [cohort for cohort in together if YEAR in cohort.sums and cohort.n >= ENOUGH_TO_SHOW and cohort.sums[0]]
    return tuple(
        (cohort.name, tuple((f"M{month}", int((cohort.share(month, 0) or 0) * 100)) for month in (0, *MONTHS)))
        for cohort in grown[-_LINES:]
    )


def _tenths(share: Fraction | None) -> str | None:
    return None if share is None else tenths(share)
