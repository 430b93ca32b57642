"""When things are due, by the wall clock of the person concerned.

Every moment that goes in or comes out is an aware `datetime`; what comes out is UTC. A local time that a DST change
skips happens as much later as the clock jumps, one that comes twice happens the first time. `WorkWeek` says when
somebody works: 8 to 18, Monday to Friday, unless they have said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.values import days

WORK_BEGINS = time(8)
WORK_ENDS = time(18)
MORNING = time(8, 30)
"""When the morning message comes, unless somebody has said otherwise."""
REMIND_BEFORE = timedelta(hours=2)
_WEEKDAYS = frozenset(range(5))
_LONGEST_BREAK = 60
"""So many days without a working day count as none: whoever has no working day at all is told on the next day."""


def _never(on: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """When somebody works, by the wall clock of `tz`: from `begins` to `ends` on `weekdays` (Monday is 0).

    `is_holiday` tells the days on which they do not work all the same; `morning` is when their morning message comes.
    """

    tz: str = "UTC"
    begins: time = WORK_BEGINS
    ends: time = WORK_ENDS
    weekdays: frozenset[int] = _WEEKDAYS
    is_holiday: Callable[[date], bool] = _never
    morning: time = MORNING

    def works_on(self, on: date) -> bool:
        """Whether a day is a working day."""
        return on.weekday() in self.weekdays and not self.is_holiday(on)

    def day_after(self, on: date) -> date:
        """The first working day after a day."""
        return self._next(on, 1)

    def day_before(self, on: date) -> date:
        """The last working day before a day."""
        return self._next(on, -1)

    def _next(self, on: date, step: int) -> date:
        candidates = (days.add_days(on, step * ahead) for ahead in range(1, _LONGEST_BREAK))
        return next((day for day in candidates if self.works_on(day)), days.add_days(on, step))

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment where the person is."""
        return local_day(moment, self.tz)

    def morning_of(self, on: date) -> datetime:
        """When the morning message of a day comes."""
        return days.at(on, self.morning, self.tz)

    def next_morning(self, after: datetime) -> datetime:
        """The first morning of a working day strictly after a moment."""
        today = self.day_of(after)
        if self.works_on(today) and self.morning_of(today) > after:
            return self.morning_of(today)
        return self.morning_of(self.day_after(today))


def prompt_due(starts_at: datetime, lead: timedelta, tz: str) -> datetime:
    """`lead` before the meeting; what falls on the owner's weekend is asked on Friday at the same local time."""
    due = days.shift_moment(starts_at, -lead)
    local = days.local(due, tz)
    return due if is_workday(local.date()) else days.at(_workday_on_or_before(local.date()), local.time(), tz)


def reminder_due(starts_at: datetime, week: WorkWeek) -> datetime:
    """Two hours before the meeting; outside the owner's working hours, the last moment of work before."""
    local = days.local(days.shift_moment(starts_at, -REMIND_BEFORE), week.tz)
    today = local.date()
    if week.works_on(today) and week.begins <= local.time() <= week.ends:
        return local.astimezone(UTC)
    if week.works_on(today) and local.time() > week.ends:
        return days.at(today, week.ends, week.tz)
    return days.at(week.day_before(today), week.ends, week.tz)


def tomorrow_morning(now: datetime, week: WorkWeek) -> datetime:
    """The start of work on the next working day."""
    return days.at(week.day_after(week.day_of(now)), week.begins, week.tz)


def in_work(moment: datetime, week: WorkWeek) -> datetime:
    """A moment, if it lies in working hours, the end of work left out; else the next start of work."""
    local = days.local(moment, week.tz)
    today = local.date()
    if not week.works_on(today) or local.time() >= week.ends:
        return days.at(week.day_after(today), week.begins, week.tz)
    return moment.astimezone(UTC) if local.time() >= week.begins else days.at(today, week.begins, week.tz)


def month_opens(month: date, week: WorkWeek) -> datetime:
    """The start of work on the first working day of the month that `month` lies in."""
    first = month.replace(day=1)
    return days.at(first if week.works_on(first) else week.day_after(first), week.begins, week.tz)


def business_day_later(moment: datetime, week: WorkWeek) -> datetime:
    """One working day after a moment, at the same local time within working hours.

    A moment on a free day counts from the start of work on the next working day.
    """
    local = days.local(moment, week.tz)
    today, clock = local.date(), min(max(local.time(), week.begins), week.ends)
    if not week.works_on(today):
        today, clock = week.day_after(today), week.begins
    return days.at(week.day_after(today), clock, week.tz)


def next_weekly(after: datetime, weekday: int, at: str, tz: str) -> datetime:
    """The first moment strictly after `after` that is `at` (`HH:MM`) on this weekday (Monday is 0) in the zone."""
    clock = time.fromisoformat(at)
    today = local_day(after, tz)
    on = days.add_days(today, (weekday - today.weekday()) % 7)
    this_week = days.at(on, clock, tz)
    return this_week if this_week > after else days.at(days.add_days(on, 7), clock, tz)


def local_day(moment: datetime, tz: str) -> date:
    """The calendar day of a moment where the person is."""
    return days.local(moment, tz).date()


def is_workday(on: date) -> bool:
    """Monday to Friday; holidays are not known."""
    return on.weekday() < 5


def _workday_on_or_before(on: date) -> date:
    return days.add_days(on, -max(0, on.weekday() - 4))


def at_work(moment: datetime, week: WorkWeek) -> datetime:
    """The moment itself within the person's working hours, their end as well; else when work begins next."""
    local = days.local(moment, week.tz)
    today, clock = local.date(), local.time()
    if week.works_on(today) and clock < week.begins:
        return days.at(today, week.begins, week.tz)
    return moment if week.works_on(today) and clock <= week.ends else tomorrow_morning(moment, week)
