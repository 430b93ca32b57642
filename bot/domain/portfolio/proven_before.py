"""Who was kept and who left, by the share of outcomes that was proven so many days before: the bars of retention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

DAYS_BEFORE = 90


class ProvenBand(StrEnum):
    """How much of success was proven, in the order of the bars."""

    NO_PLAN = "no_plan"
    UNDER_QUARTER = "under_quarter"
    UNDER_HALF = "under_half"
    UNDER_FOUR_FIFTHS = "under_four_fifths"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class ProvenBar:
    """The customers of a band: how many were kept, and how many left."""

    band: ProvenBand
    kept: int
    left: int


def band_of(outcomes: int, proven: Decimal) -> ProvenBand:
    """The band of an account with so many outcomes, of which this share (0 to 1) was proven."""
    if not outcomes:
        return ProvenBand.NO_PLAN
    edges = (
        (Decimal("0.25"), ProvenBand.UNDER_QUARTER),
        (Decimal("0.5"), ProvenBand.UNDER_HALF),
        (Decimal("0.8"), ProvenBand.UNDER_FOUR_FIFTHS),
    )
    return next((band for below, band in edges if proven < below), ProvenBand.MOST)


def bars(accounts: Iterable[tuple[ProvenBand, bool]]) -> tuple[ProvenBar, ...]:
    """A bar for each band, from the band of each account and whether it was kept."""
    counts = Counter(accounts)
    return tuple(ProvenBar(band, counts[band, True], counts[band, False]) for band in ProvenBand)
