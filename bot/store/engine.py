"""The database: SQLite on one machine, PostgreSQL with replicas; one way to open a transaction on either."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot.store.write_queue import Turnstile

AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)
"""What a database that is away, restarting or busy raises; anything else is a bug."""

_LOCK_WAIT_SECONDS = 30
_SECRET_PARAMETERS = ("password", "sslpassword")
_TURN = "proofline_turn"
_PG_SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "10s",
    # A replica frozen inside a transaction must not hold its row locks against the others.
    "idle_in_transaction_session_timeout": "15s",
}
# A peer that vanished without a word is noticed after a minute, not after the system's two hours.
KEEPALIVES = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
NOT_TO_COPY = frozenset({*KEEPALIVES, *_SECRET_PARAMETERS})
"""Parameters of an address that are not for people to copy: what we add, and passwords."""


class Database:
    """A database by its URL (`sqlite:///file.db`, `postgresql://…`); opens connections only when asked.

    `clock_offset` shifts what `db_now` tells; leases and gates follow it, so tests can let them run out.
    The writers of a SQLite file take their turns at `turnstile`; PostgreSQL needs none.
    """

    def __init__(self, url: str | URL, *, clock_offset: timedelta = timedelta()) -> None:
        self.url = _with_driver(make_url(url))
        self.dialect: str = self.url.get_backend_name()
        self.clock_offset = clock_offset
        self.turnstile = Turnstile()
        self.engine = _sqlite(self.url, self.turnstile) if self.dialect == "sqlite" else _postgresql(self.url)
        self._reader = self.engine.execution_options(proofline_reads=True, postgresql_readonly=True)
        self.sessions: sessionmaker[Session] = sessionmaker(
            self.engine, expire_on_commit=False, info={"database": self}
        )

    @property
    def shown_url(self) -> str:
        """The address for people and logs: without password, and without what the address says behind its `?`."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that may write; the caller commits, and what is not committed is rolled back."""
        with self.sessions() as session:
            yield session

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A session that is committed at the end of the block, or rolled back by an exception."""
        with self.sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: on SQLite it takes no write lock, on PostgreSQL a write is refused."""
        with self.sessions(bind=self._reader) as session:
            yield session

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def secrets_of(url: str) -> tuple[str, ...]:
    """What must not be shown of a database's address: its password, also one that stands behind its `?`."""
    try:
        parts = make_url(url)
    except ArgumentError:
        return ()
    texts = (parts.password, *(parts.query.get(name) for name in _SECRET_PARAMETERS))
    return tuple(text for text in texts if isinstance(text, str) and text)


def db_now(session: Session) -> datetime:
    """The moment by the database's own clock (aware UTC), the one clock that all replicas share."""
    if session.get_bind().dialect.name == "postgresql":
        moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    else:
        # Asked of SQLite, not of Python: a test that freezes Python's clock must not freeze leases.
        written = session.execute(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
        moment = datetime.fromisoformat(written).replace(tzinfo=UTC)
    database: Database | None = session.info.get("database")
    return moment.astimezone(UTC) + (database.clock_offset if database else timedelta())


def _with_driver(url: URL) -> URL:
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    return url.update_query_dict({**KEEPALIVES, **url.query}) if url.get_backend_name() == "postgresql" else url


def _postgresql(url: URL) -> Engine:
    settings = " ".join(f"-c {name}={value}" for name, value in _PG_SETTINGS.items())
    return create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "application_name": "proofline", "options": settings},
    )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Put the file into WAL mode. SQLite refuses that at once while another does the same, so it is tried again."""
    give_up = time.monotonic() + _LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def create_private(file: Path) -> None:
    """Create an empty file that only its owner reads; raises `FileExistsError` if anything has its name, a link too."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600))


def _sqlite(url: URL, turnstile: Turnstile) -> Engine:
    engine = create_engine(
        url, pool_size=8, max_overflow=8, hide_parameters=True, connect_args={"timeout": _LOCK_WAIT_SECONDS}
    )

    @event.listens_for(engine, "do_connect")
    def _create(_dialect: object, _record: object, arguments: Sequence[Any], _options: object) -> None:
        # SQLite would create it readable for everybody; its -wal and -shm files follow the rights of the file.
        if arguments and str(arguments[0]) not in ("", ":memory:") and not str(arguments[0]).startswith("file:"):
            with suppress(FileExistsError):
                create_private(Path(arguments[0]))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        _write_ahead(connection)
        # NORMAL may forget the last commits in a power cut: a forgotten claim is a message sent twice.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE, because a transaction that reads first and writes later fails at once when another wrote between.
        if connection.get_execution_options().get("proofline_reads", False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.info[_TURN] = turnstile.enter(_LOCK_WAIT_SECONDS)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            _over(connection)
            raise

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def _over(connection: Connection) -> None:
        if connection.info.pop(_TURN, False):
            turnstile.leave()

    return engine
