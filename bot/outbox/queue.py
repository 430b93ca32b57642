"""Putting rows into the outbox and claiming them.

A claim works on channels, not on rows: it locks the gate rows of channels that have due work (`FOR UPDATE SKIP LOCKED`;
on SQLite the transaction is the lock) and takes the first open row of each. So at most one row of a channel is in
flight, order within a channel is (due_at, id), and replicas never wait for one another. Rows that queue behind the
first are parked, which keeps a claim's cost at the number of channels with due work, whatever the backlog.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from bot.log import current_trace
from bot.outbox.gates import (
    AnyRow,
    Channel,
    first_open,
    in_channels,
    insert_into,
    is_state,
    latest,
    lock,
    promote,
    workspace_is_open,
)
from bot.outbox.outcome import Claimed, Destination, Op, Outgoing, State, UnknownKeyError
from bot.outbox.wakeup import announce
from bot.store.delivery import channel_gate, outbox, workspace_gate
from bot.store.engine import db_now

_WINDOW = 4  # rows looked at for one claimed: room for those that turn out to queue behind another
_SUPERSEDED = "a later update of the same message says it all"

thread = outbox.alias("thread")
target = outbox.alias("target")


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of the claim made at `at` (database time); `more` says that claiming again at once may find more."""

    rows: list[Claimed]
    at: datetime
    more: bool = False


def put(session: Session, message: Outgoing, now: datetime) -> bool:
    """Add `message` to the outbox in the caller's transaction; False if its key is there already (nothing changes).

    `now` is business time. Raises `UnknownKeyError` when a thread or target was never put, `ValueError` without a
    channel. A reply or update is never due before the message that it needs.
    """
    needed = _needed(session, message)
    parents = [row for row in needed.values() if row is not None]
    home = needed["target"] or needed["thread"]
    channel = message.channel or (home.channel if home else None)
    if channel is None or (message.op is Op.UPDATE and needed["target"] is None):
        raise ValueError(f"outbox row {message.key!r} needs a channel, and an update needs a target")
    values = {
        "workspace_id": message.workspace_id,
        "key": message.key,
        "uuid": uuid4().hex,
        "channel": channel,
        "destination": home.destination if home and not message.channel else message.destination.value,
        "kind": message.kind,
        "args": dict(message.args),
        "op": message.op.value,
        "thread_id": needed["thread"].id if needed["thread"] else None,
        "target_id": needed["target"].id if needed["target"] else None,
        "due_at": max([message.due_at, *(row.due_at for row in parents)]),
        "created_at": now,
        "trace": message.trace or current_trace(),
        "state": State.WAITING.value,
    }
    statement = (
        insert_into(session, outbox).values(values).on_conflict_do_nothing(index_elements=["workspace_id", "key"])
    )
    added = session.execute(statement.returning(outbox.c.id)).scalar_one_or_none() is not None
    if added:
        announce(session)
    return added


def _needed(session: Session, message: Outgoing) -> dict[str, AnyRow | None]:
    keys = {"thread": message.thread_key, "target": message.target_key}
    wanted = {key for key in keys.values() if key is not None}
    if not wanted:
        return dict.fromkeys(keys)
    c = outbox.c
    query = select(c.id, c.key, c.channel, c.destination, c.due_at).where(
        c.workspace_id == message.workspace_id, c.key.in_(wanted)
    )
    known: dict[str, AnyRow] = {row.key: row for row in session.execute(query)}
    if missing := wanted - known.keys():
        raise UnknownKeyError(f"outbox row {message.key!r} needs {sorted(missing)}, which nobody has put")
    return {part: known[key] if key else None for part, key in keys.items()}


