"""When things are due, by the wall clock of the person concerned.

Every moment that goes in or comes out is an aware `datetime`; what comes out is UTC. A local time that a DST change
skips happens as much later as the clock jumps, one that comes twice happens the first time. The weekend is Saturday
and Sunday.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bot.domain.values import days

WORK_BEGINS = time(9)
WORK_ENDS = time(18)
REMIND_BEFORE = timedelta(hours=2)


def prompt_due(starts_at: datetime, lead: timedelta, tz: str) -> datetime:
    """`lead` before the meeting; what falls on the owner's weekend is asked on Friday at the same local time."""
    due = days.shift_moment(starts_at, -lead)
    local = days.local(due, tz)
    return due if is_workday(local.date()) else days.at(_workday_on_or_before(local.date()), local.time(), tz)


def reminder_due(starts_at: datetime, tz: str) -> datetime:
    """Two hours before the meeting; outside the owner's working hours (9 to 18), the last moment of work before."""
    local = days.local(days.shift_moment(starts_at, -REMIND_BEFORE), tz)
    today = local.date()
    if is_workday(today) and WORK_BEGINS <= local.time() <= WORK_ENDS:
        return local.astimezone(UTC)
    if is_workday(today) and local.time() > WORK_ENDS:
        return days.at(today, WORK_ENDS, tz)
    return days.at(_workday_on_or_before(days.add_days(today, -1)), WORK_ENDS, tz)


def tomorrow_morning(now: datetime, tz: str) -> datetime:
    """Nine o'clock local time on the next working day."""
    return days.at(_workday_after(local_day(now, tz)), WORK_BEGINS, tz)


def in_work(moment: datetime, tz: str) -> datetime:
    """A moment, if it lies in working hours (9 to 18 on a working day); else the next start of work."""
    local = days.local(moment, tz)
    today = local.date()
    if not is_workday(today) or local.time() >= WORK_ENDS:
        return days.at(_workday_after(today), WORK_BEGINS, tz)
    return moment.astimezone(UTC) if local.time() >= WORK_BEGINS else days.at(today, WORK_BEGINS, tz)


def month_opens(month: date, tz: str) -> datetime:
    """Nine o'clock local time on the first working day of the month that `month` lies in."""
    first = month.replace(day=1)
    return days.at(first if is_workday(first) else _workday_after(first), WORK_BEGINS, tz)


def business_day_later(moment: datetime, tz: str) -> datetime:
    """One working day after a moment, at the same local time; a weekend's moment counts from Monday at nine."""
    local = days.local(moment, tz)
    today, clock = local.date(), local.time()
    if not is_workday(today):
        today, clock = _workday_after(today), WORK_BEGINS
    return days.at(_workday_after(today), clock, tz)


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


def _workday_after(on: date) -> date:
    return days.add_days(on, max(1, 7 - on.weekday()) if on.weekday() >= 4 else 1)


def at_work(moment: datetime, tz: str) -> datetime:
    """The moment itself within the person's working hours (9 to 18, Monday to Friday), else when work begins next."""
    local = days.local(moment, tz)
    today, clock = local.date(), local.time()
    if is_workday(today) and clock < WORK_BEGINS:
        return days.at(today, WORK_BEGINS, tz)
    return moment if is_workday(today) and clock <= WORK_ENDS else tomorrow_morning(moment, tz)
