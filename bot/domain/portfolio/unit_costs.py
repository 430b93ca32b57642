"""LTV and CRC:CAC, from what an admin says of four quarters: gross margin, retention cost and acquisition cost.

Formulas of ours, printed wherever the figures stand (`docs/rules.md`, Retention):
LTV = ARR of a customer at the end × gross margin ÷ (1 − GRR) · CRC = retention cost ÷ customers at the start ·
CAC = acquisition cost ÷ new customers. All of one year and one currency; without one of them there is no figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.domain.values.days import add_months

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class QuarterCosts:
    """What was said of a quarter: gross margin as a share, costs in the unit of the ARR; None is unknown."""

    gross_margin: Fraction | None
    retention: Fraction | None
    acquisition: Fraction | None


@dataclass(frozen=True, slots=True)
class YearOfCustomers:
    """What retention says of the same four quarters: accounts at the start, at the end and new, ARR, and GRR."""

    at_start: int
    at_end: int
    new: int
    end_arr: Fraction
    grr: Fraction | None


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """The figures, None where unknown. `missing` are the quarters (first days) for which something was not entered."""

    ltv: Fraction | None
    crc: Fraction | None
    cac: Fraction | None
    missing: tuple[date, ...]

    @property
    def crc_to_cac(self) -> Fraction | None:
        """What keeping a customer costs, of what winning one costs."""
        return self.crc / self.cac if self.crc is not None and self.cac else None


def quarters_before(end: date) -> tuple[date, ...]:
    """The first days of the four quarters that end with the day `end`, itself the first day of a quarter."""
    return tuple(add_months(end, -3 * number) for number in range(QUARTERS, 0, -1))


def quarter_start(on: date) -> date:
    """The first day of the calendar quarter."""
    return on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1)


def unit_costs(costs: Mapping[date, QuarterCosts], quarters: Sequence[date], year: YearOfCustomers) -> UnitCosts:
    """LTV, CRC and CAC over these quarters; the gross margin is the mean of theirs."""
    said = [costs.get(quarter) for quarter in quarters]
    margin = _sum([one.gross_margin if one else None for one in said])
    retention = _sum([one.retention if one else None for one in said])
    acquisition = _sum([one.acquisition if one else None for one in said])
    missing = tuple(quarter for quarter, one in zip(quarters, said, strict=True) if one is None or not _is_whole(one))
    ltv = None
    if margin is not None and year.at_end and year.grr is not None and year.grr < 1:
        ltv = year.end_arr / year.at_end * (margin / len(quarters)) / (1 - year.grr)
    return UnitCosts(
        ltv,
        retention / year.at_start if retention is not None and year.at_start else None,
        acquisition / year.new if acquisition is not None and year.new else None,
        missing,
    )


def _is_whole(costs: QuarterCosts) -> bool:
    return None not in (costs.gross_margin, costs.retention, costs.acquisition)


def _sum(amounts: Sequence[Fraction | None]) -> Fraction | None:
    """The sum of all; None where one is unknown or there is none."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(amounts) else None
