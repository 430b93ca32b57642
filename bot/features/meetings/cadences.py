"""Sets the customer meetings of an account: one series of each kind, by wall clock in its own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import public_holidays, recipients, recurrence
from bot.app.accounts import writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.recurrence import Occurrence
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.enums import CadenceKind, OnHoliday
from bot.domain.values.days import local
from bot.features.meetings import prompts, queries
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import LONGEST_LEAD_HOURS, Cadence
from bot.features.meetings.views import CadenceLine, CadenceSavedView, CadenceSettings, CadenceView
from bot.store import ledger
from bot.store.entities import Entity

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_SHOWN = ("active", "rrule", "tz", "lead_hours", "on_holiday", "local_start")


@dataclass(frozen=True, slots=True)
class NewCadence:
    """A meeting series as typed: first day, wall-clock time `HH:MM`, repeat (`recurrence.REPEATS`), zone.

    `weekdays` (`recurrence.WEEKDAYS`) are those of a weekly series; none means that of the first day.
    """

    account_id: int
    kind: CadenceKind
    first_day: date
    at: str
    repeat: str
    tz: str
    lead_hours: int = 24
    weekdays: tuple[str, ...] = ()
    on_holiday: OnHoliday = OnHoliday.STAY


def form(
    session: Session, actor: Actor, account_id: int, now: datetime, kind: CadenceKind | None = None
) -> CadenceView:
    """What the cadence form of an account shows: the running series of a kind, or of the kind that meets next."""
    account = writable(session, actor, account_id)
    account_id = account.id
    seen = version_of_account(session, actor, account_id)
    running = queries.cadences_of(session, actor.workspace_id, account_id)
    shown = next((c for c in running if kind in (None, c.kind)), None)
    return CadenceView(
        account.id,
        account.name,
        tuple(_line(cadence) for cadence in running),
        shown.kind if shown else kind,
        _settings(shown) if shown else CadenceSettings(tz=actor.member.tz, first_day=actor.today(now)),
        seen,
    )


def saved_view(session: Session, actor: Actor, account_id: int, kind: CadenceKind) -> CadenceSavedView:
    """What stands now that a series was saved: its next meeting, and who is asked when."""
    account = writable(session, actor, account_id)
    series = queries.cadences_of(session, account.workspace_id, account.id)
    running = next((cadence for cadence in series if cadence.kind is kind), None)
    owner = recipients.answerable(session, account)
    return CadenceSavedView(account.name, _line(running) if running else None, owner.name if owner else None)


def set_cadence(session: Session, actor: Actor, new: NewCadence, now: datetime) -> datetime:
    """Start a meeting series, in place of the running one of its kind; returns the moment of its next meeting.

    A series that does not differ from the running one leaves that one as it is. The new series begins with the first
    meeting that nobody was asked about yet, so no meeting is asked about twice.
    """
    account = writable(session, actor, new.account_id)
    new = replace(new, account_id=account.id)
    zone = _checked(new)
    running = queries.running_cadence(session, account.workspace_id, account.id, new.kind)
    series_ids = queries.series_of(session, account.workspace_id, account.id, new.kind)
    shown = [ShownRow(Entity.CADENCE, series_id, _SHOWN, {"": "kind"}) for series_id in series_ids]
    must_be_as_shown(session, actor, account.id, now, *shown)
    rrule, local_start = _rule(new, running), _anchor(new, running)
    place = (rrule, local_start, zone, new.lead_hours, new.on_holiday)
    series = Cadence(0, account.id, new.kind, *place, True, None, None)
    upcoming = _first_unasked(session, account.workspace_id, series, now)
    if running is not None:
        if _same(running, series, upcoming):
            return upcoming.starts_at
        ended: dict[str, Any] = {"active": False, "next_prompt_at": None}
        ledger.change(session, actor.author, Entity.CADENCE, running.id, now, **ended)
    owner = recipients.answerable(session, account)
    ledger.add(
        session,
        actor.author,
        Entity.CADENCE,
        now,
        account_id=account.id,
        kind=new.kind,
        rrule=rrule,
        tz=zone,
        lead_hours=new.lead_hours,
        on_holiday=new.on_holiday,
        active=True,
        **prompts.schedule(series, upcoming, owner.tz if owner else zone),
    )
    return upcoming.starts_at


def stop_cadence(session: Session, actor: Actor, cadence_id: int, now: datetime) -> None:
    """End a meeting series; its past meetings and answers stay."""
    writable_row(session, actor, Entity.CADENCE, cadence_id)
    ledger.change(session, actor.author, Entity.CADENCE, cadence_id, now, active=False, next_prompt_at=None)


def _rule(new: NewCadence, running: Cadence | None) -> str:
    """The rule as typed. The last Friday of a month may be its fourth: saved again as it is, it stays the last."""
    by_weekday = new.repeat in recurrence.BY_WEEKDAY
    if running is not None and by_weekday and recurrence.repeat_of(running.rrule)[0] == new.repeat:
        unmoved = running.local_start[:10] == new.first_day.isoformat()
        return running.rrule if unmoved else recurrence.rule_of(new.repeat, new.first_day)
    return recurrence.rule_of(new.repeat, new.first_day, new.weekdays)


def _anchor(new: NewCadence, running: Cadence | None) -> str:
    """The first meeting as typed. A running series that is saved again on its own day keeps the day of its month."""
    typed = f"{new.first_day.isoformat()}T{new.at}"
    if running is not None and running.local_start.partition(" ")[0][:10] == typed[:10]:
        return typed + running.local_start[len(typed) :]
    return typed


def _line(cadence: Cadence) -> CadenceLine:
    repeat, days = recurrence.repeat_of(cadence.rrule)
    meets_on = _local_day(cadence)
    regular = date.fromisoformat(cadence.local_start[:10])
    return CadenceLine(
        cadence.id,
        cadence.kind,
        repeat,
        days,
        cadence.next_meeting_at,
        cadence.lead_hours,
        public_holidays.name_of(regular, cadence.tz) if meets_on is not None else None,
        regular if meets_on not in (None, regular) else None,
    )


def _settings(cadence: Cadence) -> CadenceSettings:
    """A running series as the form fills it in: from its next meeting on, as it is."""
    repeat, days = recurrence.repeat_of(cadence.rrule)
    written = cadence.local_start.partition(" ")[0]
    return CadenceSettings(
        cadence.tz,
        date.fromisoformat(written[:10]),
        written[11:],
        repeat,
        days if repeat in ("weekly", "fortnightly") else (),
        cadence.lead_hours,
        cadence.on_holiday,
    )


def _local_day(cadence: Cadence) -> date | None:
    at = cadence.next_meeting_at
    return None if at is None else local(at, cadence.tz).date()


def _checked(new: NewCadence) -> str:
    """The zone of a series as typed; `UserError` names the field at fault."""
    zone = recurrence.checked_zone(new.tz, "tz")
    if not _TIME.fullmatch(new.at):
        raise UserError(MeetingRefusal.TIME_UNREADABLE, "at")
    if new.repeat not in recurrence.REPEATS:
        raise UserError(MeetingRefusal.REPEAT_MISSING, "repeat")
    if not 1 <= new.lead_hours <= LONGEST_LEAD_HOURS:
        raise UserError(MeetingRefusal.LEAD_OUT_OF_RANGE, "lead_hours")
    return zone


def _first_unasked(session: Session, workspace_id: int, series: Cadence, now: datetime) -> Occurrence:
    upcoming = recurrence.next_meeting(series, now)
    if upcoming is None:
        raise UserError(MeetingRefusal.FIRST_DAY_PASSED, "first_day")
    while queries.was_asked(session, workspace_id, series.account_id, series.kind, upcoming.starts_at):
        upcoming = recurrence.next_meeting(series, upcoming.starts_at)
        if upcoming is None:
            raise UserError(MeetingRefusal.FIRST_DAY_ASKED_ALREADY, "first_day")
    return upcoming


def _same(running: Cadence, series: Cadence, upcoming: Occurrence) -> bool:
    """Whether two series ask about the same meetings at the same moments from now on."""

    def rule(cadence: Cadence) -> tuple[str, str, int, OnHoliday]:
        return cadence.rrule, cadence.tz, cadence.lead_hours, cadence.on_holiday

    return rule(running) == rule(series) and running.next_meeting_at == upcoming.starts_at
