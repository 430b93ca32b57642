"""When a cadence meets next: RRULE and wall clock in the cadence's own time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

from dateutil.rrule import rrulestr

from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.values.days import local, shift_moment, zone_of

REPEATS = {
    "weekly": "FREQ=WEEKLY",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "once": "FREQ=DAILY;COUNT=1",
}

_WEEKLY = re.compile("FREQ=WEEKLY(?:;INTERVAL=([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting: `starts_at` in UTC, and the same as local wall clock (`YYYY-MM-DDTHH:MM`), the next anchor."""

    starts_at: datetime
    local_start: str


def next_occurrence(rrule: str, local_start: str, tz: str, after: datetime) -> Occurrence | None:
    """The first meeting strictly after the moment `after`, or None when the series has ended.

    A wall-clock time that a DST change skips moves later by as much as the clock jumps; a time that comes twice
    means the first one.
    """
    zone = zone_of(tz)
    anchor = datetime.fromisoformat(local_start)
    # A local wall clock may run backwards by an hour: start two hours early and step past what is not after.
    early = local(shift_moment(after, timedelta(hours=-2)), tz).replace(tzinfo=None)
    try:
        for candidate in occurrences(rrule, anchor, early):
            starts_at = candidate.replace(tzinfo=zone).astimezone(UTC)
            if starts_at > after:
                return Occurrence(starts_at, candidate.isoformat(timespec="minutes"))
    except OverflowError:  # the calendar ends, and the series with it
        return None
    return None


def occurrences(rrule: str, anchor: datetime, first: datetime) -> Iterator[datetime]:
    """The occurrences of a rule, in wall-clock time, from `first` on."""
    weekly = _WEEKLY.fullmatch(rrule)
    if weekly is None:
        yield from rrulestr(rrule, dtstart=anchor).xafter(first, inc=True)
        return
    # Most series are of this kind, and reading a rule takes ten times as long as counting weeks.
    step = timedelta(weeks=int(weekly[1] or 1))
    candidate = anchor + max(0, -((anchor - first) // step)) * step
    while True:
        yield candidate
        candidate += step


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def checked_zone(tz: str, field: str) -> str:
    """`tz` if it is an IANA time zone; `UserError` otherwise."""
    if tz not in _zones():
        raise UserError(AppRefusal.TIME_ZONE_UNKNOWN, field)
    return tz
