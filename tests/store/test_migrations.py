"""The migrations make exactly the tables of the code, on both databases, also when two replicas start at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from bot.store.admin import migrations
from bot.store.engine import Database, db_now
from bot.store.schema import metadata
from tests.support.databases import Databases


def test_migrations_and_tables_agree(database: Database) -> None:
    assert migrations.differences(database) == []


def test_every_partial_index_has_its_condition(database: Database) -> None:
    """Alembic compares an index's columns only."""
    partial = {
        index.name: str(index.dialect_options[database.dialect]["where"])
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[database.dialect].get("where") is not None
    }
    found = {
        index["name"]
        for table in metadata.tables
        for index in inspect(database.engine).get_indexes(table)
        if index.get("dialect_options", {}).get(f"{database.dialect}_where") is not None
    }
    assert partial.keys() == found


def test_an_empty_database_is_migrated_once(databases: Databases) -> None:
    database = Database(databases.empty())
    assert migrations.current(database) is None
    assert migrations.needs_upgrade(database)
    assert migrations.upgrade(database)
    assert not migrations.upgrade(database)
    assert migrations.current(database) == migrations.head()
    assert not migrations.needs_upgrade(database)
    database.dispose()


def test_replicas_that_start_at_once_migrate_once(databases: Databases) -> None:
    url = databases.empty()
    replicas = [Database(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        changed = list(pool.map(migrations.upgrade, replicas))
    assert sorted(changed) == [False, False, False, True]
    assert not migrations.needs_upgrade(replicas[0])
    for replica in replicas:
        replica.dispose()


def test_a_failing_migration_leaves_everything_as_it_was(databases: Databases) -> None:
    database = Database(databases.empty())
    with database.begin() as session:
        session.execute(text("CREATE TABLE outbox (id INTEGER PRIMARY KEY)"))
    with pytest.raises(DatabaseError, match="outbox"):
        migrations.upgrade(database)
    assert inspect(database.engine).get_table_names() == ["outbox"]
    database.dispose()


def test_sqlite_enforces_keys_and_survives_a_power_cut(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'a.db'}").begin() as session:
        pragmas = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("foreign_keys", "synchronous")}
        mode = session.execute(text("PRAGMA journal_mode")).scalar()
    assert (pragmas, mode) == ({"foreign_keys": 1, "synchronous": 2}, "wal")


def test_reading_takes_no_write_lock(database: Database) -> None:
    with database.reading() as reader, database.begin() as writer:
        assert reader.execute(text("SELECT count(*) FROM workspace")).scalar() == 1
        writer.execute(text("UPDATE workspace SET name = 'renamed'"))


def test_the_database_clock_is_its_own(database: Database) -> None:
    with database.reading() as session:
        before = db_now(session)
        assert before.utcoffset() is not None
        assert db_now(session) >= before


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    assert migrations.head() == ScriptDirectory.from_config(migrations.config_for(None)).get_current_head()


@pytest.mark.slow
def test_a_bot_that_starts_on_its_own_schema_does_not_import_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    database = Database(url)
    migrations.upgrade(database)
    database.dispose()
    start = "from bot import wiring; from bot.store import engine; from bot.store.admin import migrations; import sys; "
    ask = f"print(migrations.upgrade(engine.Database({url!r})), sorted({{'alembic', 'psycopg'}} & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", start + ask], capture_output=True, text=True, check=True).stdout
    assert said == "False []\n"
