"""Migrations: bring a database to the schema of this code, safely when several replicas start at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store import delivery
from bot.store.engine import Database

_SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
_PG_LOCK = 0x70726F6F66  # "proof": any number that nothing else in this database locks


def upgrade(database: Database, revision: str = "head") -> bool:
    """Migrate to `revision`; returns whether anything changed.

    One transaction holds the lock and the migrations: a second replica waits and then finds nothing to do, and a
    migration that fails leaves the database as it was.
    """
    with _locked(database) as connection:
        before = _revision(connection)
        command.upgrade(config_for(connection), revision)
        return _revision(connection) != before


def current(database: Database) -> str | None:
    """The revision that the database is at; None before the first migration."""
    with database.engine.connect() as connection:
        return _revision(connection)


def head() -> str | None:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(config_for(None)).get_current_head()


def needs_upgrade(database: Database) -> bool:
    """Whether `upgrade` would change anything."""
    return current(database) != head()


def differences(database: Database) -> list[object]:
    """How the tables of this code and those of the migrated `database` differ; empty is right."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, delivery.outbox.metadata))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def config_for(connection: Connection | None) -> Config:
    """Alembic's configuration, made in code; migrations run in the transaction of `connection`."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        if database.dialect == "postgresql":
            with connection.begin():
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})
                yield connection
            return
        raw = connection.connection.driver_connection
        assert raw is not None
        # SQLite rebuilds a table to alter it; with keys enforced, dropping the old one would empty its children.
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
