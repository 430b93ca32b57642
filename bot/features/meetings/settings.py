"""`/answer settings`: when a member works, and when and how they are asked about their meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, public_holidays
from bot.app.actor import Actor, UserError, must_read
from bot.domain.values.working_hours import WorkWeek
from bot.features.meetings import absence, away_status, untold
from bot.features.meetings.away_status import Status
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.views import SettingsSavedView, SettingsView
from bot.store import members
from bot.store.members import Member

_GROUPS = ("ABC", "DEFGH", "IJKL", "MNO", "PQRS", "TUVWXYZ")


@dataclass(frozen=True, slots=True)
class NewSettings:
    """What the form says; times are `HH:MM`, `country` is empty for that of the time zone.

    `status` is that of Slack now, None where it is not followed or Slack does not say.
    """

    begins: str
    ends: str
    workdays: tuple[str, ...]
    morning: str
    one_each: bool
    country: str
    away_until: date | None
    follows: bool
    status: Status | None = None


def settings_form(session: Session, actor: Actor, now: datetime) -> SettingsView:
    """The form as the actor's settings stand now."""
    must_read(actor)
    member = _member(session, actor)
    week = hours.week_of(member)
    zone_country = public_holidays.country_of(member.tz)
    return SettingsView(
        begins=_text(week.begins),
        ends=_text(week.ends),
        workdays=_days(week),
        morning=_text(week.morning),
        one_each=member.one_each,
        country=member.country or "",
        zone_country=public_holidays.countries().get(zone_country or ""),
        countries=_countries(),
        away_until=_away_until(member, now),
        follows=member.follows_status,
    )


def save_settings(session: Session, actor: Actor, new: NewSettings, now: datetime) -> int:
    """Keep what the form says; returns the member's id. An absence begins, moves or ends as its day says."""
    must_read(actor)
    begins, ends = _clock(new.begins, "begins"), _clock(new.ends, "ends")
    if ends <= begins:
        raise UserError(MeetingRefusal.WORK_ENDS_FIRST, "ends")
    morning = _clock(new.morning, "morning")
    if not begins <= morning < ends:
        raise UserError(MeetingRefusal.MORNING_OUTSIDE_WORK, "morning", begins=_text(begins), ends=_text(ends))
    workdays = [day for day in hours.WEEKDAYS if day in new.workdays]
    if not workdays:
        raise UserError(MeetingRefusal.NO_WORKDAY, "workdays")
    if new.country not in ("", hours.NO_COUNTRY) and new.country not in public_holidays.countries():
        raise UserError(MeetingRefusal.COUNTRY_UNKNOWN, "country")
    values: dict[str, Any] = {
        "work_begins": _text(begins),
        "work_ends": _text(ends),
        "workdays": ",".join(workdays),
        "country": new.country or None,
        "morning_at": _text(morning),
        "one_each": new.one_each,
    }
    next_at = _next_morning(_member(session, actor), values, now)
    members.save_settings(session, actor.workspace_id, actor.member.id, **values, next_morning_at=next_at)
    _be_away(session, actor, new.away_until, now)
    if new.follows != _member(session, actor).follows_status:
        away_status.follow_status(session, actor, new.follows, new.status, now)
    if next_at > now or new.one_each:  # else today's message comes in a moment
        untold.ask_untold(session, _member(session, actor), now)
    return actor.member.id


def _next_morning(before: Member, values: Mapping[str, Any], now: datetime) -> datetime:
    """When the next morning message is due; one of today that has not come comes at once if its new time is past."""
    old, new = hours.week_of(before), hours.week_of(replace(before, **values))
    today = new.day_of(now)
    waits = not before.one_each and new.day_of(old.next_morning(now)) == today
    return now if waits and new.works_on(today) and new.morning_of(today) <= now else new.next_morning(now)


def saved_view(session: Session, actor: Actor, now: datetime) -> SettingsSavedView:
    """What stands now."""
    member = _member(session, actor)
    week = hours.week_of(member)
    country = member.country or public_holidays.country_of(member.tz) or ""
    return SettingsSavedView(
        begins=_text(week.begins),
        ends=_text(week.ends),
        workdays=_days(week),
        next_morning=None if member.one_each else week.next_morning(now),
        holidays_of=public_holidays.countries().get(country),
        away_until=_away_until(member, now),
        follows=member.follows_status,
    )


def _be_away(session: Session, actor: Actor, until: date | None, now: datetime) -> None:
    current = _away_until(_member(session, actor), now)
    if until == current:
        return
    if until is None:
        absence.come_back(session, actor, now)
    else:
        absence.go_away(session, actor, until, now)


def _away_until(member: Member, now: datetime) -> date | None:
    return absence.last_day(member) if member.is_away(now) else None


def _member(session: Session, actor: Actor) -> Member:
    """The actor as the database has them now."""
    return members.by_id(session, actor.workspace_id, actor.member.id) or actor.member


def _days(week: WorkWeek) -> tuple[str, ...]:
    return tuple(day for number, day in enumerate(hours.WEEKDAYS) if number in week.weekdays)


def _text(clock: time) -> str:
    return clock.isoformat("minutes")


def _clock(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise UserError(MeetingRefusal.TIME_OF_DAY_UNREADABLE, field) from None


def _countries() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """All countries in groups by their first letter, as a menu takes no more than a hundred in one."""

    def group(country: tuple[str, str]) -> str:
        letters = next((letters for letters in _GROUPS if country[1][0] in letters), _GROUPS[0])
        return f"{letters[0]} to {letters[-1]}"

    ordered = sorted(public_holidays.countries().items(), key=lambda country: (group(country), country[1]))
    return tuple((label, tuple(some)) for label, some in groupby(ordered, key=group))
