"""What an operator does with the outbox by hand: look, try again, drop."""

from __future__ import annotations

# all workspaces, whole module: the operator of the installation works on it
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.refusal import RefusedError
from bot.outbox.pacing import AnyRow, Channel, lock, promote
from bot.outbox.reconcile import UNKNOWN
from bot.outbox.refusals import OutboxRefusal
from bot.outbox.types import State
from bot.outbox.wakeup import announce
from bot.store.engine import db_now
from bot.store.schema.outbox import outbox


class CannotOperate(RefusedError):
    """A row that cannot be retried or dropped."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the outbox at a glance; `due_at` is business time."""

    id: int
    state: State
    key: str
    channel: str
    due_at: datetime
    attempts: int
    note: str


def listed(session: Session, states: Sequence[State], limit: int) -> list[Listed]:
    """The rows in these states, the longest due first; without states, those that are open or dead."""
    c = outbox.c
    condition: ColumnElement[bool] = c.state.in_([state.value for state in states])
    if not states:
        condition = or_(c.finished_at.is_(None), c.state == State.DEAD.value)
    columns = [c[field.name] for field in fields(Listed)]  # no others: a row may be listed because one cannot be read
    rows = session.execute(select(*columns).where(condition).order_by(c.due_at, c.id).limit(limit))
    return [
        Listed(row.id, State(row.state), row.key, row.channel, row.due_at, row.attempts, row.note or "") for row in rows
    ]


def shown(session: Session, row_id: int) -> dict[str, Any]:
    """Every column of one row. Raises `CannotOperate` when there is none."""
    return dict(_row(session, row_id)._mapping)


def dead(session: Session) -> list[int]:
    """The rows that Slack refused for good."""
    return list(session.execute(select(outbox.c.id).where(outbox.c.state == State.DEAD.value)).scalars())


def retry(session: Session, row_id: int) -> None:
    """Let senders take a dead, dropped or delayed row again, from the beginning. Raises `CannotOperate`.

    What may have reached Slack is still looked for first.
    """
    row = _locked(session, row_id)
    if row.state == State.SENT:
        raise CannotOperate(OutboxRefusal.SENT_ALREADY, id=row.id, note=row.note)
    fresh = {"finished_at": None, "ready_at": None, "failures": 0, "blind": 0, "code": None, "note": None}
    look = {"look_cursor": None, "looks_refused": 0}
    _write(session, row, state=State.WAITING.value, in_doubt=_may_stand(row), **fresh, **look)


def drop(session: Session, row_id: int, why: str, now: datetime) -> None:
    """Give a row up for the reason `why`; `now` is business time. Raises `CannotOperate`."""
    row = _locked(session, row_id)
    if row.state in (State.SENT, State.DROPPED):
        raise CannotOperate(OutboxRefusal.OVER_ALREADY, id=row.id, state=row.state)
    note = f"dropped by hand: {why}"
    _write(session, row, state=State.DROPPED.value, finished_at=now, in_doubt=_may_stand(row), note=note)


def _may_stand(row: AnyRow) -> bool:
    """Whether an attempt whose end nobody knows may have reached Slack; giving the row up does not settle that."""
    return bool(row.in_doubt or row.blind or row.state == State.SENDING or row.code == UNKNOWN)


def _row(session: Session, row_id: int) -> AnyRow:
    row = session.execute(select(outbox).where(outbox.c.id == row_id)).one_or_none()
    if row is None:
        raise CannotOperate(OutboxRefusal.NO_MESSAGE, id=row_id)
    return row


def _locked(session: Session, row_id: int) -> AnyRow:
    """The row with its channel locked, so that no sender takes it meanwhile; one that is being sent is left alone."""
    row = _row(session, row_id)
    lock(session, [Channel(row.workspace_id, row.channel)])
    row = _row(session, row_id)
    if row.state == State.SENDING and row.lease_until is not None and row.lease_until > db_now(session):
        raise CannotOperate(OutboxRefusal.BEING_SENT, id=row.id, owner=row.owner)
    return row


def _write(session: Session, row: AnyRow, **values: Any) -> None:
    session.execute(update(outbox).where(outbox.c.id == row.id).values(**values, lease_until=None, owner=None))
    promote(session, [Channel(row.workspace_id, row.channel)])
    announce(session)
