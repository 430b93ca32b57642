"""Counts what the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from bot.store.engine import Database, Use


@contextmanager
def statements(database: Database, *uses: Use) -> Iterator[list[str]]:
    """The SQL statements that the block sends, on the connections of these uses, or on all of them."""
    sent: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engines = [database.engines[use] for use in uses or Use]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", keep)