def claim(session: Session, now: datetime, *, limit: int, lease_seconds: float, owner: str) -> Batch:
    """Take up to `limit` due rows, one a channel, into the hands of `owner` for `lease_seconds`.

    `now` is business time and decides what is due; leases and gates go by the database's clock. Commit before sending.
    """
    at = db_now(session)
    window = _WINDOW * limit
    found = [*session.execute(_expired(at, limit)), *session.execute(_due(now, at).limit(window))]
    channels = list(dict.fromkeys(Channel(row.workspace_id, row.channel) for row in found))[:limit]
    locked = lock(session, channels, open_at=at)
    if not locked:
        return Batch([], at)
    heads = list(session.execute(_heads(locked)))
    dropped = _collapse_updates(session, heads, now)
    taken = [row for row in heads if row.id not in dropped and _is_free(row, now, at)]
    until = at + timedelta(seconds=lease_seconds)
    _take(session, [row.id for row in taken], at, until, owner)
    if {row.id for row in found} - {row.id for row in heads}:
        _park_the_rest(session, locked, now, [row.id for row in heads])
    if dropped:
        promote(session, locked)
    taken.sort(key=lambda row: (row.due_at, row.id))
    more = bool(dropped) or (len(taken) < limit <= len(found))
    return Batch([_claimed(row, at, until) for row in taken], at, more)


def _expired(at: datetime, limit: int) -> Select[Any]:
    c = outbox.c
    return (
        select(c.id, c.workspace_id, c.channel)
        .outerjoin(workspace_gate, workspace_gate.c.workspace_id == c.workspace_id)
        .where(is_state(State.SENDING), c.lease_until <= at, workspace_is_open(at))
        .order_by(c.lease_until)
        .limit(limit)
    )


def _due(now: datetime, at: datetime) -> Select[Any]:
    c, gate = outbox.c, channel_gate.c
    return (
        select(c.id, c.workspace_id, c.channel)
        .outerjoin(channel_gate, and_(gate.workspace_id == c.workspace_id, gate.channel == c.channel))
        .outerjoin(workspace_gate, workspace_gate.c.workspace_id == c.workspace_id)
        .outerjoin(thread, thread.c.id == c.thread_id)
        .outerjoin(target, target.c.id == c.target_id)
        .where(
            is_state(State.WAITING),
            c.due_at <= now,
            or_(c.ready_at.is_(None), c.ready_at <= at),
            or_(gate.next_free_at.is_(None), gate.next_free_at <= at),
            workspace_is_open(at),
            or_(c.thread_id.is_(None), thread.c.finished_at.is_not(None)),
            or_(c.target_id.is_(None), target.c.finished_at.is_not(None)),
        )
        .order_by(c.due_at, c.id)
    )


def _heads(channels: Sequence[Channel]) -> Select[Any]:
    """The row of each channel that is sending, or else its first open one, with what it replies to or changes."""
    sending = outbox.alias("in_flight")
    in_flight = (
        select(sending.c.id)
        .where(
            sending.c.workspace_id == channel_gate.c.workspace_id,
            sending.c.channel == channel_gate.c.channel,
            sending.c.state == literal_column("'sending'"),
        )
        .limit(1)
        .correlate(channel_gate)
        .scalar_subquery()
    )
    return (
        select(
            *outbox.c,
            *(column.label(f"thread_{column.name}") for column in _parts(thread)),
            *(column.label(f"target_{column.name}") for column in _parts(target)),
        )
        .select_from(channel_gate)
        .join(outbox, outbox.c.id == func.coalesce(in_flight, first_open()))
        .outerjoin(thread, thread.c.id == outbox.c.thread_id)
        .outerjoin(target, target.c.id == outbox.c.target_id)
        .where(in_channels(channel_gate, channels))
    )


def _parts(parent: FromClause) -> tuple[ColumnElement[Any], ...]:
    return parent.c.state, parent.c.sent_channel, parent.c.sent_ts, parent.c.finished_at


def _is_free(row: AnyRow, now: datetime, at: datetime) -> bool:
    if (row.thread_id and row.thread_finished_at is None) or (row.target_id and row.target_finished_at is None):
        return False
    if row.state == State.SENDING:
        return bool(row.lease_until <= at)
    return bool(row.due_at <= now and (row.ready_at is None or row.ready_at <= at))


