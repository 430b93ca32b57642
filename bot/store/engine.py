"""The database: SQLite on one machine, PostgreSQL with replicas; one way to open a transaction on either."""

from __future__ import annotations

import os
import select
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Result, Select, create_engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    InterfaceError,
    InternalError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot.store.write_queue import Turnstile

AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)
"""What a database that is away, restarting or busy raises; anything else is a bug."""

PEOPLE_AT_ONCE = 6
"""How many people's writes, and how many of their reads, run at once; more wait for their turn."""
HURRIED_SECONDS = 2.0
"""How long a person's work waits for a lock or a connection: less than Slack waits for the answer."""

_LOCK_WAIT_SECONDS = 30.0
_SECRET_PARAMETERS = ("password", "sslpassword")
_TURN = "proofline_turn"
_ASKED_IN = "proofline_asked_in"
_PG_SETTINGS = {
    "timezone": "UTC",
    # A replica frozen inside a transaction must not hold its row locks against the others.
    "idle_in_transaction_session_timeout": "15s",
}
_LONGEST_PG_LOCK_SECONDS = 10.0
_PG_LIMIT_EXCEEDED = "54"
_SQLITE_OF_THE_STATEMENT = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG})
_SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
# A peer that vanished without a word is noticed after a minute, not after the system's two hours; one that vanished
# while a statement was on its way to it after half of one, not after the system's quarter of an hour.
KEEPALIVES = {
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
NOT_TO_COPY = frozenset({*KEEPALIVES, *_SECRET_PARAMETERS})
"""Parameters of an address that are not for people to copy: what we add, and passwords."""


class Use(StrEnum):
    """What connections are for. Each use has its own, so that none waits for another's."""

    BACKGROUND = "background"
    """The clock, the sender and the command line, which are patient."""
    PEOPLE = "people"
    """People's writes, which give up before Slack does."""
    READS = "reads"
    """What people look at."""
    COMPOSING = "composing"
    """What the sender reads for the messages that it sends, and the clock for a digest."""
    HEALTH = "health"
    """Questions after our health, which are answered even where all other connections are taken."""


class WriteRefusedError(Exception):
    """A write in a session that only reads: a bug of the caller."""


class Database:
    """A database by its URL (`sqlite:///file.db`, `postgresql://…`); opens connections only when asked.

    `clock_offset` shifts what `db_now` tells; leases and gates follow it, so tests can let them run out.
    The writers of a SQLite file take their turns at `turnstile`; PostgreSQL needs none. `serves` are the ids of the
    workspaces that this process works for, None until `serve` says them; `bot.store.serving` reads them.

    `listen_url` is the way to the same PostgreSQL past a pooler that `url` leads to. Through a pooler every transaction
    may get another connection of the server's, so nothing is kept in one then: no setting, no prepared statement.
    """

    def __init__(
        self, url: str | URL, *, listen_url: str | URL | None = None, clock_offset: timedelta = timedelta()
    ) -> None:
        self.url = _with_driver(make_url(url))
        self.direct_url = _with_driver(make_url(listen_url)) if listen_url else self.url
        self._pooled = bool(listen_url)
        self.dialect: str = self.url.get_backend_name()
        self.clock_offset = clock_offset
        self.serves: frozenset[int] | None = None
        self.turnstile = Turnstile()
        self.engine = self._engine(size=16, patience=_LOCK_WAIT_SECONDS)
        self.engines = {
            Use.BACKGROUND: self.engine,
            Use.PEOPLE: self._engine(size=PEOPLE_AT_ONCE, patience=HURRIED_SECONDS),
            Use.READS: self._engine(size=2 * PEOPLE_AT_ONCE, patience=HURRIED_SECONDS, reads=True),
            Use.COMPOSING: self._engine(size=4, patience=_LOCK_WAIT_SECONDS, reads=True),
            Use.HEALTH: self._engine(size=2, patience=HURRIED_SECONDS, reads=True),
        }
        self.sessions: sessionmaker[Session] = sessionmaker(
            self.engine, expire_on_commit=False, info={"database": self}
        )
        event.listen(self.sessions, "after_begin", _remember_what_was_asked)

    def _engine(self, *, size: int, patience: float, reads: bool = False) -> Engine:
        if self.dialect == "sqlite":
            engine = _sqlite(self.url, None if reads else self.turnstile, size, patience)
        else:
            engine = _postgresql(self.url, size, patience, reads=reads, pooled=self._pooled)
        event.listen(engine, "handle_error", _told_apart, retval=True)
        return engine

    def serve(self, workspace_ids: Collection[int]) -> None:
        """From now on claim work of these workspaces only."""
        self.serves = frozenset(workspace_ids)

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
    def begin(self, *, hurried: bool = False) -> Iterator[Session]:
        """A session that is committed at the end of the block, or rolled back by an exception.

        `hurried` is for people, who wait in Slack: it waits for no lock longer than `HURRIED_SECONDS`.
        """
        with self.sessions(bind=self.engines[Use.PEOPLE if hurried else Use.BACKGROUND]) as session, session.begin():
            yield session

    @contextmanager
    def reading(self, use: Use = Use.READS) -> Iterator[Session]:
        """A session that only reads, for one of the uses that do: it waits for no writer, and refuses to write.

        On PostgreSQL each statement stands for itself and sees what was committed before it.
        """
        with self.sessions(bind=self.engines[use]) as session:
            yield session

    @contextmanager
    def snapshot(self, use: Use = Use.READS) -> Iterator[Session]:
        """A session that reads the database as it is now for as long as the block lasts, while others go on writing."""
        with self.sessions(bind=self.engines[use].execution_options(**_SNAPSHOT[self.dialect])) as session:
            yield session

    def dispose(self) -> None:
        """Close all pooled connections."""
        for engine in self.engines.values():
            engine.dispose()


def _told_apart(context: ExceptionContext) -> BaseException | None:
    """The error that is raised: one that lies in the statement or a value is none of a database that is away.

    Both drivers call it the same, but it would come again for ever: half a JSON, or a text too long for an index.
    """
    error = context.original_exception
    limit_exceeded = str(getattr(error, "sqlstate", "") or "").startswith(_PG_LIMIT_EXCEEDED)
    of_the_statement = getattr(error, "sqlite_errorcode", None) in _SQLITE_OF_THE_STATEMENT
    if not (limit_exceeded or of_the_statement) or not isinstance(context.sqlalchemy_exception, OperationalError):
        return None
    return DataError(context.statement, None, error, hide_parameters=True)


def secrets_of(url: str) -> tuple[str, ...]:
    """What must not be shown of a database's address: its password, also one that stands behind its `?`."""
    try:
        parts = make_url(url)
    except ArgumentError:
        return ()
    texts = (parts.password, *(parts.query.get(name) for name in _SECRET_PARAMETERS))
    return tuple(text for text in texts if isinstance(text, str) and text)


@contextmanager
def snapshot_beside(session: Session) -> Iterator[Session]:
    """A session that only reads, beside one that may write: what it reads stands as it was at one moment.

    For long reads: while `session` itself has asked nothing, no transaction that could write is open meanwhile. If it
    has asked something already it is given itself, as it alone sees what it has written.
    """
    if session.in_transaction() and session.info.get(_ASKED_IN) is session.get_transaction():
        yield session
        return
    database: Database = session.info["database"]
    with database.snapshot(Use.COMPOSING) as reader:
        yield reader


def _remember_what_was_asked(session: Session, _transaction: object, _connection: object) -> None:
    session.info[_ASKED_IN] = session.get_transaction()


def streamed(session: Session, statement: Select[*tuple[Any, ...]], rows: int) -> Result[*tuple[Any, ...]]:
    """The rows of a statement, so many at a time: in a snapshot memory stays flat, however many there are.

    On PostgreSQL other sessions that only read have no transaction, which a cursor on the server needs: there all rows
    are read at once.
    """
    bind = session.get_bind()
    outside = bind.dialect.name == "postgresql" and "isolation_level" not in bind.get_execution_options()
    return session.execute(statement if outside else statement.execution_options(yield_per=rows))


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


def _postgresql(url: URL, size: int, patience: float, *, reads: bool, pooled: bool) -> Engine:
    # Without a transaction there is no BEGIN and no ROLLBACK to wait for; after a ROLLBACK psycopg would also forget
    # which statements it has prepared, and the server would plan each of them again.
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if reads else {}
    arguments: dict[str, Any] = {"prepare_threshold": None} if pooled else {}
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "application_name": "proofline", **arguments},
        **options,
    )
    lock_timeout = f"{min(patience, _LONGEST_PG_LOCK_SECONDS):g}s"
    _keep_set(engine, {**_PG_SETTINGS, "lock_timeout": lock_timeout}, reads=reads, pooled=pooled)
    driver_error = engine.dialect.loaded_dbapi.Error

    @event.listens_for(engine, "checkout")
    def _look(connection: Any, _record: object, _proxy: object) -> None:
        # A connection that lay idle has news when the server has closed it, and hardly ever else. To look costs no
        # round trip, as asking the server before each use would.
        try:
            if _has_news(connection.fileno()):
                engine.dialect.do_ping(connection)
        except driver_error as error:
            raise InvalidatePoolError from error

    if reads:
        event.listen(engine, "before_cursor_execute", _refuse_to_write)
    return engine


