"""Pauses a meeting series until a day, or ends it. Both are counted for the manager (`bot.features.portfolios`)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.app import recipients, recurrence
from bot.app.accounts import writable_row
from bot.app.actor import Actor, UserError
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.enums import CadenceKind
from bot.domain.values import days
from bot.features.meetings import cadences, prompts, queries
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import Cadence
from bot.features.meetings.views import CadenceSavedView, SeriesPauseView
from bot.store import ledger
from bot.store.entities import Entity

LONGEST = timedelta(days=92)
_SHOWN = ("active", "rrule", "tz", "local_start", "next_meeting_at")
_FIELDS = dict.fromkeys(_SHOWN, "until")


def pause_form(session: Session, actor: Actor, cadence_id: int, now: datetime) -> SeriesPauseView:
    """The form that pauses or ends a running series; it proposes a month."""
    account, _ = writable_row(session, actor, Entity.CADENCE, cadence_id)
    seen = version_of_account(session, actor, account.id)
    series = _running(session, actor, cadence_id)
    proposed = days.add_days(actor.today(now), 28)
    return SeriesPauseView(series.id, account.id, account.name, series.kind, series.next_meeting_at, proposed, seen)


def pause_cadence(session: Session, actor: Actor, cadence_id: int, until: date, now: datetime) -> CadenceKind:
    """Have a series go on with its first meeting on `until` or later, in its own time zone; returns its kind."""
    account, _ = writable_row(session, actor, Entity.CADENCE, cadence_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.CADENCE, cadence_id, _SHOWN, _FIELDS))
    series = _running(session, actor, cadence_id)
    if until <= actor.today(now):
        raise UserError(MeetingRefusal.PAUSE_TOO_SHORT, "until")
    if until - actor.today(now) > LONGEST:
        raise UserError(MeetingRefusal.PAUSE_TOO_LONG, "until", days=LONGEST.days)
    begins = days.shift_moment(days.at(until, time(), series.tz), timedelta(microseconds=-1))
    upcoming = recurrence.next_meeting(series, begins)
    if upcoming is None:
        raise UserError(MeetingRefusal.NO_MEETING_BY_THEN, "until")
    if series.next_meeting_at is not None and upcoming.starts_at <= series.next_meeting_at:
        raise UserError(
            MeetingRefusal.MEETS_LATER_ANYWAY, "until", on=days.local(series.next_meeting_at, series.tz).date()
        )
    owner = recipients.answerable(session, account)
    values = prompts.schedule(series, upcoming, owner.tz if owner else series.tz)
    ledger.change(session, actor.author, Entity.CADENCE, series.id, now, **values)
    return series.kind


def end_cadence(session: Session, actor: Actor, cadence_id: int, now: datetime) -> CadenceKind:
    """End a series for good, as the form showed it; returns its kind. Its past meetings and answers stay."""
    account, _ = writable_row(session, actor, Entity.CADENCE, cadence_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.CADENCE, cadence_id, _SHOWN, _FIELDS))
    series = _running(session, actor, cadence_id)
    cadences.stop_cadence(session, actor, cadence_id, now)
    return series.kind


def saved_view(session: Session, actor: Actor, cadence_id: int, now: datetime) -> CadenceSavedView:
    """What stands now that a series was paused or ended."""
    account, row = writable_row(session, actor, Entity.CADENCE, cadence_id)
    return cadences.saved_view(session, actor, account.id, CadenceKind(row["kind"]))


def _running(session: Session, actor: Actor, cadence_id: int) -> Cadence:
    series = queries.running(session, actor.workspace_id, cadence_id)
    if series is None:
        raise UserError(MeetingRefusal.SERIES_ENDED)
    return series
