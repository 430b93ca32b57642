"""Whole tables out of a database and into an empty one, without loss: for exports, restores and moves.

Rows keep their ids. Reading is one snapshot, writing one transaction: what arrives is what stood at one moment, or
nothing does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.domain.refusal import RefusedError
from bot.store.admin import migrations
from bot.store.admin.refusals import AdminRefusal
from bot.store.engine import Database, db_now
from bot.store.ledger import plain
from bot.store.schema import metadata, outbox

BATCH = 1000

_DELIVERY = {value.name for value in vars(outbox).values() if isinstance(value, Table)}

EVERYTHING: tuple[Table, ...] = tuple(metadata.sorted_tables)
"""Every table, parents before their children."""

_PASSING = {*_DELIVERY, "submission", "brief", "account_spelling", "set_aside", "dropped_file"}

LEDGER: tuple[Table, ...] = tuple(table for table in EVERYTHING if table.name not in _PASSING)
"""What the team knows, history included. Delivery's rows are work in hand, submissions only tell second deliveries
apart, account summaries and spellings follow from the rest, what the clock has set aside is about this
installation, and a dropped file waits for a day at most."""

Progress = Callable[[int, int], None]
Row = dict[str, Any]


class CannotCopy(RefusedError):
    """A copy that cannot be made."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How many rows a table has and a sum over their contents, whatever their order."""

    rows: int
    digest: str


@contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """A session that sees the database as it is now for as long as the block lasts, while others go on writing."""
    with database.snapshot() as session:
        if database.dialect == "postgresql":
            _wait_for_slow_readers(session)
        yield session


def counts(session: Session, tables: Sequence[Table]) -> dict[str, int]:
    """The number of rows of each table."""
    return {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def stream(session: Session, table: Table) -> Iterator[list[Row]]:
    """All rows of `table` by primary key, in batches: memory stays flat however many there are."""
    statement = select(table).order_by(*table.primary_key).execution_options(yield_per=BATCH)
    for batch in session.execute(statement).mappings().partitions():
        yield [dict(row) for row in batch]


def must_be_empty(session: Session) -> None:
    """Raise `CannotCopy` if any table has a row."""
    for table in EVERYTHING:
        if session.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise CannotCopy(AdminRefusal.TARGET_NOT_EMPTY, table=table.name)


def fill(session: Session, table: Table, rows: list[Row]) -> None:
    """Insert rows of one shape, ids included. Raises `CannotCopy` when the database refuses one."""
    try:
        session.execute(insert(table), rows)
    except (DataError, IntegrityError) as refused:
        why = str(refused.orig).splitlines()[0]
        raise CannotCopy(AdminRefusal.ROW_DOES_NOT_FIT, table=table.name, why=why) from refused


def continue_ids(session: Session, tables: Sequence[Table]) -> None:
    """Let new rows take ids after those that were copied; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        if table.autoincrement_column is None:
            continue
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        newest = f"SELECT setval({sequence}, coalesce(max(id), 1), max(id) IS NOT NULL) FROM {table.name}"
        session.execute(text(newest))


def fingerprint(session: Session, table: Table) -> Fingerprint:
    """What a copy must have in common with its source."""
    rows, total = 0, 0
    for batch in stream(session, table):
        for row in batch:
            written = json.dumps({name: plain(value) for name, value in row.items()}, sort_keys=True)
            total += int.from_bytes(hashlib.sha256(written.encode()).digest())
        rows += len(batch)
    return Fingerprint(rows, f"{total % 2**256:064x}")


def move(source: Database, target: Database, progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Copy everything from `source` to the empty `target`, outbox and gates included; returns rows by table.

    The target is migrated first. Nobody can write to the source meanwhile. Before the target is committed, each of its
    tables is read back and compared with the source by count and content. Raises `CannotCopy`, and then nothing is in
    the target. `progress` hears how many rows of how many are copied.
    """
    if migrations.needs_upgrade(source):
        raise CannotCopy(AdminRefusal.SOURCE_BEHIND)
    migrations.upgrade(target)
    with _held(source) as reading, target.begin() as writing:
        _must_be_idle(reading)
        must_be_empty(writing)
        if target.dialect == "postgresql":
            _wait_for_slow_readers(writing)
        done, total = 0, sum(counts(reading, EVERYTHING).values())
        for table in EVERYTHING:
            for batch in stream(reading, table):
                fill(writing, table, batch)
                done += len(batch)
                progress(done, total)
        continue_ids(writing, EVERYTHING)
        return {table.name: _verified(reading, writing, table) for table in EVERYTHING}


def _verified(reading: Session, writing: Session, table: Table) -> int:
    before, after = fingerprint(reading, table), fingerprint(writing, table)
    if before != after:
        raise CannotCopy(AdminRefusal.COPY_DIFFERS, table=table.name, before=before.rows, after=after.rows)
    return after.rows


@contextmanager
def _held(source: Database) -> Iterator[Session]:
    """A session on the source that keeps everybody else from writing until the block ends; it writes nothing itself."""
    with source.session() as session:
        try:
            if source.dialect == "postgresql":
                _wait_for_slow_readers(session)
                names = ", ".join(table.name for table in EVERYTHING)
                session.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
            else:
                session.connection()
        except OperationalError as busy:
            raise CannotCopy(AdminRefusal.SOURCE_BUSY) from busy
        yield session
        session.rollback()


def _must_be_idle(session: Session) -> None:
    """A bot that runs would go on writing to the database that is left behind."""
    leased = select(outbox.outbox.c.owner).where(
        outbox.outbox.c.state == "sending", outbox.outbox.c.lease_until > db_now(session)
    )
    owner = session.execute(leased.limit(1)).scalar_one_or_none()
    if owner is not None:
        raise CannotCopy(AdminRefusal.BOT_RUNS, owner=owner)


def _wait_for_slow_readers(session: Session) -> None:
    """The pool ends transactions that idle; between two batches of a long copy ours may."""
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