def _keep_set(engine: Engine, settings: Mapping[str, str], *, reads: bool, pooled: bool) -> None:
    """Have these settings hold in all that `engine` does. Poolers refuse them while a connection is made."""

    def statement(within: str) -> str:
        return "SELECT " + ", ".join(f"set_config('{name}', '{value}', {within})" for name, value in settings.items())

    if not pooled:

        @event.listens_for(engine, "connect")
        def _set(connection: Any, _record: object) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement("false"))
            connection.commit()

    elif not reads:

        @event.listens_for(engine, "begin")
        def _set_in_transaction(connection: Connection) -> None:
            connection.exec_driver_sql(statement("true"))


def _has_news(file: int) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(0))


def _refuse_to_write(
    _connection: object, _cursor: object, statement: str, _values: object, context: Any, _many: bool
) -> None:
    if context.isinsert or context.isupdate or context.isdelete:
        raise WriteRefusedError(statement)


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Put the file into WAL mode. SQLite refuses that at once while another does the same, so it is tried again."""
    give_up = time.monotonic() + patience
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


def _sqlite(url: URL, turnstile: Turnstile | None, size: int, patience: float) -> Engine:
    """`turnstile` is where writers take their turns; without one the engine only reads."""
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        hide_parameters=True,
        connect_args={"timeout": patience},
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
        _write_ahead(connection, patience)
        # NORMAL may forget the last commits in a power cut: a forgotten claim is a message sent twice.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    if turnstile is None:
        event.listen(engine, "before_cursor_execute", _refuse_to_write)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        _take_turns(engine, turnstile, patience)
    return engine


def _take_turns(engine: Engine, turnstile: Turnstile, patience: float) -> None:
    """Have the writers of a SQLite file wait for their turn, in order, before they ask for its lock."""

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE, because a transaction that reads first and writes later fails at once when another wrote between.
        if not turnstile.enter(patience):
            raise PoolTimeout(f"no turn to write came within {patience:g} s")
        connection.info[_TURN] = True
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
