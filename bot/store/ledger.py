"""The one way to write the ledger: every row that changes leaves a line of history in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store import bulk, outcome_terms, schema
from bot.store.entities import Entity

CLOCK = "clock"
"""The surface of what the bot does by itself."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: a member of ours, or the bot itself (`member_id` None), and through which surface.

    `batch_id` is the import that the writing belongs to, None outside of one.
    """

    workspace_id: int
    member_id: int | None
    surface: str
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """One change of a row, as history keeps it: who made it, and the values before and after.

    `account_id` is None for a row of no account, `before` for a row that was added.
    """

    by: Author
    row_id: int
    account_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """New values for one row, which the caller has read in this transaction and locked; `why` is for history."""

    row: Mapping[str, Any]
    values: Mapping[str, Any]
    why: str | None = None


def add(
    session: Session, by: Author, entity: Entity, now: datetime, /, *, why: str | None = None, **values: Any
) -> int:
    """Insert one row of an entity and its history; returns the row's id."""
    table = entity.table
    row_id = session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    account_id = row_id if entity is Entity.ACCOUNT else values.get("account_id")
    _hold(session, account_id, now)
    _record(session, entity, Noted(by, row_id, account_id, None, values), now, why)
    if entity is Entity.OUTCOME:
        _keep_terms(session, by, [int(row_id)], now)
    return int(row_id)


