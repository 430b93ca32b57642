"""A copy of the whole database in one file, taken while the bot runs."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from bot.store.admin.private_files import new_file
from bot.store.admin.refusals import AdminRefusal
from bot.store.admin.table_copy import CannotCopy
from bot.store.engine import NOT_TO_COPY, Database

_PAGES = 4096

Progress = Callable[[int, int], None]


def backup(database: Database, file: Path, progress: Progress = lambda done, total: None) -> int:
    """Write a consistent copy of a SQLite database to the new file `file`; returns its size in bytes.

    SQLite's online backup: what is written meanwhile is either in the copy whole or not at all, and nobody waits. The
    copy is checked before it gets its name, so that a file of that name is a good one. Raises `CannotCopy`.
    """
    if database.dialect != "sqlite":
        raise CannotCopy(AdminRefusal.POSTGRESQL_HAS_ITS_OWN, command=pg_dump(database, file))
    source = Path(database.url.database or "")
    if not source.is_file():
        raise CannotCopy(AdminRefusal.NO_DATABASE, file=str(source))
    try:
        with new_file(file) as part:
            _copy(source, part, progress)
    except FileExistsError as error:
        raise CannotCopy(AdminRefusal.BACKUP_EXISTS, file=str(file)) from error
    except sqlite3.Error as error:
        raise CannotCopy(AdminRefusal.BACKUP_FAILED, why=str(error)) from error
    return file.stat().st_size


def pg_dump(database: Database, file: Path) -> str:
    """The command line that backs up this PostgreSQL database; the password is asked for or in ~/.pgpass."""
    url = database.direct_url
    query = {name: value for name, value in url.query.items() if name not in NOT_TO_COPY}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return f"pg_dump --format=custom --file={shlex.quote(str(file))} {shlex.quote(str(bare))}"


def _copy(source: Path, part: Path, progress: Progress) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as reading, closing(sqlite3.connect(part)) as writing:
        # The read transaction holds the copy to one moment, however long it takes; in WAL mode it stops no writer.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing, pages=_PAGES, progress=lambda status, left, total: progress(total - left, total), sleep=0
        )
        reading.rollback()
        writing.execute("PRAGMA journal_mode = DELETE")
        verdict = writing.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"the copy is not sound ({verdict})")
    with part.open("rb") as written:
        os.fsync(written.fileno())
