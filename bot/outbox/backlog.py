"""How much waits in the outbox, for the metrics and the doctor."""

from __future__ import annotations

# all workspaces, whole module: it measures the installation
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from bot.store import set_aside
from bot.store.schema import workspace
from bot.store.schema.outbox import outbox, workspace_gate


@dataclass(frozen=True, slots=True)
class Paused:
    """A workspace for which nothing is sent; `code` is Slack's reason, such as `token_revoked`."""

    team_id: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: open messages by state, since when the oldest is due (None: nothing is), paused workspaces.

    `set_aside` is how much the clock has set aside.
    """

    depth: dict[str, int]
    oldest_due: datetime | None
    paused: int
    set_aside: int = 0


def measure(session: Session, now: datetime) -> Backlog:
    """Everything that the metrics show of what waits; `now` is business time."""
    return Backlog(depth(session), oldest_due(session, now), len(paused(session)), set_aside.count(session))


def paused(session: Session) -> list[Paused]:
    """The workspaces for which nothing is sent until the bot starts with a token that Slack accepts."""
    gate = workspace_gate.c
    query = select(workspace.c.team_id, workspace.c.name, gate.paused).join_from(workspace_gate, workspace)
    rows = session.execute(query.where(gate.paused.is_not(None)).order_by(workspace.c.name))
    return [Paused(*row) for row in rows]


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
