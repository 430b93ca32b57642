"""The whole ledger as JSON Lines, and back into an empty database without loss.

The first line describes the file: `{"proofline": 1, "schema": …, "exported_at": …, "rows": {table: count}}`. Each
further line is one row: `{"table": …, column: value, …}`, parents before their children, by id. Values are those of
`bot.store.ledger.plain`: enums by value, dates and UTC moments in ISO 8601, decimals as text, money in minor units.
The rows of the outbox are not exported; `python -m bot move` copies them too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.proof.reference import link_key
from bot.features.exports.refusals import ExportRefusal
from bot.store import acceptances, account_spelling, outcome_terms
from bot.store.admin import migrations, table_copy
from bot.store.admin.table_copy import LEDGER
from bot.store.as_of import restored
from bot.store.engine import Database, db_now
from bot.store.ledger import plain
from bot.store.schema import account, evidence

FORMAT = 1
WITNESSED_SINCE = "0015"
"""The first revision whose evidence says who could check it."""
TERMS_SINCE = "0016"
"""The first revision that keeps the terms of outcomes as versions."""
ACCEPTANCES_SINCE = "0024"
"""The first revision that says who could check that a packet was accepted."""

Progress = Callable[[int, int], None]
_TABLES = {table.name: table for table in LEDGER}


def export(
    database: Database, out: IO[bytes], now: datetime, progress: Progress = lambda done, total: None
) -> dict[str, int]:
    """Write the ledger as it stands at one moment to `out`; returns the rows of each table.

    `progress` is called with the rows written and the rows in all. Raises `UserError` if the database is not migrated.
    """
    _must_be_current(database)
    with table_copy.snapshot(database) as session:
        counts = table_copy.counts(session, LEDGER)
        head = {"proofline": FORMAT, "schema": migrations.head(), "exported_at": plain(now), "rows": counts}
        out.write(_line(head))
        done, total = 0, sum(counts.values())
        for table in LEDGER:
            for batch in table_copy.stream(session, table):
                out.writelines(
                    _line({"table": table.name, **{name: plain(value) for name, value in row.items()}}) for row in batch
                )
                done += len(batch)
                progress(done, total)
    return counts


def restore(
    database: Database, lines: Iterable[bytes], progress: Progress = lambda done, total: None
) -> dict[str, int]:
    """Take an export into an empty, migrated database, all of it or nothing; returns the rows of each table.

    Raises `UserError` when the file is no whole export, and `CannotCopy` when the database does not take it: it is not
    empty, or refuses a row.
    """
    _must_be_current(database)
    numbered = enumerate(lines, start=1)
    schema, expected = _head(next(numbered, (1, b""))[1])
    done, total = 0, sum(expected.values())
    restored_counts = dict.fromkeys(expected, 0)
    with database.begin() as session:
        table_copy.must_be_empty(session)
        for table, rows in _batches(numbered):
            table_copy.fill(session, table, rows)
            restored_counts[table.name] = restored_counts.get(table.name, 0) + len(rows)
            done += len(rows)
            progress(done, total)
        _must_be_whole(expected, restored_counts)
        if schema < TERMS_SINCE:
            outcome_terms.add_first_versions(session, db_now(session))
        if schema < ACCEPTANCES_SINCE:
            acceptances.add_first_versions(session)
        table_copy.continue_ids(session, LEDGER)
        account_spelling.index_all(session)
        if schema < WITNESSED_SINCE:
            _bring_under_the_rule_of_witness(session)
    return restored_counts


def _must_be_current(database: Database) -> None:
    if migrations.needs_upgrade(database):
        raise UserError(ExportRefusal.SCHEMA_BEHIND)


def _head(line: bytes) -> tuple[str, dict[str, int]]:
    head = _object(1, line)
    if head.get("proofline") != FORMAT or not isinstance(head.get("rows"), dict):
        raise UserError(ExportRefusal.NO_EXPORT)
    if str(head.get("schema")) > str(migrations.head()):  # revisions are numbered in order
        raise UserError(ExportRefusal.EXPORT_TOO_NEW)
    return str(head.get("schema")), {str(name): int(count) for name, count in head["rows"].items()}


def _bring_under_the_rule_of_witness(session: Session) -> None:
    """Do for an older export what the migration did for older rows: links become references, from today."""
    # all workspaces: the database was empty before
    session.execute(update(account).values(upgraded_on=db_now(session).date()))
    linked = select(evidence.c.id, evidence.c.link).where(evidence.c.link.is_not(None))
    keys = [{"of": row_id, "key": key} for row_id, link in session.execute(linked) if (key := link_key(link))]
    if keys:
        of_piece = update(evidence).where(evidence.c.id == bindparam("of"))
        session.connection().execute(of_piece.values(reference_key=bindparam("key")), keys)


def _batches(numbered: Iterator[tuple[int, bytes]]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Rows of one table and one shape at a time."""
    table: Table | None = None
    rows: list[dict[str, Any]] = []
    for number, line in numbered:
        if not line.strip():
            continue
        next_table, row = _row(number, line)
        same_shape = next_table is table and bool(rows) and row.keys() == rows[0].keys()
        if table is not None and rows and (not same_shape or len(rows) == table_copy.BATCH):
            yield table, rows
            rows = []
        table = next_table
        rows.append(row)
    if table is not None and rows:
        yield table, rows


def _row(number: int, line: bytes) -> tuple[Table, dict[str, Any]]:
    values = _object(number, line)
    table = _TABLES.get(str(values.pop("table", None)))
    if table is None:
        raise UserError(ExportRefusal.TABLE_UNKNOWN, line=number)
    unknown = values.keys() - set(table.c.keys())
    if unknown:
        raise UserError(ExportRefusal.COLUMNS_UNKNOWN, line=number, columns=sorted(unknown))
    try:
        return table, {name: restored(table.c[name], value) for name, value in values.items()}
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise UserError(ExportRefusal.VALUE_UNREADABLE, line=number, table=table.name, problem=str(error)) from error


def _object(number: int, line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UserError(ExportRefusal.LINE_NO_OBJECT, line=number)
    return value


def _must_be_whole(expected: dict[str, int], actual: dict[str, int]) -> None:
    for name in {**expected, **actual}:
        expected_rows, actual_rows = expected.get(name, 0), actual.get(name, 0)
        if expected_rows != actual_rows:
            raise UserError(ExportRefusal.ROWS_MISSING, table=name, promised=expected_rows, rows=actual_rows)


def _line(values: dict[str, Any]) -> bytes:
    try:
        return (json.dumps(values, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # old history may hold half a surrogate pair, which JSON only takes escaped
        return (json.dumps(values) + "\n").encode()
