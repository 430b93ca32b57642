"""The outbox's statements, built once: building them costs more than running them. Values come in by name:

`now` is business time; `at` and `until` are the database's, `horizon` lies far ahead of both; `workspaces` are those
that this process serves; `channels` are (workspace_id, channel) pairs; `ids` rows, which a claim of these workspaces
has found.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    ScalarSelect,
    Table,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.outbox.types import Destination, Op, State
from bot.store.json_rows import in_workspaces
from bot.store.schema.outbox import channel_gate, outbox, workspace_gate
from bot.store.types import UtcDateTime

_row, _gate, _workspace = outbox.c, channel_gate.c, workspace_gate.c
_NOW = bindparam("now", type_=UtcDateTime)
_AT = bindparam("at", type_=UtcDateTime)
_IDS = bindparam("ids", expanding=True, type_=Integer)
_EPOCH = datetime.fromtimestamp(0, UTC)
_SUPERSEDED = "a later update of the same message says it all"
_thread, _target, _later = outbox.alias("thread"), outbox.alias("target"), outbox.alias("later")


class _Latest(FunctionElement[datetime]):
    """The latest of its arguments; SQLite and PostgreSQL have different words for it."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(_Latest)
def _greatest(element: _Latest, compiler: SQLCompiler, **more: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **more)})"


@compiles(_Latest, "sqlite")
def _max(element: _Latest, compiler: SQLCompiler, **more: Any) -> str:
    return f"max({compiler.process(element.clauses, **more)})"


def is_state(state: State, row: FromClause = outbox) -> ColumnElement[bool]:
    """`state = '…'` written out, not bound: SQLite uses a partial index only when it sees the value."""
    condition: ColumnElement[bool] = row.c.state == literal_column(f"'{state.value}'")
    return condition


def _in_channels(table: Table) -> ColumnElement[bool]:
    return tuple_(table.c.workspace_id, table.c.channel).in_(bindparam("channels", expanding=True))


def _one_of_its_channel(name: str, *conditions: str) -> tuple[FromClause, ColumnElement[bool]]:
    """A second look at the outbox, from a query of gates: the rows of the gate's channel."""
    row = outbox.alias(name)
    return row, and_(row.c.workspace_id == _gate.workspace_id, row.c.channel == _gate.channel)


def _first_open() -> ScalarSelect[int]:
    row, same = _one_of_its_channel("first")
    query = select(row.c.id).where(same, row.c.finished_at.is_(None)).order_by(row.c.due_at, row.c.id).limit(1)
    return query.correlate(channel_gate).scalar_subquery()


def _in_flight() -> ScalarSelect[int]:
    row, same = _one_of_its_channel("in_flight")
    query = select(row.c.id).where(same, is_state(State.SENDING, row)).limit(1)
    return query.correlate(channel_gate).scalar_subquery()


# Without RETURNING many rows go as one prepared statement; with it they would be one statement that is as long as they.
INSERT_MANY = {
    "postgresql": postgresql.insert(outbox).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(outbox).on_conflict_do_nothing(),
}
INSERT = {dialect: insert.returning(_row.id) for dialect, insert in INSERT_MANY.items()}

NEEDED = select(_row.id, _row.key, _row.channel, _row.destination, _row.due_at).where(
    _row.workspace_id == bindparam("workspace"), _row.key.in_(bindparam("keys", expanding=True))
)

_LOCK = select(_gate.workspace_id, _gate.channel).where(_in_channels(channel_gate))
_LOCK_ORDERED = _LOCK.order_by(_gate.workspace_id, _gate.channel)
LOCK_WAITING = _LOCK_ORDERED.with_for_update()
LOCK_OPEN = _LOCK_ORDERED.where(or_(_gate.next_free_at.is_(None), _gate.next_free_at <= _AT)).with_for_update(
    skip_locked=True
)
MAKE_GATES = {
    "postgresql": postgresql.insert(channel_gate).on_conflict_do_nothing().returning(_gate.workspace_id, _gate.channel),
    "sqlite": sqlite.insert(channel_gate).on_conflict_do_nothing().returning(_gate.workspace_id, _gate.channel),
}

_SERVED = in_workspaces(_row.workspace_id)
_OF_OPEN_WORKSPACE = and_(
    _SERVED,
    _workspace.paused.is_(None),
    or_(_workspace.blocked_until.is_(None), _workspace.blocked_until <= _AT),
)

