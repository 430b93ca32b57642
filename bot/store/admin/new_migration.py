"""Writes a migration for changed tables: `make migration WHY="what it is for"`. Read it before you keep it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from bot.store.admin.migrations import config_for, upgrade
from bot.store.engine import Database


def revise(message: str) -> Path:
    """Compare the tables with what the migrations make of an empty SQLite file; returns the new migration's path."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        upgrade(database)
        with database.engine.connect() as connection, connection.begin():
            config = config_for(connection)
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        database.dispose()
    assert script is not None and not isinstance(script, list)
    return Path(script.path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('Say what the migration is for: python -m bot.store.admin.new_migration "accounts get a time zone"')
    print(revise(sys.argv[1]))
