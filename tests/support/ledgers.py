"""Random ledgers, built through the ledger's own functions from texts that break things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, String, Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.store import ledger, schema
from bot.store.admin.table_copy import LEDGER
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.types import Clean, DatedWords, Exact, Rank, UtcDateTime, Word, Words
from tests.support.factory import NOON

BUILT = [table for table in LEDGER if table.name not in ("workspace", "history", "account_due")]
HOSTILE = (
    "<!channel>",
    "*_~`",
    'say "no"',
    "two\nlines\r\n",
    "tab\tand\x0bmore\x1f",
    "nul\x00l",
    "\u2028\u2029\ufeff",
    "\u202eright to left",
    "👩‍👩‍👧",
    "株式会社岡田ガス",
    "'; DROP TABLE account; --",
    "\\u0000\\",
    "",
    " ",
    "x" * 5_000,
    "\ud800half a pair",
    "\U0010ffff",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
decimals = st.decimals(min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=6)
moments = st.integers(0, 10**15).map(lambda micros: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.dictionaries(texts, inner, max_size=3),
)

Draw = Callable[[st.SearchStrategy[Any]], Any]


def build(database: Database, draw: Draw, most: int = 3) -> None:
    """Add a few rows of every table of the ledger, then change some, all with history."""
    numbers = count()
    with database.begin() as session:
        workspace_id = session.execute(select(schema.workspace.c.id)).scalar_one()
        by = Author(workspace_id, None, "test")
        ids: dict[str, list[int]] = {"workspace": [workspace_id]}
        for table in BUILT:
            for _ in range(draw(st.integers(1, most))):
                values = {column.name: _value(draw, column, ids, numbers) for column in table.c if column.name != "id"}
                row_id = _added(session, by, table, next(numbers), draw(texts), values)
                if row_id is not None:
                    ids.setdefault(table.name, []).append(row_id)
        for account_id in ids["account"]:
            changed = {"name": draw(texts), "arr_minor": draw(st.none() | st.integers(0, 2**60))}
            ledger.change(session, by, Entity.ACCOUNT, account_id, NOON, **changed)


def _added(session: Session, by: Author, table: Table, number: int, why: str, values: dict[str, Any]) -> int | None:
    """The row's id, or None when it lacks a parent or breaks a unique key."""
    if any(values[column.name] is None for column in table.c if column.name != "id" and not column.nullable):
        return None
    try:
        with session.begin_nested():
            at = NOON + timedelta(seconds=number)
            if table.name not in list(Entity):  # a record of the bot's own, which has no history
                return int(session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())
            if "why" in values:  # a column of its own, which `add` would take for the reason of the change
                return ledger.add_many(session, by, Entity(table.name), at, [values])[0]
            return ledger.add(session, by, Entity(table.name), at, why=why, **values)
    except IntegrityError:
        return None


def _value(draw: Draw, column: Column[Any], ids: dict[str, list[int]], numbers: Iterator[int]) -> Any:
    for key in column.foreign_keys:
        known = ids.get(key.column.table.name, [])
        return draw(st.sampled_from(known)) if known and (not column.nullable or draw(st.booleans())) else None
    if column.name in ("slug", "external_id", "slack_id", "submission"):
        return f"key {next(numbers)}"
    if column.nullable and draw(st.booleans()):
        return None
    return draw(_strategy(column))


def _strategy(column: Column[Any]) -> st.SearchStrategy[Any]:
    kind = column.type
    if isinstance(kind, Word | Rank):
        return st.sampled_from(list(kind.enum))
    if isinstance(kind, Words):
        return st.sets(st.sampled_from(list(kind.enum))).map(lambda some: tuple(sorted(some)))
    if isinstance(kind, DatedWords):
        dated = st.tuples(st.sampled_from(list(kind.enum)), st.dates(date(1900, 1, 1), date(2200, 1, 1)))
        return st.lists(dated, max_size=3).map(tuple)
    if isinstance(kind, Exact):
        return decimals
    if isinstance(kind, UtcDateTime):
        return moments
    if isinstance(kind, Boolean):
        return st.booleans()
    if isinstance(kind, Integer):
        return st.integers(-(2**31), 2**31 - 1)
    if isinstance(kind, JSON):
        return st.dictionaries(texts, jsons, max_size=3)
    if isinstance(kind, Clean):
        return texts
    if isinstance(kind, String):
        return st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=kind.length or 10)
    if isinstance(kind, LargeBinary):
        return st.one_of(st.sampled_from((b"", b"\x00\xff", b"\x89PNG\r\n\x1a\n")), st.binary(max_size=200))
    if isinstance(kind, Date):
        return st.dates(date(1900, 1, 1), date(2200, 1, 1))
    raise LookupError(f"nothing says what a column of type {kind!r} holds; {column} needs a line here")
