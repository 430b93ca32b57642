"""Sets the customer meetings of an account: one cadence a kind, kept by wall clock in its own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.domain.words import CadenceKind
from bot.services import calendar, prompting
from bot.services.actor import Actor, Refused, must_write
from bot.services.reading import account_of
from bot.store import ledger, prompts, schema
from bot.store.prompts import Cadence

_LONGEST_LEAD_HOURS = 14 * 24


@dataclass(frozen=True, slots=True)
class CadenceLine:
    cadence_id: int
    kind: CadenceKind
    repeat: str
    next_meeting_at: datetime | None
    lead_hours: int


@dataclass(frozen=True, slots=True)
class CadenceView:
    """The form that sets a meeting series, with what is set now; `tz` is the zone that the form proposes."""

    account_id: int
    account: str
    lines: tuple[CadenceLine, ...]
    tz: str
    first_day: date
    repeats: tuple[str, ...]


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
    account = account_of(session, account_id)
    must_write(session, actor, account)
    lines = tuple(
        CadenceLine(c.id, c.kind, repeat_of(c.rrule), c.next_meeting_at, c.lead_hours)
        for c in prompts.cadences_of(session, account_id)
    )
    return CadenceView(account.id, account.name, lines, actor.member.tz, actor.today(now), tuple(calendar.REPEATS))


def set_cadence(session: Session, actor: Actor, new: NewCadence, now: datetime) -> datetime:
    """Start a meeting series, in place of one of the same kind; returns the moment of its next meeting."""
    account = account_of(session, new.account_id)
    must_write(session, actor, account)
    zone = calendar.checked_zone(new.tz, "tz")
    if new.repeat not in calendar.REPEATS:
        raise Refused("Choose how often the meeting takes place.", "repeat")
    if not 1 <= new.lead_hours <= _LONGEST_LEAD_HOURS:
        raise Refused("Ask between 1 hour and 14 days before the meeting.", "lead_hours")
    rrule, local_start = calendar.REPEATS[new.repeat], f"{new.first_day.isoformat()}T{new.at}"
    upcoming = calendar.next_occurrence(rrule, local_start, zone, now)
    if upcoming is None:
        raise Refused("That day and time have passed. Choose a day to come.", "first_day")
    _end_same_kind(session, actor, new, now)
    wanted = Cadence(0, account.id, new.kind, rrule, local_start, zone, new.lead_hours, True, None, None)
    owner = prompting.answerable(session, account)
    ledger.add(
        session,
        actor.author,
        schema.cadence,
        now,
        account_id=account.id,
        kind=new.kind,
        rrule=rrule,
        tz=zone,
        lead_hours=new.lead_hours,
        active=True,
        **prompting.schedule(wanted, upcoming, owner.tz if owner else zone),
    )
    return upcoming.starts_at


def stop_cadence(session: Session, actor: Actor, cadence_id: int, now: datetime) -> None:
    """End a meeting series; its past meetings and answers stay."""
    cadence = prompts.cadence_by_id(session, cadence_id)
    if cadence is None:
        raise Refused("That meeting series is gone already.")
    must_write(session, actor, account_of(session, cadence.account_id))
    ledger.change(session, actor.author, schema.cadence, cadence.id, now, active=False, next_prompt_at=None)


def repeat_of(rrule: str) -> str:
    """The word of a repeat rule, such as `weekly`; the rule itself when it has none."""
    return next((word for word, rule in calendar.REPEATS.items() if rule == rrule), rrule)


def _end_same_kind(session: Session, actor: Actor, new: NewCadence, now: datetime) -> None:
    for cadence in prompts.cadences_of(session, new.account_id):
        if cadence.kind is new.kind:
            ledger.change(session, actor.author, schema.cadence, cadence.id, now, active=False, next_prompt_at=None)
