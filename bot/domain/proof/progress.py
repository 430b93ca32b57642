"""How far the customer got: the newest value between baseline and target.

Progress says nothing about how well we know it; that is the grade (`bot.domain.proof.grading`).
"""

from __future__ import annotations

from decimal import Decimal

from bot.domain.enums import Direction, OutcomeKind
from bot.domain.model import Outcome

ZERO = Decimal(0)
ONE = Decimal(1)


def progress(outcome: Outcome, value: Decimal | None) -> Decimal | None:
    """clamp((value − baseline) ÷ (target − baseline), 0, 1), or `None` when a part is missing.

    `None` as well for a statement, for a target equal to the baseline, and for a target on the wrong side of the
    baseline (direction up with a lower target): such a plan has a hole, and a guess would fill it.
    """
    baseline, direction = outcome.baseline, outcome.direction
    if value is None or baseline is None or outcome.kind is OutcomeKind.STATEMENT:
        return None
    if direction is Direction.HOLD:
        return _held(outcome, value, baseline)
    if outcome.target is None:
        return None
    way = outcome.target - baseline
    if not way or (direction is not None and (direction is Direction.UP) is not (way > ZERO)):
        return None
    ratio = (value - baseline) / way
    return ZERO if ratio <= ZERO else ONE if ratio >= ONE else ratio


def shortfall(outcome: Outcome, value: Decimal) -> Decimal | None:
    """How bad a value is, for comparing two of them: the larger is the worse. `None` when the direction is unknown."""
    direction = outcome.direction or _direction_of_target(outcome)
    if direction is Direction.UP:
        return -value
    if direction is Direction.DOWN:
        return value
    return _outside(outcome, value) if direction is Direction.HOLD else None


def _direction_of_target(outcome: Outcome) -> Direction | None:
    if outcome.target is None or outcome.baseline is None or outcome.target == outcome.baseline:
        return None
    return Direction.UP if outcome.target > outcome.baseline else Direction.DOWN


def _held(outcome: Outcome, value: Decimal, baseline: Decimal) -> Decimal | None:
    """Inside the band is 1. Outside, what is left of the baseline's own distance; 0 if the baseline was inside."""
    gap = _outside(outcome, value)
    if gap is None:
        return None
    if gap == 0:
        return ONE
    start = _outside(outcome, baseline)
    return ZERO if start is None or gap >= start else ONE - gap / start


def _outside(outcome: Outcome, value: Decimal) -> Decimal | None:
    """The distance from the band, 0 inside it; `None` without a band. One bound alone is a band."""
    low, high = outcome.band_low, outcome.band_high
    if low is None and high is None:
        return None
    if low is not None and value < low:
        return low - value
    if high is not None and value > high:
        return value - high
    return ZERO