_DOUBTFUL = or_(_row.in_doubt, is_state(State.SENDING))
_MAY_LOOK = or_(_workspace.no_looks_until.is_(None), _workspace.no_looks_until <= _AT)
_NEEDS_NO_LOOK = or_(_row.op != Op.POST.value, not_(_DOUBTFUL))

EXPIRED = (
    select(_row.id, _row.workspace_id, _row.channel)
    .outerjoin(workspace_gate, _workspace.workspace_id == _row.workspace_id)
    .where(is_state(State.SENDING), _row.lease_until <= _AT, _OF_OPEN_WORKSPACE, or_(_NEEDS_NO_LOOK, _MAY_LOOK))
    .order_by(_row.lease_until, _row.id)
    .limit(bindparam("limit", type_=Integer))
)

DUE = (
    select(_row.id, _row.workspace_id, _row.channel)
    .outerjoin(channel_gate, and_(_gate.workspace_id == _row.workspace_id, _gate.channel == _row.channel))
    .outerjoin(workspace_gate, _workspace.workspace_id == _row.workspace_id)
    .outerjoin(_thread, _thread.c.id == _row.thread_id)
    .outerjoin(_target, _target.c.id == _row.target_id)
    .where(
        is_state(State.WAITING),
        _row.due_at <= _NOW,
        or_(_row.ready_at.is_(None), _row.ready_at <= _AT),
        or_(_gate.next_free_at.is_(None), _gate.next_free_at <= _AT),
        _OF_OPEN_WORKSPACE,
        or_(_NEEDS_NO_LOOK, _MAY_LOOK),
        or_(_row.thread_id.is_(None), _thread.c.finished_at.is_not(None)),
        or_(_row.target_id.is_(None), _target.c.finished_at.is_not(None)),
    )
    .order_by(_row.due_at, _row.id)
    .limit(bindparam("limit", type_=Integer))
)

HEADS = (
    select(
        *(column for column in _row if column.name not in {"created_at", "note", "sent_channel", "sent_ts"}),
        *(
            parent.c[name].label(f"{parent.name}_{name}")
            for parent in (_thread, _target)
            for name in ("state", "sent_channel", "sent_ts", "finished_at")
        ),
        _workspace.no_looks_until,
    )
    .select_from(channel_gate)
    .join(outbox, _row.id == func.coalesce(_in_flight(), _first_open()))
    .outerjoin(_thread, _thread.c.id == _row.thread_id)
    .outerjoin(_target, _target.c.id == _row.target_id)
    .outerjoin(workspace_gate, _workspace.workspace_id == _row.workspace_id)
    .where(_in_channels(channel_gate))
)
"""The row of each channel that is being sent, or else its first open one, with what it replies to or changes."""

UNREADABLE_HEADS = (
    select(
        *(_row[name] for name in ("id", "workspace_id", "key", "uuid", "kind", "channel", "trace")),
        (_row.destination == Destination.USER.value).label("to_person"),
        func.coalesce(cast(_row.attempts, Integer), 0).label("attempts"),
    )
    .select_from(channel_gate)
    .join(outbox, _row.id == func.coalesce(_in_flight(), _first_open()))
    .where(_in_channels(channel_gate), or_(not_(is_state(State.SENDING)), _row.lease_until <= _AT))
)
"""The same rows, if nobody holds them, without the columns that hold more than a text."""

# within: a claim has found and locked these rows
TAKE = (
    update(outbox)
    .where(_row.id.in_(_IDS))
    .values(
        state=State.SENDING.value,
        lease_until=bindparam("until", type_=UtcDateTime),
        owner=bindparam("holder"),
        attempts=_row.attempts + 1,
        in_doubt=case((_DOUBTFUL, true()), else_=false()),
        claimed_at=case((_DOUBTFUL, _row.claimed_at), else_=_AT),
        # A row of an earlier release has no start of its own.
        doubt_from=case((_DOUBTFUL, func.coalesce(_row.doubt_from, _row.claimed_at)), else_=_AT),
        doubt_until=case((_DOUBTFUL, _row.doubt_until), else_=bindparam("until", type_=UtcDateTime)),
    )
)

