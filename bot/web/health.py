"""What /ready and /metrics ask of the database, so that they answer even while it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog
from sqlalchemy import text

from bot import metrics
from bot.domain.values.clock import Clock
from bot.log import said
from bot.outbox import backlog
from bot.outbox.pacing import paused_reason
from bot.store import set_aside
from bot.store.admin import migrations
from bot.store.engine import Database, Use
from bot.store.set_aside import SetAside
from bot.web.app import Checks, Remark

T = TypeVar("T")

PATIENCE_SECONDS = 3.0
_UNKNOWN = "unknown while the database cannot be asked"

log = structlog.get_logger("web")


class Health:
    """Whether this replica can do its work, and the figures that are kept in the database.

    `connected` tells of the Socket Mode connection, None over HTTP; `clock_trouble` says what is wrong with the clock.
    A database that has not answered after `patience` seconds counts as one that is away.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        workspace_id: int,
        *,
        connected: Callable[[], Awaitable[bool]] | None,
        clock_trouble: Callable[[], str | None],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._workspace_id = workspace_id
        self._connected = connected
        self._clock_trouble = clock_trouble
        threads = ThreadPoolExecutor(2, thread_name_prefix="health")
        self._state = _Question(self._look, threads, patience)
        self._backlog = _Question(self._measure, threads, patience)

    async def ready(self) -> Checks:
        """What is looked at for /ready, and what is wrong with it."""
        try:
            behind, paused, waiting = await self._state.answer()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is "not ready" and why
            checks: dict[str, str | None] = {"database": _why(error), "sending": _UNKNOWN, "set_aside": _UNKNOWN}
        else:
            checks = {
                "database": "migrations are missing" if behind else None,
                "sending": f"paused: {paused}" if paused else None,
                "set_aside": Remark(f"{len(waiting)}, see python -m bot doctor") if waiting else None,
            }
        checks["clock"] = self._clock_trouble()
        if self._connected is not None:
            checks["socket"] = None if await self._connected() else "not connected"
        return checks

    async def refresh(self) -> None:
        """Bring the figures of /metrics that live in the database up to date, or show that they are unknown."""
        try:
            backlog = await self._backlog.answer()
        except Exception as error:  # noqa: BLE001 - the figures of this process are still to be had
            log.warning("web.database_away", error=said(error))
            backlog = None
        metrics.show(backlog, self._clock.now())

    def _look(self) -> tuple[bool, str | None, list[SetAside]]:
        # Not `migrate.current`: on SQLite that waits for whoever writes, and this must not.
        with self._database.reading(Use.HEALTH) as session:
            revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
            waiting = [] if revision != migrations.head() else set_aside.of_workspace(session, self._workspace_id)
            return revision != migrations.head(), paused_reason(session, self._workspace_id), waiting

    def _measure(self) -> backlog.Backlog:
        with self._database.reading(Use.HEALTH) as session:
            return backlog.measure(session, self._clock.now())


class _Question(Generic[T]):
    """Asks in a thread of its own, one at a time, so that neither it nor anybody else waits for the other's threads."""

    def __init__(self, ask: Callable[[], T], threads: ThreadPoolExecutor, patience: float) -> None:
        self._ask = ask
        self._threads = threads
        self._patience = patience
        self._asking: asyncio.Future[T] | None = None

    async def answer(self) -> T:
        """The answer, together with whoever is asking already; `TimeoutError` when it takes too long."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().run_in_executor(self._threads, self._ask)
            self._asking.add_done_callback(_heard)
        async with asyncio.timeout(self._patience):
            return await asyncio.shield(self._asking)


def _heard(asking: asyncio.Future[T]) -> None:
    """Take note of an answer that came too late for everybody, so that asyncio does not complain of it."""
    if not asking.cancelled():
        asking.exception()


def _why(error: Exception) -> str:
    """What a stranger may read: what the driver says names the host, its user and its file."""
    return "it does not answer" if isinstance(error, TimeoutError) else f"it cannot be asked ({said(error)})"
