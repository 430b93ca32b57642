"""Reads and writes many rows at once.

On PostgreSQL they are inserted by COPY: a statement for a thousand rows has twenty thousand parameters, and reading
those takes longer than writing the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, insert, literal, select
from sqlalchemy.orm import Session

_NAMED_AT_ONCE = 1000
_WORTH_A_COPY = 50
"""Fewer rows are one statement, which needs no ids beforehand."""

Rows = Sequence[Mapping[str, Any]]


def pages(ids: Iterable[int]) -> Iterator[list[int]]:
    """Each of these ids once, in order, in lists that one statement can name: PostgreSQL takes 65,535 parameters."""
    ordered = sorted(set(ids))
    return (ordered[start : start + _NAMED_AT_ONCE] for start in range(0, len(ordered), _NAMED_AT_ONCE))


def insert_with_ids(session: Session, table: Table, rows: Rows) -> list[int]:
    """Insert rows that all name the same columns, but not `id`; returns their ids, in order."""
    connection = session.connection()
    if not _copies(connection, rows):
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return [int(row_id) for row_id in session.execute(statement, rows).scalars()]
    sequence = func.pg_get_serial_sequence(table.name, "id")
    series = func.generate_series(literal(1), literal(len(rows)))
    # within: this reads no table
    taken = select(func.nextval(sequence)).select_from(series)
    ids = sorted(connection.execute(taken).scalars())
    _copy(connection, table, [{"id": row_id, **row} for row_id, row in zip(ids, rows, strict=True)])
    return ids


def insert_all(session: Session, table: Table, rows: Rows) -> None:
    """Insert rows that all name the same columns."""
    connection = session.connection()
    if _copies(connection, rows):
        _copy(connection, table, rows)
    elif rows:
        session.execute(insert(table), rows)


def _copies(connection: Connection, rows: Rows) -> bool:
    return connection.dialect.name == "postgresql" and len(rows) >= _WORTH_A_COPY


def _copy(connection: Connection, table: Table, rows: Rows) -> None:
    dialect, names = connection.dialect, tuple(rows[0])
    quoted = dialect.identifier_preparer.quote
    found = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    converts: dict[str, Callable[[Any], Any]] = {name: convert for name, convert in found.items() if convert}
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {quoted(table.name)} ({', '.join(map(quoted, names))}) FROM STDIN") as copy:
        for row in rows:
            if row.keys() != rows[0].keys():
                raise ValueError(f"rows of {table.name} name different columns")
            copy.write_row([convert(row[name]) if (convert := converts.get(name)) else row[name] for name in names])
