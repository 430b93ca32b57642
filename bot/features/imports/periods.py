"""Calendar arithmetic of imported terms and periods, and the digest that tells one imported row from another."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.domain.values.days import add_days, add_months

_DAYS_A_MONTH = Decimal("365.25") / 12


class EndDay(StrEnum):
    """What the end of a term is: its last day, the first day after it, or a day that could be either."""

    LAST = "last"
    NEXT = "next"
    EITHER = "either"


def digest(*parts: object) -> str:
    """A key of 64 characters for these parts; an empty part and none are the same."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def day_after(day: date) -> date:
    """The next day."""
    return add_days(day, 1)


def end_day(start: date, end: date) -> EndDay:
    """What the end of a term of whole months is: 31 December or 1 January, for one that began on 1 January."""
    if end > start and end == add_months(start, _whole_months(start, end)):
        return EndDay.NEXT
    after = day_after(end)
    if after > start and after == add_months(start, _whole_months(start, after)):
        return EndDay.LAST
    return EndDay.EITHER


def months_between(start: date, end: date) -> Decimal:
    """How many months a term has: whole ones where it ends on its day of the month, else by days."""
    months = _whole_months(start, end)
    if end == add_months(start, months):
        return Decimal(months)
    return Decimal((end - start).days) / _DAYS_A_MONTH


def _whole_months(start: date, end: date) -> int:
    """The number of months that leads from `start` to `end`, if a whole number does."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(months, 0)