def add_many(
    session: Session,
    by: Author,
    entity: Entity,
    now: datetime,
    rows: Sequence[Mapping[str, Any]],
    *,
    whys: Sequence[str | None] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> list[int]:
    """Insert many rows in one statement, each with its history; returns their ids in order.

    Rows of different shapes need `defaults`: the values of all columns that some row leaves out. History keeps what a
    row gives. `whys` has one reason a row.
    """
    if not rows:
        return []
    table = entity.table
    ids = bulk.insert_with_ids(session, table, [{**(defaults or {}), **row} for row in rows])
    owners = ids if entity is Entity.ACCOUNT else [row.get("account_id") for row in rows]
    touch(session, [owner for owner in owners if owner is not None], now)
    _write(
        session,
        [
            _line(entity, Noted(by, row_id, owner, None, row), now, why)
            for row_id, owner, row, why in zip(ids, owners, rows, whys or [None] * len(rows), strict=True)
        ],
    )
    if entity is Entity.OUTCOME:
        _keep_terms(session, by, ids, now)
    return ids


def change_many(session: Session, by: Author, entity: Entity, now: datetime, changes: Iterable[Change]) -> None:
    """As `change` for many rows of the author's workspace, in a statement for each set of columns that changes."""
    table = entity.table
    lines: list[dict[str, Any]] = []
    owners: list[int] = []
    updates: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        row, values = change.row, change.values
        if entity is Entity.OUTCOME:
            values = outcome_terms.without_old_agreement(row, values)
        after = {name: value for name, value in values.items() if row[name] != value}
        if not after:
            continue
        updates.setdefault(tuple(after), []).append(
            {"changed_row": row["id"], **{f"new_{name}": value for name, value in after.items()}}
        )
        owner = row["id"] if entity is Entity.ACCOUNT else row.get("account_id")
        before = {name: row[name] for name in after}
        lines.append(_line(entity, Noted(by, row["id"], owner, before, after), now, change.why))
        owners += [owner] if owner is not None else []
    for names, parameters in updates.items():
        ours = (table.c.id == bindparam("changed_row")) & entity.in_workspace(by.workspace_id)
        columns = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        session.connection().execute(update(table).where(ours).values(columns), parameters)
    if lines:
        _write(session, lines)
        touch(session, owners, now)
    if entity is Entity.OUTCOME:
        _keep_terms(session, by, [line["entity_id"] for line in lines if outcome_terms.concerned(line["after"])], now)


def change(
    session: Session,
    by: Author,
    entity: Entity,
    row_id: int,
    now: datetime,
    /,
    *,
    why: str | None = None,
    only_if: Mapping[str, Any] | None = None,
    **values: Any,
) -> bool:
    """Set `values` on one row of the author's workspace, with history of what really differs.

    `only_if` names columns that must still hold these values: the row count of the conditional update is the
    lock, so of two people who press the same button one gets True. Returns whether anything changed; a row of another
    workspace counts as one that is not there.
    """
    table = entity.table
    ours = (table.c.id == row_id) & entity.in_workspace(by.workspace_id)
    row = session.execute(select(table).where(ours)).mappings().one_or_none()
    if row is None or any(row[name] != expected for name, expected in (only_if or {}).items()):
        return False
    if entity is Entity.OUTCOME:
        values = dict(outcome_terms.without_old_agreement(row, values))
    after = {name: value for name, value in values.items() if row[name] != value}
    if not after:
        return False
    account_id = row_id if entity is Entity.ACCOUNT else row.get("account_id")
    _hold(session, account_id, now)
    statement = update(table).where(ours).values(**after)
    for name, expected in (only_if or {}).items():
        statement = statement.where(table.c[name].is_(None) if expected is None else table.c[name] == expected)
    if session.connection().execute(statement).rowcount != 1:
        return False
    before = {name: row[name] for name in after}
    _record(session, entity, Noted(by, row_id, account_id, before, after), now, why)
    if entity is Entity.OUTCOME and outcome_terms.concerned(after):
        _keep_terms(session, by, [row_id], now)
    return True


def note(session: Session, entity: Entity, changes: Iterable[Noted], now: datetime) -> None:
    """Write history for changes that the caller made in rows of an entity; the accounts are not reviewed again."""
    lines = [_line(entity, noted, now) for noted in changes]
    if lines:
        _write(session, lines)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write the history of the block, and ask for its accounts to be looked at, at its end: in one statement each.

    Nothing in the block may read history, and nothing of it is written when the block fails. A block in another one
    ends with that.
    """
    if _PENDING in session.info:
        yield
        return
    pending = session.info[_PENDING] = _Pending()
    try:
        yield
    finally:
        del session.info[_PENDING]
    for moment, account_ids in pending.touched.items():
        touch(session, account_ids, moment)
    if pending.lines:
        _write(session, pending.lines)


@dataclass(frozen=True, slots=True)
class _Pending:
    """What a block of `together` has still to write: lines of history, and accounts by the moment to look at them."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    touched: dict[datetime, list[int]] = field(default_factory=dict)


_PENDING = "ledger_pending"


def _write(session: Session, lines: list[dict[str, Any]]) -> None:
    pending: _Pending | None = session.info.get(_PENDING)
    if pending is not None:
        pending.lines.extend(lines)
    else:
        bulk.insert_all(session, schema.history, lines)


# within: a wrong id makes one account be looked at once too often, no more
def touch(session: Session, account_ids: Iterable[int], now: datetime) -> None:
    """Ask for these accounts to be looked at again as of `now`; their summaries are out of date."""
    pending: _Pending | None = session.info.get(_PENDING)
    if pending is not None:
        pending.touched.setdefault(now, []).extend(account_ids)
        return
    rows = [{"account_id": account_id, "look_at": now} for account_id in dict.fromkeys(account_ids)]
    if not rows:
        return
    session.execute(_touching(session.get_bind().dialect.name), rows)


@cache
def _touching(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Every write to the ledger runs it, so it is built once."""
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(schema.account_due)
    again = {"look_at": statement.excluded.look_at, "brief_until": None}
    return statement.on_conflict_do_update(index_elements=["account_id"], set_=again)


def plain(value: Any) -> Any:
    """`value` as JSON keeps it in history and exports: enums by value, dates ISO, tuples with commas, the rest text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return ",".join(":".join(map(plain, item)) if isinstance(item, tuple) else str(plain(item)) for item in value)
    return format(value, "f") if isinstance(value, Decimal) else value


def _keep_terms(session: Session, by: Author, outcome_ids: Sequence[int], now: datetime) -> None:
    """Write the versions of terms that these outcomes need now that they were written."""
    if not outcome_ids:
        return
    new, agreed = outcome_terms.due(session, by.workspace_id, outcome_ids)
    versions = [{**_signed(row, by, now), "set_at": now, "set_by": by.member_id} for row in new]
    add_many(session, by, Entity.TERMS, now, versions)
    change_many(session, by, Entity.TERMS, now, [Change(row, _signed(values, by, now)) for row, values in agreed])


def _signed(terms: Mapping[Any, Any], by: Author, now: datetime) -> dict[Any, Any]:
    """Columns of terms with who wrote their agreement down and when; with nobody where they have none."""
    has_one = any(terms[name] is not None for name in outcome_terms.AGREEMENT.values())
    return {**terms, "agreement_by": by.member_id if has_one else None, "agreement_at": now if has_one else None}


def _record(
    session: Session,
    entity: Entity,
    noted: Noted,
    now: datetime,
    why: str | None,
) -> None:
    _write(session, [_line(entity, noted, now, why)])


def _hold(session: Session, account_id: int | None, now: datetime) -> None:
    """Touch the account before its rows and its history are written, and so hold it until the transaction ends.

    So nobody who holds it waits for a row of somebody who waits for the account, and the lines of an account's history
    are committed in the order of their ids, on which `bot.app.shown` relies.
    """
    if account_id is not None:
        touch(session, [account_id], now)


def _line(entity: Entity, noted: Noted, now: datetime, why: str | None = None) -> dict[str, Any]:
    before, after = noted.before, noted.after
    return {
        "workspace_id": noted.by.workspace_id,
        "account_id": noted.account_id,
        "at": now,
        "member_id": noted.by.member_id,
        "surface": noted.by.surface,
        "entity": entity.value,
        "entity_id": noted.row_id,
        "before": None if before is None else {name: plain(value) for name, value in before.items()},
        "after": {name: plain(value) for name, value in after.items() if before is not None or value is not None},
        "why": why,
        "batch_id": noted.by.batch_id,
    }
