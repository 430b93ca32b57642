"""Four lines for the next meeting with a customer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.assessments import assessed
from bot.domain.account.agenda import agenda
from bot.features.meetings.agenda_views import AgendaTextView, SharedAgendaView
from bot.features.meetings.views import AgendaView
from bot.phrases import phrase


def agenda_view(session: Session, actor: Actor, account_id: int, now: datetime) -> AgendaView:
    """What to talk about in the next meeting."""
    state, assessment = assessed(session, actor, account_id, now)
    lines = agenda(assessment)
    return AgendaView(
        account_id,
        state.account.name,
        tuple(map(phrase, lines.achieved)),
        tuple(map(phrase, lines.blocks)),
        tuple(map(phrase, lines.next)),
        tuple(map(phrase, lines.success_by_then)),
        lines.next_meeting_at,
    )


def shared_agenda(session: Session, actor: Actor, account_id: int, now: datetime) -> SharedAgendaView:
    """The agenda as everybody in a channel may see it, with who shares it."""
    by = actor.member.slack_id or actor.member.name
    return SharedAgendaView(agenda_view(session, actor, account_id, now), by)


def agenda_text(session: Session, actor: Actor, account_id: int, now: datetime) -> AgendaTextView:
    """The agenda as text to copy."""
    return AgendaTextView(agenda_view(session, actor, account_id, now))
