"""How much the outbox has in front of it, for the metrics."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from bot.store.delivery import outbox


def depth(session: Session) -> dict[str, int]:
    """How many open messages there are in each state."""
    counted = (
        select(outbox.c.state, func.count().label("messages"))
        .where(outbox.c.finished_at.is_(None))
        .group_by(outbox.c.state)
    )
    return {row.state: row.messages for row in session.execute(counted)}


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the longest waiting message has been due; `now` is business time."""
    due = (outbox.c.due_at <= now) & outbox.c.finished_at.is_(None)
    # Written out, not bound: SQLite uses a partial index only when it sees the value.
    waiting = outbox.c.state == literal_column("'waiting'")
    return session.execute(select(func.min(outbox.c.due_at)).where(due, waiting)).scalar_one_or_none()
