"""When a cadence meets next: RRULE and wall clock in the cadence's own time zone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, Protocol
from zoneinfo import available_timezones

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from bot.app import public_holidays
from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.enums import OnHoliday
from bot.domain.values import working_hours
from bot.domain.values.days import add_days, local, shift_moment, zone_of

REPEATS = {
    "weekly": "FREQ=WEEKLY",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
    "monthly_weekday": "FREQ=MONTHLY;BYDAY=",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "quarterly_weekday": "FREQ=MONTHLY;INTERVAL=3;BYDAY=",
    "once": "FREQ=DAILY;COUNT=1",
}
"""The words of the form and the rules that they begin."""

BY_WEEKDAY = ("monthly_weekday", "quarterly_weekday")
"""The choices that count a weekday in its month."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_WEEKLY = re.compile("FREQ=WEEKLY(?:;INTERVAL=([1-9][0-9]{0,2}))?")
_MONTHLY = re.compile("FREQ=MONTHLY(?:;INTERVAL=([1-9][0-9]{0,2}))?")
_EVERY_MONTH_HAS = 28
_LOOK_BACK = timedelta(days=14)
"""The longest that a public holiday, or several in a row, moves a meeting."""


class Series(Protocol):
    """What a meeting series is known by here: its rule, its anchor and zone, and what a public holiday does to it."""

    @property
    def rrule(self) -> str: ...
    @property
    def local_start(self) -> str: ...
    @property
    def tz(self) -> str: ...
    @property
    def on_holiday(self) -> OnHoliday: ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting: `starts_at` in UTC, and its place in the series as local wall clock, the next anchor.

    `local_start` is `YYYY-MM-DDTHH:MM`; ` 31` behind it is the day of the month that a short month had to shorten.
    """

    starts_at: datetime
    local_start: str

    @property
    def day(self) -> date:
        """The day that the series gives, before a public holiday moves it."""
        return date.fromisoformat(self.local_start[:10])


def rule_of(repeat: str, first_day: date, weekdays: Collection[str] = ()) -> str:
    """The RRULE of a choice: a key of `REPEATS`, and for weeks the `WEEKDAYS` other than that of the first day.

    `monthly_weekday` and `quarterly_weekday` are the weekday of the first day, counted in its month: the first Tuesday;
    a fifth is the last.
    """
    rule = REPEATS[repeat]
    own = WEEKDAYS[first_day.weekday()]
    if repeat in BY_WEEKDAY:
        count = (first_day.day - 1) // 7 + 1
        return f"{rule}{-1 if count == 5 else count}{own}"
    chosen = [day for day in WEEKDAYS if day in weekdays]
    return (
        f"{rule};BYDAY={','.join(chosen)}"
        if repeat in ("weekly", "fortnightly") and chosen not in ([], [own])
        else rule
    )


def repeat_of(rrule: str) -> tuple[str, tuple[str, ...]]:
    """The choice that a rule comes from, and its weekdays, such as `("weekly", ("MO", "WE"))` or `(…, ("1TU",))`."""
    rule, _, days = rrule.partition("BYDAY=")
    begins = f"{rule}BYDAY=" if rule.startswith(REPEATS["monthly"]) and days else rule.rstrip(";")
    word = next((word for word, rule in REPEATS.items() if rule == begins), rrule)
    return word, tuple(days.split(",")) if days else ()


def next_meeting(series: Series, after: datetime) -> Occurrence | None:
    """The first meeting of a series strictly after the moment `after`, or None when it has ended.

    One that falls on a public holiday of its zone's country moves to the next working day if the series says so, and
    is left out where that day has a meeting of the series, or a later one, already.
    """
    if series.on_holiday is not OnHoliday.MOVE:
        return next_occurrence(series.rrule, series.local_start, series.tz, after)
    regular = next_occurrence(series.rrule, series.local_start, series.tz, shift_moment(after, -_LOOK_BACK))
    while regular is not None:
        following = next_occurrence(series.rrule, regular.local_start, series.tz, regular.starts_at)
        moved = _moved(regular, series.tz)
        takes_place = following is None or moved.starts_at < following.starts_at
        if takes_place and moved.starts_at > after:
            return moved
        regular = following
    return None


def schedule(lead: timedelta, upcoming: Occurrence | None, owner_tz: str) -> dict[str, Any]:
    """The columns that move a series on to its `upcoming` meeting, asked about `lead` before; without one it ends."""
    if upcoming is None:
        return {"active": False, "next_meeting_at": None, "next_prompt_at": None}
    due = working_hours.prompt_due(upcoming.starts_at, lead, owner_tz)
    return {"local_start": upcoming.local_start, "next_meeting_at": upcoming.starts_at, "next_prompt_at": due}


def next_occurrence(rrule: str, local_start: str, tz: str, after: datetime) -> Occurrence | None:
    """The first meeting of a rule strictly after the moment `after`, or None when it has ended.

    A wall-clock time that a DST change skips moves later by as much as the clock jumps; a time that comes twice
    means the first one. A day that a month lacks is its last one, counted from the first meeting: 31, 28, 31.
    """
    zone = zone_of(tz)
    written, _, month_day = local_start.partition(" ")
    anchor = datetime.fromisoformat(written)
    wanted = int(month_day or anchor.day)
    # A local wall clock may run backwards by an hour: start two hours early and step past what is not after.
    early = local(shift_moment(after, timedelta(hours=-2)), tz).replace(tzinfo=None)
    try:
        for candidate in occurrences(rrule, anchor, early, wanted):
            starts_at = candidate.replace(tzinfo=zone).astimezone(UTC)
            if starts_at > after:
                shortened = f" {wanted}" if _MONTHLY.fullmatch(rrule) and candidate.day != wanted else ""
                return Occurrence(starts_at, candidate.isoformat(timespec="minutes") + shortened)
    except OverflowError:  # the calendar ends, and the series with it
        return None
    return None


def occurrences(rrule: str, anchor: datetime, first: datetime, month_day: int | None = None) -> Iterator[datetime]:
    """The occurrences of a rule, in wall-clock time, from `first` on; `month_day` is the day of monthly ones."""
    weekly, monthly = _WEEKLY.fullmatch(rrule), _MONTHLY.fullmatch(rrule)
    if weekly is not None:
        # Most series are of this kind, and reading a rule takes ten times as long as counting weeks.
        step = timedelta(weeks=int(weekly[1] or 1))
        candidate = anchor + max(0, -((anchor - first) // step)) * step
        while True:
            yield candidate
            candidate += step
    wanted = month_day or anchor.day
    if monthly is None or wanted <= _EVERY_MONTH_HAS:
        yield from rrulestr(rrule, dtstart=anchor).xafter(first, inc=True)
        return
    for number in count(step=int(monthly[1] or 1)):
        candidate = anchor
        try:
            candidate += relativedelta(months=number, day=wanted)
        except ValueError:  # the year 10000
            return
        if candidate >= max(anchor, first):
            yield candidate


def _moved(regular: Occurrence, tz: str) -> Occurrence:
    """The meeting on the next working day, if its own day is a public holiday."""
    on = regular.day
    if public_holidays.name_of(on, tz) is None:
        return regular
    while on.weekday() > 4 or public_holidays.name_of(on, tz) is not None:
        on = add_days(on, 1)
    at = datetime.fromisoformat(regular.local_start.partition(" ")[0])
    starts_at = datetime.combine(on, at.time(), zone_of(tz)).astimezone(UTC)
    return Occurrence(starts_at, regular.local_start)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def checked_zone(tz: str, field: str) -> str:
    """`tz` if it is an IANA time zone; `UserError` otherwise."""
    if tz not in _zones():
        raise UserError(AppRefusal.TIME_ZONE_UNKNOWN, field)
    return tz
