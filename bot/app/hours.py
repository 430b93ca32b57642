"""When a member works and is told: their own settings, else 8 to 18, Monday to Friday, by their own clock.

Public holidays are those of the country that they have chosen, else of the country of their time zone.
"""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache, partial

from bot.app import public_holidays
from bot.domain.values.working_hours import MORNING, WORK_BEGINS, WORK_ENDS, WorkWeek
from bot.store.members import Member

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NO_COUNTRY = "--"
"""What is stored for whoever works on public holidays."""


def week_of(member: Member) -> WorkWeek:
    """When this member works."""
    chosen = frozenset(WEEKDAYS.index(day) for day in (member.workdays or "").split(",") if day in WEEKDAYS)
    plain = of_zone(member.tz, member.country)
    return WorkWeek(
        tz=member.tz,
        begins=_clock(member.work_begins, WORK_BEGINS),
        ends=_clock(member.work_ends, WORK_ENDS),
        weekdays=chosen or plain.weekdays,
        is_holiday=plain.is_holiday,
        morning=_clock(member.morning_at, MORNING),
    )


@lru_cache(maxsize=1024)
def of_zone(tz: str, country: str | None = None) -> WorkWeek:
    """When people work by default in a time zone, with the public holidays of a country, else of the zone's."""
    where = public_holidays.country_of(tz) if country is None else country
    if where is None or where == NO_COUNTRY:
        return WorkWeek(tz)
    return WorkWeek(tz, is_holiday=partial(_is_holiday, where))


def week_or_zone(member: Member | None, tz: str) -> WorkWeek:
    """When this member works; without one, when people work in a time zone."""
    return week_of(member) if member is not None else of_zone(tz)


def _is_holiday(country: str, on: date) -> bool:
    return public_holidays.in_country(on, country) is not None


def _clock(text: str | None, default: time) -> time:
    """A wall-clock time as it is stored; the default for what is none."""
    try:
        return time.fromisoformat(text) if text else default
    except ValueError:
        return default
