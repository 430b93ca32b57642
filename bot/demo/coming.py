"""Finds the next moments in the demo at which something falls due, and those worth jumping to."""

from __future__ import annotations

# all workspaces, whole module: the demo has one
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from bot.domain.enums import PromptState
from bot.store import schema


@dataclass(frozen=True, slots=True)
class Jump:
    """A moment worth going to, offered in the page's clock bar."""

    id: str
    label: str
    at: datetime


def next_due(session: Session, after: datetime) -> datetime | None:
    """The first moment after `after` at which the clock has something to do."""
    cadence, prompt, risk = schema.cadence, schema.prompt, schema.risk
    is_open = prompt.c.state == PromptState.OPEN
    dues: tuple[tuple[ColumnElement[datetime], ColumnElement[bool]], ...] = (
        (cadence.c.next_prompt_at, cadence.c.active.is_(True)),
        (prompt.c.remind_at, is_open & prompt.c.reminded_at.is_(None)),
        (prompt.c.closes_at, is_open),
        (risk.c.remind_manager_at, risk.c.closed_at.is_(None)),
        (schema.portfolio.c.next_digest_at, true()),
        (schema.account_due.c.look_at, true()),
    )
    moments = [session.scalar(select(func.min(column)).where(column > after, condition)) for column, condition in dues]
    return min((moment for moment in moments if moment is not None), default=None)


def jumps(session: Session, now: datetime) -> list[Jump]:
    """The moments to offer, the one that tells most first."""
    offered = (_next_prompt(session, now), _morning(session, now), _next_digest(session, now))
    return [jump for jump in offered if jump] + [Jump("hour", "+1 hour", now + timedelta(hours=1))]


def _next_prompt(session: Session, now: datetime) -> Jump | None:
    cadence, account, member = schema.cadence, schema.account, schema.member
    statement = (
        select(cadence.c.next_prompt_at, account.c.name, member.c.name.label("owner"))
        .join(account, account.c.id == cadence.c.account_id)
        .join(member, member.c.id == account.c.owner_id)
        .where(cadence.c.active, cadence.c.next_prompt_at > now)
        .order_by(cadence.c.next_prompt_at)
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return Jump("prompt", f"Next prompt: {row.owner.split()[0]}, {row.name}", row.next_prompt_at) if row else None


def _next_digest(session: Session, now: datetime) -> Jump | None:
    portfolio = schema.portfolio
    statement = select(portfolio).where(portfolio.c.next_digest_at > now).order_by(portfolio.c.next_digest_at).limit(1)
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    local = row.next_digest_at.astimezone(ZoneInfo(row.tz))
    return Jump("digest", f"{local:%A} {local.hour}:{local:%M} digest", row.next_digest_at)


def _morning(session: Session, now: datetime) -> Jump:
    """Nine o'clock tomorrow where the manager is."""
    zone = ZoneInfo(session.execute(select(schema.portfolio.c.tz).limit(1)).scalar_one_or_none() or "UTC")
    tomorrow: date = now.astimezone(zone).date() + timedelta(days=1)
    at = datetime.combine(tomorrow, time(9), zone).astimezone(UTC)
    return Jump("morning", "Tomorrow 9:00", at)
