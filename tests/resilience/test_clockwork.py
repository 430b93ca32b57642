"""The clock itself: stopping waits for what is being written, and a scheduler that is dead is replaced and shown."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import metrics
from bot.domain.values.clock import SystemClock
from bot.scheduler.jobs import DoOne, Job
from bot.scheduler.runner import Clockwork
from bot.store import schema
from bot.store.engine import Database
from tests.support.waiting import PATIENCE_SECONDS, eventually


class Writer:
    """A job that writes a workspace when it is let go on, and tells that it has begun."""

    def __init__(self) -> None:
        self.begun, self.released = threading.Event(), threading.Event()

    def do_one(self, session: Session, now: datetime) -> bool:
        self.begun.set()
        self.released.wait(PATIENCE_SECONDS)
        row = {"team_id": f"T{now.timestamp()}", "name": "Late", "created_at": now}
        session.execute(insert(schema.workspace).values(row))
        return False


@asynccontextmanager
async def running(database: Database, *jobs: Job, **options: Any) -> AsyncIterator[Clockwork]:
    clockwork = Clockwork(database, SystemClock(), jobs, **{"tick_seconds": 3600, **options})
    clockwork.start()
    try:
        yield clockwork
    finally:
        await clockwork.stop()


def written(database: Database) -> int:
    with database.reading() as session:
        return len(session.execute(select(schema.workspace.c.id).where(schema.workspace.c.name == "Late")).all())


async def begins(writer: Writer) -> None:
    assert await asyncio.to_thread(writer.begun.wait, PATIENCE_SECONDS)


async def test_stopping_waits_for_the_commit_of_what_is_being_written(database: Database) -> None:
    writer = Writer()
    async with running(database, Job("write", writer.do_one)) as clockwork:
        await begins(writer)
        stopping = asyncio.create_task(clockwork.stop())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not stopping.done()
        assert written(database) == 0
        writer.released.set()
        await stopping
        assert written(database) == 1


async def test_whoever_gives_up_waiting_for_a_job_leaves_it_locked_until_it_has_committed(database: Database) -> None:
    writer = Writer()
    async with running(database, Job("write", writer.do_one)) as clockwork:
        await begins(writer)
        ticking = asyncio.create_task(clockwork.tick())
        await asyncio.sleep(0)
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        again = asyncio.create_task(clockwork.tick())
        await asyncio.sleep(0)
        assert not again.done()
        writer.released.set()
        await again


def restarts() -> float:
    [metric] = metrics.CLOCK_RESTARTS.collect()
    [figure] = [sample.value for sample in metric.samples if sample.name.endswith("_total")]
    return figure


async def test_a_scheduler_whose_own_loop_raised_is_shown_and_replaced(database: Database) -> None:
    ran: list[datetime] = []

    def note(_session: Session, now: datetime) -> bool:
        ran.append(now)
        return False

    with structlog.testing.capture_logs() as logged:
        options = {"tick_seconds": 0.05, "patience_seconds": 0.3}
        async with running(database, Job("note", note), **options) as clockwork:
            await eventually(lambda: len(ran) > 1)
            assert clockwork.trouble() is None
            before = restarts()
            break_scheduler(clockwork)
            await eventually(lambda: restarts() == before + 1)
            so_far = len(ran)
            await eventually(lambda: len(ran) > so_far + 1)
            assert clockwork.trouble() is None
    [restart] = [line for line in logged if line["event"] == "clock.restarted"]
    assert restart["trouble"].startswith("has not woken for")


def break_scheduler(clockwork: Clockwork) -> None:
    """Let the scheduler's own loop raise: APScheduler computes the next times there, and sets no timer after that."""

    class Broken:
        def get_next_fire_time(self, *_: object) -> datetime:
            raise RuntimeError("out of time")

    for job in clockwork._scheduler.get_jobs():
        job.trigger = Broken()


async def test_a_clock_that_stands_still_is_shown(database: Database) -> None:
    async with running(database, Job("idle", lambda _session, _now: False), patience_seconds=1e-9) as clockwork:
        assert "has not woken for" in str(clockwork.trouble())
    assert clockwork.trouble() is None, "one that was stopped need not wake"


def fails(error: Exception) -> DoOne:
    def do_one(_session: Session, _now: datetime) -> bool:
        raise error

    return do_one


async def noted(database: Database, do_one: Callable[[Session, datetime], bool]) -> list[tuple[str, str, int]]:
    """What is kept of a job's failures after two of its turns."""
    with structlog.testing.capture_logs():
        async with running(database, Job("a job", do_one)) as clockwork:
            await clockwork.tick()
            await clockwork.tick()
    table = schema.set_aside.c
    with database.reading() as session:
        rows = session.execute(select(table.job, table.kind, table.failures))
        return [(row.job, row.kind, min(row.failures, 2)) for row in rows]


async def test_a_job_that_fails_as_a_whole_is_kept_for_the_doctor_until_it_works(database: Database) -> None:
    assert await noted(database, fails(ValueError("a bug"))) == [("a job", "job", 2)]
    assert await noted(database, lambda _session, _now: False) == []


async def test_a_database_that_is_away_is_not_held_against_the_job(database: Database) -> None:
    away = OperationalError("SELECT 1", {}, Exception("server closed the connection"))
    assert await noted(database, fails(away)) == []
