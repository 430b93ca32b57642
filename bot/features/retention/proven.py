"""What was proven of each customer 90 days before they left, or before the end for those who stayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.app.assessments import assessed_then
from bot.domain.portfolio.proven_before import DAYS_BEFORE, ProvenBand, ProvenBar, band_of, bars
from bot.domain.portfolio.retention import Move, Retention
from bot.domain.values.days import add_days
from bot.features.retention.figures import Figures

LOOKED_AT = 400
"""So many customers at most are looked up as they stood then, the largest first: each takes its whole history."""


@dataclass(frozen=True, slots=True)
class ProvenThen:
    """How many outcomes an account had on a day, and the share of success that was proven."""

    outcomes: int
    share: Decimal

    @property
    def band(self) -> ProvenBand:
        """Its bar."""
        return band_of(self.outcomes, self.share)


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars, of how many customers they are, how many were not on record then, and whether some were left out."""

    bars: tuple[ProvenBar, ...]
    known: int
    unknown: int
    is_cut: bool


def bars_of(session: Session, found: Figures, one: Retention[int]) -> Bars:
    """The bars of a cohort."""
    largest = sorted(one.cohort, key=lambda move: (-move.was, move.account))
    looked_at = largest[:LOOKED_AT]
    then = proven_then(session, found, one, looked_at)
    known = [(then[move.account].band, bool(move.now)) for move in looked_at if move.account in then]
    return Bars(bars(known), len(known), len(looked_at) - len(known), len(looked_at) < len(largest))


def proven_then(
    session: Session, found: Figures, one: Retention[int], moves: Iterable[Move[int]]
) -> Mapping[int, ProvenThen]:
    """What was proven of these accounts at the time; those that were not on record yet are missing."""
    by_day: dict[date, list[int]] = {}
    for move in moves:
        last = one.t1 if move.now else found.left_on(move.account, one.currency) or one.t1
        by_day.setdefault(add_days(last, -DAYS_BEFORE), []).append(move.account)
    then: dict[int, ProvenThen] = {}
    for day, account_ids in by_day.items():
        for state, assessment in assessed_then(session, found.window.workspace_id, account_ids, day):
            then[state.account.id] = ProvenThen(assessment.counted, assessment.coverage)
    return then
