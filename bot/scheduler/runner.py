"""The clock that calls the jobs of the features: in-memory interval jobs, never a store."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.values.clock import Clock
from bot.log import traced
from bot.scheduler.jobs import Job
from bot.store.engine import Database

# Jobs work off a backlog in shares, so that one does not keep the others waiting for long.
_MOST_PIECES = 200
_MOST_SECONDS = 10.0
# The clock has its own pool: a backlog would take every thread of the loop's, and people and the sender would wait.
_THREADS = 2

log = structlog.get_logger("clock")


class Clockwork:
    """Runs the jobs every `tick_seconds`, and all of them at once on `tick`; a job never runs twice at a time."""

    def __init__(self, database: Database, clock: Clock, jobs: Sequence[Job], tick_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._tick_seconds = tick_seconds
        self._running = {job.name: asyncio.Lock() for job in jobs}
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._stopping = False
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="clock")

    def start(self) -> None:
        """Start the jobs; each runs for the first time right away."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._run,
                "interval",
                args=[job],
                name=job.name,
                seconds=self._tick_seconds * job.ticks,
                # Replicas that started together then do not all query at the same moment.
                jitter=self._tick_seconds * 0.1,
                next_run_time=datetime.now(UTC),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no further job; return when the running ones have ended."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for lock in self._running.values():
            async with lock:
                pass
        self._threads.shutdown(wait=False)

    async def tick(self) -> int:
        """Run every job now, to the end of what is due; returns how many pieces of work were done."""
        total = 0
        while done := sum([await self._run(job) for job in self._jobs]):
            total += done
        return total

    async def _run(self, job: Job) -> int:
        """One share of what is due for `job`; returns the number of pieces."""
        async with self._running[job.name]:
            if self._stopping:
                return 0
            with traced() as trace:
                try:
                    context = contextvars.copy_context()
                    done = await asyncio.get_running_loop().run_in_executor(
                        self._threads, context.run, self._share, job
                    )
                except Exception:
                    log.exception("clock.failed", job=job.name)
                    return 0
                if done:
                    log.info("clock.done", job=job.name, pieces=done, trace=trace)
                return done

    def _share(self, job: Job) -> int:
        until = time.monotonic() + _MOST_SECONDS
        done = 0
        while done < _MOST_PIECES and time.monotonic() < until and not self._stopping:
            with self._database.begin() as session:
                if not job.do_one(session, self._clock.now()):
                    break
            done += 1
        return done
