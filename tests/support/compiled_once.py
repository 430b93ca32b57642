"""SQL is compiled once in a test process, not once in each test.

SQLAlchemy keeps what it has compiled with an engine, and for one dialect object only. Each test has databases, and so
engines, of its own: without this a third of the tests' time went into compiling the same statements again.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[object, object] = LRUCache(5000)


def share_compiled_statements() -> None:
    """From now on all engines of this process keep what they compile in one place."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        # All dialects of one class write the same SQL here: there is one SQLite and one server.
        dialect.__hash__ = _hash  # type: ignore[method-assign]
        dialect.__eq__ = _alike  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _keep_in_one_place)


def _hash(self: object) -> int:
    return hash(type(self))


def _alike(self: object, other: object) -> bool:
    return type(self) is type(other)


def _keep_in_one_place(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)
