"""The clock that calls the jobs of the features: in-memory interval jobs, never a store."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import metrics
from bot.app.isolation import NOT_THE_UNITS_FAULT
from bot.domain.values.clock import Clock
from bot.log import traced
from bot.scheduler.jobs import Job
from bot.store import set_aside
from bot.store.engine import Database

# Jobs work off a backlog in shares, so that one does not keep the others waiting for long.
_MOST_PIECES = 200
_MOST_SECONDS = 10.0
# The clock has its own pool: a backlog would take every thread of the loop's, and people and the sender would wait.
_THREADS = 2
# The scheduler wakes every tick, whatever the jobs do; one that has missed so many does not wake any more.
_MISSED_TICKS = 4
_LEAST_PATIENCE_SECONDS = 10.0

log = structlog.get_logger("clock")


class Clockwork:
    """Runs the jobs every `tick_seconds`, and all of them at once on `tick`; a job never runs twice at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: Sequence[Job],
        tick_seconds: float,
        *,
        patience_seconds: float | None = None,
    ) -> None:
        """`patience_seconds` is how long the scheduler may sleep until it counts as dead; None takes four ticks."""
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._tick_seconds = tick_seconds
        self._patience = patience_seconds or max(_MISSED_TICKS * tick_seconds, _LEAST_PATIENCE_SECONDS)
        self._turns = {job.name: asyncio.Lock() for job in jobs}
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._stopping = False
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="clock")
        self._shares: set[asyncio.Task[int]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._woke = 0.0
        # After a start nobody knows which jobs failed before it.
        self._may_have_failed = {job.name for job in jobs}

    def start(self) -> None:
        """Start the jobs, each of which runs for the first time right away, and the watch over the scheduler."""
        self._schedule()
        self._watch = asyncio.create_task(self._watch_scheduler())

    async def stop(self) -> None:
        """Start no further piece of work; return when those under way are committed or rolled back."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        self._shut_down()
        while self._shares:
            await asyncio.wait(self._shares)
        self._threads.shutdown(wait=False)

    async def tick(self) -> int:
        """Run every job now, to the end of what is due; returns how many pieces of work were done."""
        total = 0
        while done := sum([await self._run(job) for job in self._jobs]):
            total += done
        return total

    def trouble(self) -> str | None:
        """What is wrong with the clock itself, in words; None while it wakes when it should."""
        if self._watch is None or self._stopping:
            return None
        idle = asyncio.get_running_loop().time() - self._woke
        return f"has not woken for {idle:.0f} seconds" if idle > self._patience else None

    def _schedule(self) -> None:
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
        self._scheduler.add_job(
            self._wake, "interval", seconds=self._tick_seconds, coalesce=True, misfire_grace_time=None
        )
        self._woke = asyncio.get_running_loop().time()
        self._scheduler.start()

    async def _wake(self) -> None:
        self._woke = asyncio.get_running_loop().time()

    async def _watch_scheduler(self) -> None:
        """Replace a scheduler that no longer wakes: after an exception in its own loop nothing else would."""
        while True:
            await asyncio.sleep(min(self._tick_seconds, self._patience))
            if trouble := self.trouble():
                log.error("clock.restarted", trouble=trouble)
                metrics.CLOCK_RESTARTS.inc()
                self._shut_down()
                self._scheduler = AsyncIOScheduler(timezone=UTC)
                self._schedule()

    def _shut_down(self) -> None:
        try:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
        except Exception:
            log.exception("clock.not_shut_down")

    async def _run(self, job: Job) -> int:
        """One share of what is due for `job`; returns the number of pieces.

        The scheduler cancels what it runs when it is shut down, but no thread can be: the share is a task of ours,
        which ends with its thread.
        """
        share = asyncio.create_task(self._locked_share(job))
        self._shares.add(share)
        share.add_done_callback(self._shares.discard)
        return await asyncio.shield(share)

    async def _locked_share(self, job: Job) -> int:
        async with self._turns[job.name]:
            if self._stopping:
                return 0
            with traced() as trace:
                done = await self._in_thread(self._share, job, trace)
                if done:
                    log.info("clock.done", job=job.name, pieces=done, trace=trace)
                return done

    async def _in_thread(self, work: Callable[[Job, str], int], job: Job, trace: str) -> int:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work, job, trace)

    def _share(self, job: Job, trace: str) -> int:
        """Do pieces until there is none, in a thread; what raises is logged, counted and kept for the doctor."""
        until = time.monotonic() + _MOST_SECONDS
        done = 0
        try:
            while done < _MOST_PIECES and time.monotonic() < until and not self._stopping:
                with self._database.begin() as session:
                    if not job.do_one(session, self._clock.now()):
                        break
                done += 1
            self._note_success(job)
        except NOT_THE_UNITS_FAULT as error:
            log.warning("clock.failed", job=job.name, why=repr(error)[:300])
        except Exception:
            log.exception("clock.failed", job=job.name, reference=trace)
            metrics.JOB_FAILURES.labels(job.name).inc()
            self._note_failure(job, trace)
        return done

    def _note_failure(self, job: Job, trace: str) -> None:
        self._may_have_failed.add(job.name)
        try:
            with self._database.begin() as session:
                set_aside.record(session, job.name, None, self._clock.now(), trace)
        except NOT_THE_UNITS_FAULT as error:
            log.warning("clock.failure_not_kept", job=job.name, why=repr(error)[:300])

    def _note_success(self, job: Job) -> None:
        if job.name in self._may_have_failed:
            with self._database.begin() as session:
                set_aside.clear(session, job.name, None)
            self._may_have_failed.discard(job.name)
