"""One run on one database: the sandbox, the people and the killer live in this process, the replicas beside it.

`python -m tests.chaos.arena DATABASE REPORT` reads the environment as `make chaos` does and writes REPORT.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.store import schema
from bot.store.admin import migrations
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from sandbox import Sandbox
from tests.chaos import seasons, servers, town
from tests.chaos.crew import Crew
from tests.chaos.eyes import Eyes
from tests.chaos.killer import Killer, blindfold
from tests.chaos.options import MANIFEST, SENDING, Options, from_environment
from tests.chaos.people import People
from tests.chaos.timeline import Timeline
from tests.chaos.verdict import Evidence, Verdict, judge

_RESEEN = 3_000  # rows whose transactions may still be open when later ones are seen
_DRAIN_SECONDS = 600.0
_JUDGED = ("lost", "doubled", "out_of_order", "stale", "answers_lost", "answers_doubled", "too_fast")
MUST_BE_ZERO = (*_JUDGED, "stubborn")
LEAST_A_MINUTE = {"kills": 1, "messages": 200, "answers": 5}


class Arena:
    """What one run consists of."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.database_name = options.databases[0]
        self.random = Random(f"{options.seed}/{self.database_name}")
        self.directory = Path(tempfile.mkdtemp(prefix="proofline-chaos-"))
        self.faults: Counter[str] = Counter()
        self.first_seen: dict[int, float] = {}
        self.drained_seconds = 0.0

    async def run(self) -> dict[str, Any]:
        """Live through the run; returns its report."""
        async with AsyncExitStack() as stack:
            await self._build(stack)
            await self._live()
            await self._drain()
            stubborn = await self.crew.stop()
            verdict = self._judge()
        report = self._report(verdict, stubborn)
        if failed(report) or self.options.keep:
            report["logs"] = str(self.directory)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)
        return report

    async def _build(self, stack: AsyncExitStack) -> None:
        options = self.options
        server = self.server = servers.serve(self.database_name)
        stack.callback(server.remove)
        self.database = Database(server.url)
        stack.callback(self.database.dispose)
        migrations.upgrade(self.database)
        self.sandbox = await stack.enter_async_context(Sandbox(town.workspace(options), MANIFEST))
        self.eyes = Eyes(self.sandbox)
        start = self.start = seasons.first_moment(datetime.now(UTC))
        self.town = town.settle(self.database, self.sandbox, options, start, self.random)
        self.timeline = Timeline(self.directory / "clock.json", start, options.speed)
        settings = {
            "database_url": server.url,
            "slack_bot_token": self.sandbox.bot_token,
            "slack_app_token": self.sandbox.app_token,
            "slack_api_url": self.sandbox.api_url,
            "host": "127.0.0.1",
            "port": 0,
            "tick_seconds": 5.0,
        }
        self.crew = Crew(options.replicas, settings, self.timeline.path, self.directory, self.random, self.faults)
        await self.crew.start()
        stack.push_async_callback(self.crew.close)
        await self.sandbox.connected(timeout=60)

    async def _live(self) -> None:
        options, minutes = self.options, self.options.minutes
        self.people = People(self.sandbox, self.eyes, self.random, self._slug_of_prompt)
        if options.blind:
            blindfold(self.sandbox)
        killer = Killer(options, self.random, self.sandbox, self.crew, self.server, self.timeline, self.faults)
        lives = [
            self.people.live(),
            killer.live(),
            seasons.live(self.timeline, minutes, self.start, self.faults),
            self._look_at_outbox(),
            self._forget_calls(),
        ]
        tasks = [asyncio.create_task(life) for life in lives]
        try:
            done, _ = await asyncio.wait(tasks, timeout=minutes * 60, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            self.sandbox.clear_faults()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _drain(self) -> None:
        """Everything works again and business time stands still: wait until nothing is left to do."""
        self.crew.wake_all()
        self.timeline.stop()
        if self.options.blind:
            blindfold(self.sandbox)
        looking = asyncio.create_task(self._look_at_outbox())
        began = time.monotonic()
        quiet = 0
        while quiet < 5 and time.monotonic() - began < _DRAIN_SECONDS:
            await asyncio.sleep(1)
            quiet = quiet + 1 if not await asyncio.to_thread(self._work_left) else 0
        self.drained_seconds = time.monotonic() - began
        looking.cancel()

    def _work_left(self) -> int:
        now, cadence, prompt = self.timeline.now(), schema.cadence.c, schema.prompt.c
        owed = [
            select(func.count()).select_from(outbox).where(outbox.c.finished_at.is_(None), outbox.c.due_at <= now),
            select(func.count()).select_from(schema.cadence).where(cadence.active, cadence.next_prompt_at <= now),
            select(func.count()).select_from(schema.prompt).where(prompt.state == "open", prompt.closes_at <= now),
            select(func.count()).select_from(schema.account_due).where(schema.account_due.c.look_at <= now),
        ]
        try:
            with self.database.reading() as session:
                return sum(session.execute(query).scalar_one() for query in owed)
        except SQLAlchemyError:
            return 1

    async def _look_at_outbox(self) -> None:
        """Note when each row of the outbox was first seen committed."""
        while True:
            with suppress(SQLAlchemyError):
                since = max(self.first_seen, default=0) - _RESEEN
                ids = await asyncio.to_thread(self._ids, since)
                now = time.time()
                for row_id in ids:
                    self.first_seen.setdefault(row_id, now)
            await asyncio.sleep(0.5)

    def _ids(self, since: int) -> list[int]:
        with self.database.reading() as session:
            return list(session.execute(select(outbox.c.id).where(outbox.c.id > since)).scalars())

    async def _forget_calls(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.sandbox.calls.clear()

    async def _slug_of_prompt(self, prompt_id: int) -> str | None:
        def find(session: Session) -> int | None:
            wanted = select(schema.prompt.c.account_id).where(schema.prompt.c.id == prompt_id)
            found: int | None = session.execute(wanted).scalar_one_or_none()
            return found

        def read() -> int | None:
            with self.database.reading() as session:
                return find(session)

        try:
            account_id = await asyncio.to_thread(read)
        except SQLAlchemyError:
            return None
        return None if account_id is None else self.town.slugs[account_id]

    def _judge(self) -> Verdict:
        evidence = Evidence(self.town, self.eyes, self.timeline, self.people.said, self.first_seen)
        with self.database.reading() as session:
            return judge(session, evidence)

    def _report(self, verdict: Verdict, stubborn: int) -> dict[str, Any]:
        """The figures of the run."""
        options, eyes = self.options, self.eyes
        kills = self.faults["kill -9"]
        return {
            "database": self.database_name,
            "replicas": options.replicas,
            "seed": options.seed,
            "minutes": options.minutes,
            "kills": kills,
            "faults": sum(self.faults.values()) - kills,
            "messages": len(eyes.posts),
            "lost": len(verdict.lost),
            "doubled": len(verdict.doubled),
            "out_of_order": len(verdict.out_of_order),
            "longest_delay_s": round(max(verdict.delays, default=0.0), 1),
            "updates": sum(len(post.shows) - 1 for post in eyes.posts.values()),
            "stale": len(verdict.stale),
            "answers": sum(said.accepted for said in self.people.said),
            "answers_lost": len(verdict.answers_lost),
            "answers_doubled": len(verdict.answers_doubled),
            "too_fast": len(verdict.too_fast),
            **self._more(verdict, stubborn),
        }

    def _more(self, verdict: Verdict, stubborn: int) -> dict[str, Any]:
        """What helps to understand a run."""
        return {
            "retracted": self.eyes.deleted,
            "unsigned": self.eyes.unsigned,
            "overtaken": len(verdict.overtaken),
            "stubborn": stubborn,
            "median_delay_s": round(sorted(verdict.delays)[len(verdict.delays) // 2], 2) if verdict.delays else None,
            "drained_s": round(self.drained_seconds, 1),
            "what_happened": dict(self.faults.most_common()),
            "what_people_did": dict(self.people.acts.most_common()),
            "how_sure": dict(verdict.notes),
            "moot": dict(verdict.moot),
            "lease_s": SENDING.lease_seconds,
            "findings": {
                name: getattr(verdict, name)[:20] for name in (*_JUDGED, "overtaken") if getattr(verdict, name)
            },
        }


def failed(report: dict[str, Any]) -> bool:
    """Whether a run showed anything that must not be, or so little that it proves nothing."""
    return any(report[name] for name in MUST_BE_ZERO) or bool(too_little(report))


def too_little(report: dict[str, Any]) -> list[str]:
    """What a run had too little of; a crowded machine gets through less than half of what a free one does."""
    least = {name: a_minute * report["minutes"] for name, a_minute in LEAST_A_MINUTE.items()}
    return [f"{report[name]} {name}, not {wanted:g}" for name, wanted in least.items() if report[name] < wanted]


async def main(database: str) -> dict[str, Any]:
    """Run on one database; when told to stop, end the database and the replicas first."""
    running = asyncio.current_task()
    assert running is not None
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, running.cancel)
    return await Arena(from_environment().of(database)).run()


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(asyncio.run(main(sys.argv[1])), indent=1))
