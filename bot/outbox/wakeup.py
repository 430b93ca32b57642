"""Waking the sender at the commit that put a row: an event in this process, LISTEN/NOTIFY between replicas."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

import structlog
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.log import said
from bot.store.engine import Database

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_CHANNEL = "proofline_outbox"
_FLAG = "outbox.announced"
_RECONNECT_SECONDS = 2.0

log = structlog.get_logger("outbox")


def announce(session: Session) -> None:
    """Mark the session's transaction as one that gives the senders work; its commit wakes them."""
    session.info[_FLAG] = session.get_transaction()


def _announced(session: Session) -> bool:
    transaction = session.info.get(_FLAG)
    return transaction is not None and transaction is session.get_transaction() and not session.in_nested_transaction()


@event.listens_for(Session, "before_commit")
def _notify_replicas(session: Session) -> None:
    if _announced(session) and session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {_CHANNEL}"))


class Wakeup:
    """An event that a sender waits on. `set` may be called from any thread, and by whoever moves the clock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        event.listen(database.sessions, "after_commit", self._after_commit)

    def _after_commit(self, session: Session) -> None:
        if _announced(session):
            self.set()

    def set(self) -> None:
        """Wake the waiter now, or let its next wait return at once."""
        if self._loop is None:
            self._event.set()
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after `seconds`; waking before the call counts."""
        self._loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._event.wait()
        self._event.clear()

    async def listen(self) -> None:
        """Follow the other replicas' commits until cancelled; on SQLite there are none, and it returns at once."""
        if self._database.dialect != "postgresql":
            return
        import psycopg  # who has no PostgreSQL does without its six megabytes

        self._loop = asyncio.get_running_loop()
        while True:
            try:
                await self._follow(psycopg.AsyncConnection)
            except (psycopg.Error, OSError) as lost:
                log.warning("outbox.listen_lost", why=said(lost), retry_seconds=_RECONNECT_SECONDS)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _follow(self, connections: type[AsyncConnection]) -> None:
        url = self._database.direct_url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await connections.connect(
            url, autocommit=True, connect_timeout=5, application_name="proofline listener"
        )
        async with connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            self.set()  # what was committed while nobody listened
            async for _ in connection.notifies():
                self.set()

    def close(self) -> None:
        """Stop following this process's commits."""
        event.remove(self._database.sessions, "after_commit", self._after_commit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
