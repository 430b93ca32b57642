"""Days and moments that no value can break: what people write is held to a range, and arithmetic saturates.

A person may write a day between `EARLIEST` and `LATEST`. Rows of an earlier release may hold any day that a date can
be, so whatever adds to a stored day or moment does it here: the result stops at the calendar's first or last one
instead of raising `OverflowError`.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EARLIEST = date(1950, 1, 1)
LATEST = date(2199, 12, 31)
_LONGEST = 40
# A day away from both ends, every zone's local time of a moment is a moment too.
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)


class DayOutOfRangeError(ValueError):
    """A day that lies before 1950 or after 2199: nobody means it."""


def parse_day(text: str) -> date:
    """The day that a person or a form wrote as `2026-03-31`.

    Raises `DayOutOfRangeError` outside of `EARLIEST` to `LATEST`, `ValueError` for anything that is no day.
    """
    if len(text) > _LONGEST:
        raise ValueError("too long to be a day")
    return in_range(date.fromisoformat(text.strip()))


def in_range(on: date) -> date:
    """`on`, if a person may write it; raises `DayOutOfRangeError` otherwise."""
    if not EARLIEST <= on <= LATEST:
        raise DayOutOfRangeError(f"{on} is not between {EARLIEST} and {LATEST}")
    return on


def add_days(on: date, days: int) -> date:
    """The day so many days after `on`, or before it if negative; the calendar's first or last day beyond its ends."""
    return date.fromordinal(min(max(on.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def add_months(on: date, months: int) -> date:
    """The same day so many months later, or earlier if negative; the last of a month that lacks it.

    `EARLIEST` or `LATEST` beyond these.
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    if not EARLIEST.year <= year <= LATEST.year:
        return LATEST if months > 0 else EARLIEST
    return min(on.replace(year=year, month=month + 1, day=min(on.day, monthrange(year, month + 1)[1])), LATEST)


def shift_day(on: date, span: timedelta) -> date:
    """As `add_days`, by the whole days of `span`."""
    return add_days(on, span.days)


def shift_moment(moment: datetime, span: timedelta) -> datetime:
    """The aware `moment` moved by `span`, in UTC; at the calendar's ends the first or last that every zone has."""
    at = _within(moment)
    try:
        return _within(at + span)
    except OverflowError:
        return _FIRST if span < timedelta() else _LAST


def local(moment: datetime, tz: str) -> datetime:
    """The aware `moment` by the wall clock of `tz`; UTC where the time zone database does not know the zone."""
    return _within(moment).astimezone(zone_of(tz))


def at(on: date, clock: time, tz: str) -> datetime:
    """The UTC moment of a wall-clock time: the first where it comes twice, past the gap where there is none."""
    inside = min(max(on, _FIRST.date()), _LAST.date())
    return datetime.combine(inside, clock.replace(fold=0, tzinfo=None), zone_of(tz)).astimezone(UTC)


@lru_cache(maxsize=1024)
def zone_of(tz: str) -> ZoneInfo:
    """The time zone of this name; UTC where the time zone database does not know it."""
    try:
        return ZoneInfo(tz)
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")


def _within(moment: datetime) -> datetime:
    """The moment in UTC, moved inwards where some zone would have no local time for it."""
    if moment.tzinfo is UTC:
        return min(max(moment, _FIRST), _LAST)
    try:
        return min(max(moment.astimezone(UTC), _FIRST), _LAST)
    except OverflowError:
        return _FIRST if moment.year < EARLIEST.year else _LAST
