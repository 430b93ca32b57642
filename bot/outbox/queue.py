"""Putting rows into the outbox and claiming them.

A claim works on channels, not on rows: it locks the gate rows of channels that have due work (`FOR UPDATE SKIP LOCKED`;
on SQLite the transaction is the lock) and takes the first open row of each. So at most one row of a channel is in
flight, order within a channel is (due_at, id), and replicas never wait for one another. Rows that queue behind the
first are parked, which keeps a claim's cost at the number of channels with due work, whatever the backlog.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from bot.log import current_trace
from bot.outbox import statements
from bot.outbox.pacing import AnyRow, Channel, lock, promote
from bot.outbox.types import Claimed, Destination, Op, Outgoing, State, UnknownKeyError
from bot.outbox.wakeup import announce
from bot.store import serving
from bot.store.engine import AWAY, db_now

_WINDOW = 4  # rows looked at for one claimed: room for those that turn out to queue behind another
_FAR_AHEAD = timedelta(days=3_650)

log = structlog.get_logger("outbox")


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
    insert = statements.INSERT[session.get_bind().dialect.name]
    added = session.execute(insert, _values(message, _needed(session, message), now)).scalar_one_or_none() is not None
    if added:
        announce(session)
    return added


def put_many(session: Session, messages: Sequence[Outgoing], now: datetime) -> None:
    """Add messages that reply to none and change none, in one statement; keys that are there already stay."""
    if messages:
        insert = statements.INSERT_MANY[session.get_bind().dialect.name]
        session.execute(insert, [_values(message, {"thread": None, "target": None}, now) for message in messages])
        announce(session)


def _values(message: Outgoing, needed: dict[str, AnyRow | None], now: datetime) -> dict[str, Any]:
    parents = [row for row in needed.values() if row is not None]
    home = needed["target"] or needed["thread"]
    channel = message.channel or (home.channel if home else None)
    if channel is None or (message.op is Op.UPDATE and needed["target"] is None):
        raise ValueError(f"outbox row {message.key!r} needs a channel, and an update needs a target")
    return {
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


def _needed(session: Session, message: Outgoing) -> dict[str, AnyRow | None]:
    keys = {"thread": message.thread_key, "target": message.target_key}
    unique_keys = {key for key in keys.values() if key is not None}
    if not unique_keys:
        return dict.fromkeys(keys)
    values = {"workspace": message.workspace_id, "keys": list(unique_keys)}
    row_by_key: dict[str, AnyRow] = {row.key: row for row in session.execute(statements.NEEDED, values)}
    if missing := unique_keys - row_by_key.keys():
        raise UnknownKeyError(f"outbox row {message.key!r} needs {sorted(missing)}, which nobody has put")
    return {part: row_by_key[key] if key else None for part, key in keys.items()}


def claim(session: Session, now: datetime, *, limit: int, lease_seconds: float, owner: str) -> Batch:
    """Take up to `limit` due rows, one a channel, into the hands of `owner` for `lease_seconds`.

    Only rows of the workspaces that this process serves. `now` is business time and decides what is due; leases and
    gates go by the database's clock. A row that cannot be read is taken as well, and says so. Commit before sending.
    """
    at = db_now(session)
    served = {"workspaces": serving.workspaces_of(session), "at": at}
    due_rows = [
        *session.execute(statements.EXPIRED, {**served, "limit": limit}),
        *session.execute(statements.DUE, {**served, "now": now, "limit": _WINDOW * limit}),
    ]
    channels = list(dict.fromkeys(Channel(row.workspace_id, row.channel) for row in due_rows))[:limit]
    locked = lock(session, channels, open_at=at)
    if not locked:
        return Batch([], at)
    until = at + timedelta(seconds=lease_seconds)
    heads, unreadable = _heads(session, locked, at)
    dropped = _collapse_updates(session, heads, now)
    free = [row for row in heads if row.id not in dropped and _is_free(row, now, at)]
    claimed = [_claimed(row, at, until) for row in sorted(free, key=lambda row: (row.due_at, row.id))]
    claimed += [_unreadable(row, now, at, until) for row in unreadable]
    if claimed:
        ids = [row.id for row in claimed]
        session.execute(statements.TAKE, {"ids": ids, "until": until, "holder": owner, "at": at})
    head_ids = [row.id for row in (*heads, *unreadable)]
    if {row.id for row in due_rows} - set(head_ids):
        session.execute(statements.PARK, {"channels": locked, "now": now, "ids": head_ids})
    if dropped:
        promote(session, locked)
    more = bool(dropped) or (len(claimed) < limit <= len(due_rows))
    return Batch(claimed, at, more)


def _heads(session: Session, channels: Sequence[Channel], at: datetime) -> tuple[list[AnyRow], list[AnyRow]]:
    """The first open row of each channel: those that can be read, and those that cannot and that nobody holds.

    What another version or a hand has written there must not hold up the other channels.
    """
    try:
        return [row for row in session.execute(statements.HEADS, {"channels": channels}) if _is_known(row)], []
    except AWAY:
        raise
    except Exception:
        if len(channels) == 1:
            log.exception("outbox.cannot_read", channel=channels[0].channel)
            return [], list(session.execute(statements.UNREADABLE_HEADS, {"channels": channels, "at": at}))
    heads, unreadable = [], []
    for half in (channels[: len(channels) // 2], channels[len(channels) // 2 :]):
        readable, unknown = _heads(session, half, at)
        heads += readable
        unreadable += unknown
    return heads, unreadable


def _is_known(row: AnyRow) -> bool:
    """True; raises what is raised where a word or a number of the row is none that we know."""
    return bool(Op(row.op) and Destination(row.destination) and row.attempts + row.failures + row.blind >= 0)


def _is_free(row: AnyRow, now: datetime, at: datetime) -> bool:
    doubtful = row.in_doubt or row.state == State.SENDING
    if doubtful and row.op == Op.POST and row.no_looks_until is not None and row.no_looks_until > at:
        return False
    if (row.thread_id and row.thread_finished_at is None) or (row.target_id and row.target_finished_at is None):
        return False
    if row.state == State.SENDING:
        return bool(row.lease_until <= at)
    return bool(row.due_at <= now and (row.ready_at is None or row.ready_at <= at))


def _collapse_updates(session: Session, heads: Sequence[AnyRow], now: datetime) -> set[int]:
    """Drop due updates that a later one makes superfluous; returns their ids."""
    targets = {row.target_id for row in heads if row.op == Op.UPDATE and row.state != State.SENDING}
    if not targets:
        return set()
    return set(session.execute(statements.COLLAPSE, {"ids": list(targets), "now": now}).scalars())


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
        doubt_from=(row.doubt_from or row.claimed_at) if doubtful else at,
        taken_at=at,
        lease_until=until,
        doubt_until=row.doubt_until if doubtful else until,
        look_cursor=row.look_cursor,
        looks_refused=row.looks_refused,
        thread_channel=row.thread_sent_channel,
        thread_ts=row.thread_sent_ts,
        target_channel=row.target_sent_channel,
        target_ts=row.target_sent_ts,
        orphan=orphan,
    )


def _unreadable(row: AnyRow, now: datetime, at: datetime, until: datetime) -> Claimed:
    return Claimed(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.key,
        uuid=row.uuid,
        kind=row.kind,
        args={},
        op=Op.POST,
        channel=row.channel,
        destination=Destination.USER if row.to_person else Destination.CHANNEL,
        due_at=now,
        trace=row.trace,
        token=row.attempts + 1,
        failures=0,
        in_doubt=False,
        blind=0,
        doubt_from=at,
        taken_at=at,
        lease_until=until,
        unreadable=True,
    )


def rest(session: Session, now: datetime, at: datetime) -> float | None:
    """Seconds until a claim could find something that the claim made at `now` and `at` could not take.

    None when nothing is in sight. Counts rows that are not due yet, closed gates, back-off, and others' leases.
    """
    served = {"workspaces": serving.workspaces_of(session), "now": now, "at": at, "horizon": max(now, at) + _FAR_AHEAD}
    next_due, *others = session.execute(statements.NEXT, served).one()
    waits = [next_due - now] if next_due else []
    waits += [moment - at for moment in others if moment]
    return min(waits).total_seconds() if waits else None