PARK = (
    update(outbox)
    .where(_in_channels(outbox), is_state(State.WAITING), _row.due_at <= _NOW, _row.id.not_in(_IDS))
    .values(state=State.PARKED.value)
)

PROMOTE = (
    update(outbox)
    .where(
        _row.id.in_(select(_first_open()).select_from(channel_gate).where(_in_channels(channel_gate))),
        is_state(State.PARKED),
    )
    .values(state=State.WAITING.value)
)

# within: a claim has found these rows
STORED = select(_row.id, _row.state, _row.attempts, _row.finished_at, _row.sent_ts, _row.blind).where(_row.id.in_(_IDS))

_OUTCOME = (
    "state",
    "ready_at",
    "failures",
    "in_doubt",
    "blind",
    "look_cursor",
    "looks_refused",
    "sent_channel",
    "sent_ts",
    "code",
    "note",
    "finished_at",
)
# within: a claim has found this row
FINISH = (
    update(outbox)
    .where(_row.id == bindparam("row_id"), _row.attempts == bindparam("seen"))
    .values({name: bindparam(name) for name in _OUTCOME} | {"lease_until": None, "owner": None})
)

SHUT = update(channel_gate).where(_in_channels(channel_gate)).values(next_free_at=bindparam("until", type_=UtcDateTime))

_IDLE = (State.WAITING.value, State.PARKED.value)

# within: these rows are changed by rows that a claim has found
COLLAPSE = (
    update(outbox)
    .where(
        _row.target_id.in_(_IDS),
        _row.finished_at.is_(None),
        _row.op == Op.UPDATE.value,
        _row.state.in_(_IDLE),
        exists().where(
            _later.c.target_id == _row.target_id,
            _later.c.finished_at.is_(None),
            _later.c.op == Op.UPDATE.value,
            _later.c.state.in_(_IDLE),
            _later.c.due_at <= _NOW,
            or_(_later.c.due_at > _row.due_at, and_(_later.c.due_at == _row.due_at, _later.c.id > _row.id)),
        ),
    )
    .values(state=State.DROPPED.value, note=_SUPERSEDED, finished_at=_NOW)
    .returning(_row.id)
)
"""Drops due updates that a later due update of the same message makes superfluous."""


def _or_epoch(*moments: ColumnElement[datetime]) -> _Latest:
    return _Latest(*[func.coalesce(moment, _EPOCH) for moment in moments])


_LOOKS_OPEN = case((_NEEDS_NO_LOOK, null()), else_=_workspace.no_looks_until)
_OPENS = _or_epoch(_row.ready_at, _gate.next_free_at, _workspace.blocked_until, _LOOKS_OPEN)
_EXPIRES = _or_epoch(_row.lease_until, _workspace.blocked_until, _LOOKS_OPEN)
# What lies beyond is no moment that anybody meant: "infinity", or what SQLite holds in place of a moment.
_HORIZON = bindparam("horizon", type_=UtcDateTime)
_NEXT_DUE = select(func.min(_row.due_at)).where(
    _SERVED, is_state(State.WAITING), _row.due_at > _NOW, _row.due_at < _HORIZON
)
_NEXT_OPEN = (
    select(func.min(_OPENS))
    .select_from(outbox)
    .outerjoin(channel_gate, and_(_gate.workspace_id == _row.workspace_id, _gate.channel == _row.channel))
    .outerjoin(workspace_gate, _workspace.workspace_id == _row.workspace_id)
    .where(
        _SERVED,
        is_state(State.WAITING),
        _row.due_at <= _NOW,
        _workspace.paused.is_(None),
        _OPENS > _AT,
        _OPENS < _HORIZON,
    )
)
_NEXT_EXPIRY = (
    select(func.min(_EXPIRES))
    .select_from(outbox)
    .outerjoin(workspace_gate, _workspace.workspace_id == _row.workspace_id)
    .where(_SERVED, is_state(State.SENDING), _workspace.paused.is_(None), _EXPIRES > _AT, _EXPIRES < _HORIZON)
)

NEXT = select(_NEXT_DUE.scalar_subquery(), _NEXT_OPEN.scalar_subquery(), _NEXT_EXPIRY.scalar_subquery())
"""When the next row is due (business time), and when the next gate or back-off, and the next lease, is over."""
