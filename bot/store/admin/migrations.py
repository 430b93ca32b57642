"""Migrations: bring a database to the schema of this code, safely when several replicas start at once.

Alembic is imported only where something is migrated: a bot that starts on its own schema does without its megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.resources import MIGRATIONS
from bot.store.engine import Database
from bot.store.schema import outbox

if TYPE_CHECKING:
    from alembic.config import Config


class TooNewError(Exception):
    """The database was written by a newer version; the message is one sentence that says what to do."""


_PG_LOCK = 0x70726F6F66  # "proof": any number that nothing else in this database locks


def upgrade(database: Database, revision: str = "head") -> bool:
    """Migrate to `revision`; returns whether anything changed.

    One transaction holds the lock and the migrations: a second replica waits and then finds nothing to do, and a
    migration that fails leaves the database as it was.
    """
    if revision == "head" and not needs_upgrade(database):
        return False
    from alembic import command

    with _locked(database) as connection:
        before = _revision(connection)
        command.upgrade(config_for(connection), revision)
        return _revision(connection) != before


def current(database: Database) -> str | None:
    """The revision that the database is at; None before the first migration."""
    with database.engine.connect() as connection:
        return _revision(connection)


def head() -> str | None:
    """The newest revision that this code knows: they are numbered in order, and their files begin with the number."""
    return max((script.name.partition("_")[0] for script in MIGRATIONS.glob("versions/0*.py")), default=None)


def needs_upgrade(database: Database) -> bool:
    """Whether `upgrade` would change anything. Raises `TooNewError` for a database of a newer version."""
    return newer_than(current(database))


def newer_than(revision: str | None) -> bool:
    """Whether this code is newer than the revision of a database. Raises `TooNewError` if the database is newer."""
    newest = head()
    if revision is not None and newest is not None and revision > newest:  # they are numbered in order
        raise TooNewError(
            f"This database was written by a newer Proofline (schema {revision}; this version knows {newest}). "
            "Install that version or a later one."
        )
    return revision != newest


def differences(database: Database) -> list[object]:
    """How the tables of this code and those of the migrated `database` differ; empty is right."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, outbox.outbox.metadata))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def config_for(connection: Connection | None) -> Config:
    """Alembic's configuration, made in code; migrations run in the transaction of `connection`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
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