def _collapse_updates(session: Session, heads: Sequence[AnyRow], now: datetime) -> set[int]:
    """Drop due updates that a later due update of the same message makes superfluous; returns their ids."""
    targets = {row.target_id for row in heads if row.op == Op.UPDATE and row.state != State.SENDING}
    if not targets:
        return set()
    later = outbox.alias("later")
    idle = (State.WAITING.value, State.PARKED.value)
    superseded = exists().where(
        later.c.target_id == outbox.c.target_id,
        later.c.finished_at.is_(None),
        later.c.op == Op.UPDATE.value,
        later.c.state.in_(idle),
        later.c.due_at <= now,
        or_(later.c.due_at > outbox.c.due_at, and_(later.c.due_at == outbox.c.due_at, later.c.id > outbox.c.id)),
    )
    statement = (
        update(outbox)
        .where(
            outbox.c.target_id.in_(targets),
            outbox.c.finished_at.is_(None),
            outbox.c.op == Op.UPDATE.value,
            outbox.c.state.in_(idle),
            superseded,
        )
        .values(state=State.DROPPED.value, note=_SUPERSEDED, finished_at=now)
        .returning(outbox.c.id)
    )
    return set(session.execute(statement).scalars())


def _take(session: Session, ids: list[int], at: datetime, until: datetime, owner: str) -> None:
    if not ids:
        return
    doubtful = or_(outbox.c.in_doubt, is_state(State.SENDING))
    session.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(
            state=State.SENDING.value,
            lease_until=until,
            owner=owner,
            attempts=outbox.c.attempts + 1,
            in_doubt=case((doubtful, true()), else_=false()),
            claimed_at=case((doubtful, outbox.c.claimed_at), else_=at),
        )
    )


def _park_the_rest(session: Session, channels: Sequence[Channel], now: datetime, heads: list[int]) -> None:
    session.execute(
        update(outbox)
        .where(
            in_channels(outbox, channels), is_state(State.WAITING), outbox.c.due_at <= now, outbox.c.id.not_in(heads)
        )
        .values(state=State.PARKED.value)
    )


def _claimed(row: AnyRow, at: datetime, until: datetime) -> Claimed:
    doubtful = row.in_doubt or row.state == State.SENDING
    orphan = next(
        (
            f"the message it {verb} was never posted ({state})"
            for verb, state in (("replies to", row.thread_state), ("changes", row.target_state))
            if state is not None and state != State.SENT
        ),
        None,
    )
    return Claimed(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.key,
        uuid=row.uuid,
        kind=row.kind,
        args=row.args,
        op=Op(row.op),
        channel=row.channel,
        destination=Destination(row.destination),
        due_at=row.due_at,
        trace=row.trace,
        token=row.attempts + 1,
        failures=row.failures,
        in_doubt=doubtful,
        blind=row.blind,
        claimed_at=row.claimed_at if doubtful else at,
        lease_until=until,
        thread_channel=row.thread_sent_channel,
        thread_ts=row.thread_sent_ts,
        target_channel=row.target_sent_channel,
        target_ts=row.target_sent_ts,
        orphan=orphan,
    )


def rest(session: Session, now: datetime, at: datetime) -> float | None:
    """Seconds until a claim could find something that the claim made at `now` and `at` could not take.

    None when nothing is in sight. Counts rows that are not due yet, closed gates, back-off, and others' leases.
    """
    epoch = datetime.fromtimestamp(0, UTC)
    c, gate = outbox.c, channel_gate.c
    due = select(func.min(c.due_at)).where(is_state(State.WAITING), c.due_at > now)
    blocked = workspace_gate.c.blocked_until
    opens = latest(session, c.ready_at, gate.next_free_at, blocked, floor=epoch)
    ready = (
        select(func.min(opens))
        .select_from(outbox)
        .outerjoin(channel_gate, and_(gate.workspace_id == c.workspace_id, gate.channel == c.channel))
        .outerjoin(workspace_gate, workspace_gate.c.workspace_id == c.workspace_id)
        .where(is_state(State.WAITING), c.due_at <= now, workspace_gate.c.paused.is_(None), opens > at)
    )
    expires = latest(session, c.lease_until, blocked, floor=epoch)
    lease = (
        select(func.min(expires))
        .select_from(outbox)
        .outerjoin(workspace_gate, workspace_gate.c.workspace_id == c.workspace_id)
        .where(is_state(State.SENDING), workspace_gate.c.paused.is_(None), expires > at)
    )
    row = session.execute(select(*(query.scalar_subquery() for query in (due, ready, lease)))).one()
    next_due, next_ready, next_lease = row
    waits = [next_due - now] if next_due else []
    waits += [moment - at for moment in (next_ready, next_lease) if moment]
    return min(waits).total_seconds() if waits else None
