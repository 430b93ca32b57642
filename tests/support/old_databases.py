"""Databases as earlier revisions left them: their own tables, read from the database itself, with rows in every one.

What the first release had is filled by hand (`tests.support.first_release`). What a later revision added is filled by
its type, so that a new revision is covered without a word here; Acme, whose card is read, gets only what it must have.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)

from bot.domain.proof.reference import link_key
from bot.store import schema
from bot.store.admin import migrations
from bot.store.engine import Database
from bot.store.types import DatedWords, Exact, Rank, Word, Words
from tests.support.databases import Databases
from tests.support.first_release import MONDAY, OUTCOME, ROWS

Contents = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""By table and primary key: the row's values by column."""

_ROWS_OF_A_NEW_TABLE = 2
_JUDGED = ("title", "metric", "unit", "direction", "baseline", "baseline_on", "target", "due_on")
_NEWER: dict[str, list[dict[str, Any]]] = {
    "terms": [
        {
            "account_id": 1,
            "outcome_id": 1,
            "version": 1,
            "set_at": datetime(2026, 1, 15, tzinfo=UTC),
            "kind": "numeric",
            "shelf_life_days": 90,
            "agreed_by": 1,
            "agreed_on": date(2026, 1, 15),
            "agreement_link": "https://example.com/plan",
            **{name: OUTCOME[name] for name in _JUDGED},
        }
    ]
}
"""Rows of later tables that Acme's card depends on."""


def revisions() -> list[str]:
    """All revisions, the first release first."""
    found = ScriptDirectory.from_config(migrations.config_for(None)).walk_revisions()
    return [script.revision for script in found][::-1]


def url_at(databases: Databases, revision: str) -> str:
    """The URL of a database without rows at `revision`, made from an earlier one where this process has one."""
    assert databases.sources is not None
    at = {
        name: int(name.split()[-1])
        for of, name in databases.sources.filled
        if of == databases.dialect and "at " in name
    }
    earlier = max((name for name, number in at.items() if number <= int(revision)), key=at.__getitem__, default=None)

    def start() -> str:
        return databases.empty() if earlier is None else databases.copy_of(earlier, lambda _database: None)[0]

    return databases.copy_of(f"at {revision}", lambda database: migrations.upgrade(database, revision), start)[0]


def build(database: Database, revision: str) -> Contents:
    """Bring a `database` without rows to `revision`, fill every table that there is, and return what it then holds."""
    migrations.upgrade(database, revision)
    with database.engine.begin() as connection:
        tables = _tables(connection)
        for table in tables:
            for number, row in enumerate(_rows(connection, table), start=1):
                connection.execute(insert(table), _completed(connection, table, row, number))
    return _contents(database, tables)


def contents(database: Database) -> Contents:
    """Every row of every table, as the database itself says that its columns are."""
    with database.engine.connect() as connection:
        tables = _tables(connection)
    return _contents(database, tables)


def _contents(database: Database, tables: Iterable[Table]) -> Contents:
    with database.engine.connect() as connection:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(select(table)).mappings()
            }
            for table in tables
        }


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    known = ROWS.get(table.name) or _NEWER.get(table.name)
    if known is None:
        parents = [_count(connection, key.column.table) for key in table.foreign_keys if key.column.table is not table]
        return [{} for _ in range(min([_ROWS_OF_A_NEW_TABLE, *parents]))]
    rows = [{name: value for name, value in row.items() if name in table.c} for row in known]
    return [row | _as_upgraded(table, row) for row in rows]


def _as_upgraded(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """What the upgrade to the rule of witness wrote into these rows, where it has been there."""
    if "reference_key" in table.c and row.get("link"):
        return {"reference_key": link_key(row["link"])}
    return {"upgraded_on": MONDAY.date()} if table.name == "account" and "upgraded_on" in table.c else {}


def _completed(connection: Connection, table: Table, row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row with a value for each column that the first release did not have or that this table needs."""
    by_hand = ROWS.get(table.name) or _NEWER.get(table.name, [])
    known = {name for each in by_hand for name in each}
    plain = bool(by_hand) and (number == 1 or row.get("account_id") == 1)
    added = {}
    for column in table.c:
        own_id = column.primary_key and not column.foreign_keys and isinstance(column.type, Integer)
        optional = column.nullable or column.server_default is not None
        if column.name in row or own_id or (optional and (plain or column.name in known)):
            continue
        added[column.name] = _invented(connection, table, column, number)
    return row | added


def _invented(connection: Connection, table: Table, column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        if key.column.table is not table:
            # The newest rows, for the reader looks at the first.
            return _count(connection, key.column.table) + 1 - number
        return None
    kept = schema.metadata.tables.get(table.name)
    meaning = kept.c[column.name].type if kept is not None and column.name in kept.c else None
    if isinstance(meaning, DatedWords):
        return f"{next(iter(meaning.enum)).value}:2026-03-0{number}"
    if isinstance(meaning, Word | Words):
        return next(iter(meaning.enum)).value
    if isinstance(meaning, Rank):
        return next(iter(meaning.enum)).value
    if isinstance(meaning, Exact):
        return f"{number}.50"
    return _of_type(column, number)


def _of_type(column: Column[Any], number: int) -> Any:
    match column.type:
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case Float():
            return number / 4
        case Numeric():
            return Decimal(number)
        case DateTime():
            return datetime(2026, 3, 1, 8, 30, 0, 654321, UTC) + timedelta(hours=number)
        case Date():
            return date(2026, 3, number)
        case JSON():
            return {"number": number}
        case LargeBinary():
            return bytes([number])
        case String() | Text():
            return f"{column.name} {number}"[-(column.type.length or 100) :]
        case other:
            raise AssertionError(f"say here what a {other!r} may hold ({column})")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
