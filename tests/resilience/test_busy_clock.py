"""A clock with a backlog in every job: found by `make chaos`, where people and the sender got no thread any more."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.values.clock import SystemClock
from bot.scheduler.jobs import Job
from bot.scheduler.runner import Clockwork
from bot.store.engine import Database
from tests.support.waiting import PATIENCE_SECONDS


async def test_jobs_that_are_all_busy_leave_threads_to_everybody_else(database: Database) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
    release, begun = threading.Event(), threading.Event()

    def never_done(_session: Session, _now: datetime) -> bool:
        begun.set()
        release.wait()
        return False

    jobs = [Job(f"job {number}", never_done) for number in range(8)]
    clockwork = Clockwork(database, SystemClock(), jobs, 3600)
    clockwork.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
            assert await asyncio.gather(*(asyncio.to_thread(int, 7) for _ in range(4))) == [7] * 4
    finally:
        release.set()
        await clockwork.stop()
