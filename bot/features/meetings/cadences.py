"""Sets the customer meetings of an account: one series of each kind, by wall clock in its own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients, recurrence
from bot.app.accounts import writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.recurrence import Occurrence
from bot.domain.enums import CadenceKind
from bot.features.meetings import prompts, queries
from bot.features.meetings.queries import Cadence
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.views import CadenceLine, CadenceView
from bot.store import ledger
from bot.store.entities import Entity

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class NewCadence:
    """A meeting series as typed: first day, wall-clock time `HH:MM`, repeat (`weekly` … `quarterly`, `once`), zone."""

    account_id: int
    kind: CadenceKind
    first_day: date
    at: str
    repeat: str
    tz: str
    lead_hours: int = 24


def form(session: Session, actor: Actor, account_id: int, now: datetime) -> CadenceView:
    """What the cadence form of an account shows."""
    account = writable(session, actor, account_id)
    lines = tuple(
        CadenceLine(c.id, c.kind, repeat_of(c.rrule), c.next_meeting_at, c.lead_hours)
        for c in queries.cadences_of(session, actor.workspace_id, account_id)
    )
    return CadenceView(account.id, account.name, lines, actor.member.tz, actor.today(now))


def set_cadence(session: Session, actor: Actor, new: NewCadence, now: datetime) -> datetime:
    """Start a meeting series, in place of the running one of its kind; returns the moment of its next meeting.

    A series that does not differ from the running one leaves that one as it is. The new series begins with the first
    meeting that nobody was asked about yet, so no meeting is asked about twice.
    """
    account = writable(session, actor, new.account_id)
    zone = _checked(new)
    running = queries.running_cadence(session, account.workspace_id, account.id, new.kind)
    rrule, local_start = recurrence.REPEATS[new.repeat], f"{new.first_day.isoformat()}T{new.at}"
    series = Cadence(0, account.id, new.kind, rrule, local_start, zone, new.lead_hours, True, None, None)
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
        active=True,
        **prompts.schedule(series, upcoming, owner.tz if owner else zone),
    )
    return upcoming.starts_at


def stop_cadence(session: Session, actor: Actor, cadence_id: int, now: datetime) -> None:
    """End a meeting series; its past meetings and answers stay."""
    writable_row(session, actor, Entity.CADENCE, cadence_id)
    ledger.change(session, actor.author, Entity.CADENCE, cadence_id, now, active=False, next_prompt_at=None)


def repeat_of(rrule: str) -> str:
    """The word of a repeat rule, such as `weekly`; the rule itself when it has none."""
    return next((word for word, rule in recurrence.REPEATS.items() if rule == rrule), rrule)


def _checked(new: NewCadence) -> str:
    """The zone of a series as typed; `UserError` names the field at fault."""
    zone = recurrence.checked_zone(new.tz, "tz")
    if not _TIME.fullmatch(new.at):
        raise UserError(MeetingRefusal.TIME_UNREADABLE, "at")
    if new.repeat not in recurrence.REPEATS:
        raise UserError(MeetingRefusal.REPEAT_MISSING, "repeat")
    if not 1 <= new.lead_hours <= queries.LONGEST_LEAD_HOURS:
        raise UserError(MeetingRefusal.LEAD_OUT_OF_RANGE, "lead_hours")
    return zone


def _first_unasked(session: Session, workspace_id: int, series: Cadence, now: datetime) -> Occurrence:
    upcoming = recurrence.next_occurrence(series.rrule, series.local_start, series.tz, now)
    if upcoming is None:
        raise UserError(MeetingRefusal.FIRST_DAY_PASSED, "first_day")
    while queries.was_asked(session, workspace_id, series.account_id, series.kind, upcoming.starts_at):
        upcoming = recurrence.next_occurrence(series.rrule, series.local_start, series.tz, upcoming.starts_at)
        if upcoming is None:
            raise UserError(MeetingRefusal.FIRST_DAY_ASKED_ALREADY, "first_day")
    return upcoming


def _same(running: Cadence, series: Cadence, upcoming: Occurrence) -> bool:
    """Whether two series ask about the same meetings at the same moments from now on."""

    def rule(cadence: Cadence) -> tuple[str, str, int]:
        return cadence.rrule, cadence.tz, cadence.lead_hours

    return rule(running) == rule(series) and running.next_meeting_at == upcoming.starts_at
