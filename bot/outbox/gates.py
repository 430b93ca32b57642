"""Gates: one row a channel and one a workspace, which replicas share.

A channel's gate row is also the lock of that channel: whoever moves one of its rows from one state to another holds it,
so "first open row" and "one in flight" cannot change under a reader. A channel's gate opens one interval after the last
message; a workspace's when Slack's `Retry-After` is over, and, once paused, when somebody resumes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Table,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.outbox.outcome import State
from bot.outbox.wakeup import announce
from bot.store.delivery import channel_gate, outbox, workspace_gate
from bot.store.engine import db_now
from bot.store.types import UtcDateTime

AnyRow = Row[*tuple[Any, ...]]


class Channel(NamedTuple):
    """A channel's identity: the same for all rows that name it alike."""

    workspace_id: int
    channel: str


def insert_into(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def is_state(state: State) -> ColumnElement[bool]:
    """`state = '…'` written out, not bound: SQLite uses a partial index only when it sees the value."""
    condition: ColumnElement[bool] = outbox.c.state == literal_column(f"'{state.value}'")
    return condition


def in_channels(table: Table, channels: Iterable[Channel]) -> ColumnElement[bool]:
    """Whether a row of `table` belongs to one of `channels`."""
    return tuple_(table.c.workspace_id, table.c.channel).in_(list(channels))


def lock(session: Session, channels: Iterable[Channel], *, open_at: datetime | None = None) -> list[Channel]:
    """Lock the gates of `channels` until the transaction ends, making those that are missing; returns what is locked.

    With `open_at` (database time) gates that are shut then, or in somebody else's hands, are left out; without it the
    call waits for all of them, in one order for everybody, so that two callers cannot wait for each other.
    """
    wanted = sorted(set(channels))
    if not wanted:
        return []
    gate = channel_gate.c
    query = select(gate.workspace_id, gate.channel).where(in_channels(channel_gate, wanted))
    if open_at:
        query = query.where(or_(gate.next_free_at.is_(None), gate.next_free_at <= open_at))
    query = query.order_by(gate.workspace_id, gate.channel).with_for_update(skip_locked=open_at is not None)
    held = [Channel(*row) for row in session.execute(query)]
    if missing := [channel._asdict() for channel in wanted if channel not in held]:
        made = insert_into(session, channel_gate).values(missing).on_conflict_do_nothing()
        held += [Channel(*row) for row in session.execute(made.returning(gate.workspace_id, gate.channel))]
    if open_at is None and len(held) < len(wanted):
        return lock(session, wanted)  # somebody else made one of them just now
    return held


def first_open() -> ScalarSelect[int]:
    """The id of the first open row of a `channel_gate` row's channel, for use inside a query of that table."""
    row = outbox.alias("first")
    return (
        select(row.c.id)
        .where(
            row.c.workspace_id == channel_gate.c.workspace_id,
            row.c.channel == channel_gate.c.channel,
            row.c.finished_at.is_(None),
        )
        .order_by(row.c.due_at, row.c.id)
        .limit(1)
        .correlate(channel_gate)
        .scalar_subquery()
    )


def promote(session: Session, channels: Sequence[Channel]) -> None:
    """Let claims see the first open row of each of `channels`, whose gates the caller has locked."""
    heads = select(first_open()).select_from(channel_gate).where(in_channels(channel_gate, channels))
    session.execute(
        update(outbox)
        .where(outbox.c.id.in_(heads), is_state(State.PARKED))
        .values(state=State.WAITING.value)
        .execution_options(synchronize_session=False)
    )


def shut_channels(session: Session, channels: Sequence[Channel], until: datetime) -> None:
    """Keep `channels` shut until the moment `until` (database time)."""
    if channels:
        session.execute(update(channel_gate).where(in_channels(channel_gate, channels)).values(next_free_at=until))


def block_workspace(session: Session, workspace_id: int, until: datetime) -> None:
    """Send nothing for a workspace until `until` (database time): Slack asked for it with `Retry-After`."""
    gate = workspace_gate.c
    values = {"workspace_id": workspace_id, "blocked_until": until}
    statement = insert_into(session, workspace_gate).values(values)
    later = case((gate.blocked_until > until, gate.blocked_until), else_=statement.excluded.blocked_until)
    session.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_={"blocked_until": later}))


def pause_workspace(session: Session, workspace_id: int, code: str) -> None:
    """Send nothing for a workspace until `resume_workspace`; `code` is Slack's reason, such as `token_revoked`."""
    values: dict[str, Any] = {"paused": code[:80], "paused_at": db_now(session)}
    statement = insert_into(session, workspace_gate).values(workspace_id=workspace_id, **values)
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
        .where(outbox.c.workspace_id == workspace_id, outbox.c.finished_at.is_(None), is_state(State.PARKED))
        .values(state=State.WAITING.value)
    )
    announce(session)
    return True


def paused_reason(session: Session, workspace_id: int) -> str | None:
    """Why nothing is sent for a workspace; None while it is open."""
    found: str | None = session.execute(
        select(workspace_gate.c.paused).where(workspace_gate.c.workspace_id == workspace_id)
    ).scalar_one_or_none()
    return found


def park_paused(session: Session) -> None:
    """Put out of the claims' way what was put for paused workspaces meanwhile."""
    gate = workspace_gate.c
    query = select(gate.workspace_id).where(gate.paused.is_not(None)).with_for_update(skip_locked=True)
    if paused := session.execute(query).scalars().all():
        _park(session, paused)


def _park(session: Session, workspaces: Sequence[int]) -> None:
    session.execute(
        update(outbox)
        .where(outbox.c.workspace_id.in_(workspaces), is_state(State.WAITING))
        .values(state=State.PARKED.value)
    )


def workspace_is_open(at: datetime) -> ColumnElement[bool]:
    """Whether the (outer joined) workspace gate lets messages through at `at` (database time)."""
    gate = workspace_gate.c
    return and_(gate.paused.is_(None), or_(gate.blocked_until.is_(None), gate.blocked_until <= at))


def latest(session: Session, *moments: ColumnElement[datetime], floor: datetime) -> ColumnElement[datetime]:
    """The latest of `moments` and `floor`, counting an unknown one as `floor`."""
    function = func.greatest if session.get_bind().dialect.name == "postgresql" else func.max
    return function(*[func.coalesce(moment, floor) for moment in moments], type_=UtcDateTime)
