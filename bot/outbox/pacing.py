"""Gates: one row a channel and one a workspace, which replicas share.

A channel's gate row is also the lock of that channel: whoever moves one of its rows from one state to another holds it,
so "first open row" and "one in flight" cannot change under a reader. A channel's gate opens one interval after the last
message; a workspace's when Slack's `Retry-After` is over, and, once paused, when somebody resumes it. When Slack
refuses to be asked for a channel's history, only looking is closed, and sending goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.outbox import statements
from bot.outbox.types import State
from bot.outbox.wakeup import announce
from bot.store import serving
from bot.store.engine import db_now
from bot.store.schema.outbox import outbox, workspace_gate

AnyRow = Row[*tuple[Any, ...]]


class Channel(NamedTuple):
    """A channel's identity: the same for all rows that name it alike."""

    workspace_id: int
    channel: str


def lock(session: Session, channels: Iterable[Channel], *, open_at: datetime | None = None) -> list[Channel]:
    """Lock the gates of `channels` until the transaction ends, making those that are missing; returns what is locked.

    With `open_at` (database time) gates that are shut then, or in somebody else's hands, are left out; without it the
    call waits for all of them, in one order for everybody, so that two callers cannot wait for each other.
    """
    ordered = sorted(set(channels))
    if not ordered:
        return []
    if open_at:
        rows = session.execute(statements.LOCK_OPEN, {"channels": ordered, "at": open_at})
    else:
        rows = session.execute(statements.LOCK_WAITING, {"channels": ordered})
    locked = {Channel(*row) for row in rows}
    if missing := [channel._asdict() for channel in ordered if channel not in locked]:
        make = statements.MAKE_GATES[session.get_bind().dialect.name]
        locked |= {Channel(*row) for row in session.execute(make, missing)}
    if open_at is None and len(locked) < len(ordered):
        return lock(session, ordered)  # somebody else made one of them just now
    return sorted(locked)


def promote(session: Session, channels: Sequence[Channel]) -> None:
    """Let claims see the first open row of each of `channels`; the caller has locked their gates."""
    session.execute(statements.PROMOTE, {"channels": channels})


def shut_channels(session: Session, channels: Sequence[Channel], until: datetime) -> None:
    """Keep `channels` shut until the moment `until` (database time)."""
    if channels:
        session.execute(statements.SHUT, {"channels": channels, "until": until})


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(workspace_gate) if on_postgresql else sqlite.insert(workspace_gate)


def block_workspace(session: Session, workspace_id: int, until: datetime) -> None:
    """Send nothing for a workspace until `until` (database time): Slack asked for it with `Retry-After`."""
    _shut(session, workspace_id, "blocked_until", until)


def close_looks(session: Session, workspace_id: int, until: datetime) -> None:
    """Look for no message of a workspace until `until` (database time): Slack asked for it; sending goes on."""
    _shut(session, workspace_id, "no_looks_until", until)


def _shut(session: Session, workspace_id: int, name: str, until: datetime) -> None:
    gate = workspace_gate.c[name]
    statement = _insert(session).values(workspace_id=workspace_id, **{name: until})
    later = case((gate > until, gate), else_=statement.excluded[name])
    session.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_={name: later}))


def pause_workspace(session: Session, workspace_id: int, code: str) -> None:
    """Send nothing for a workspace until `resume_workspace`; `code` is Slack's reason, such as `token_revoked`."""
    values: dict[str, Any] = {"paused": code[:80], "paused_at": db_now(session)}
    statement = _insert(session).values(workspace_id=workspace_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_=values))
    _park(session, [workspace_id])


def resume_workspace(session: Session, workspace_id: int) -> bool:
    """Send again for a workspace whose token works again; False if it was not paused."""
    gate = workspace_gate.c
    statement = update(workspace_gate).where(gate.workspace_id == workspace_id, gate.paused.is_not(None))
    if session.execute(statement.values(paused=None, paused_at=None).returning(gate.workspace_id)).first() is None:
        return False
    session.execute(
        update(outbox)
        .where(outbox.c.workspace_id == workspace_id, outbox.c.finished_at.is_(None), statements.is_state(State.PARKED))
        .values(state=State.WAITING.value)
    )
    announce(session)
    return True


def paused_reason(session: Session, workspace_id: int) -> str | None:
    """Why nothing is sent for a workspace; None while it is open."""
    reason: str | None = session.execute(
        select(workspace_gate.c.paused).where(workspace_gate.c.workspace_id == workspace_id)
    ).scalar_one_or_none()
    return reason


def park_paused(session: Session) -> None:
    """Park the rows that were put for paused workspaces meanwhile, so that claims skip them."""
    gate = workspace_gate.c
    ours = serving.is_served(session, gate.workspace_id)
    query = select(gate.workspace_id).where(ours, gate.paused.is_not(None)).with_for_update(skip_locked=True)
    if paused := session.execute(query).scalars().all():
        _park(session, paused)


def _park(session: Session, workspaces: Sequence[int]) -> None:
    session.execute(
        update(outbox)
        .where(outbox.c.workspace_id.in_(workspaces), statements.is_state(State.WAITING))
        .values(state=State.PARKED.value)
    )
