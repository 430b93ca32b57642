"""The demo: a seeded workspace on a local Slack, bot and browser page in one process.

`run` becomes `python -m sandbox`, which hosts the app that `host` makes: the bot never imports the sandbox.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import aiohttp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import log, resources
from bot.demo.coming import Jump, jumps, next_due
from bot.demo.past import WORKSPACE, Past, first_moment
from bot.demo.shared_channel import tell_whose_it_is
from bot.demo.welcome import WELCOME
from bot.domain.values.clock import MovableClock
from bot.outbox.record_results import Pace
from bot.outbox.sender import SenderSettings
from bot.rooms import MESSAGE_KINDS
from bot.settings import Settings
from bot.store import schema
from bot.store.admin import migrations
from bot.wiring import Bot

T = TypeVar("T")
DATA = "PROOFLINE_DEMO_DATA"
TEMPORARY = "PROOFLINE_DEMO_TEMPORARY"
LOG = "PROOFLINE_DEMO_LOG"
# Short leases: a demo that was killed takes up its messages again in seconds.
_SENDING = SenderSettings(
    pace=Pace(channel_seconds=0.05), lease_seconds=8, http_seconds=4, margin_seconds=2, poll_seconds=5
)
# What falls due within the hour is done together: a jump over a week takes a second or two.
_TOGETHER = timedelta(hours=1)


def run(data: Path | None, port: int) -> NoReturn:
    """Become the sandbox that hosts the demo. With `data` everything is kept in that folder, and gone on from there."""
    folder = data or Path(tempfile.mkdtemp(prefix="proofline-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    environment = {LOG: "WARNING", **os.environ, DATA: str(folder), **({} if data else {TEMPORARY: "1"})}
    if not resources.INSTALLED:
        environment["PYTHONPATH"] = os.pathsep.join(
            (str(resources.CODE), *filter(None, [os.environ.get("PYTHONPATH")]))
        )
    arguments = ["--workspace", str(WORKSPACE), "--manifest", str(resources.MANIFEST), "--port", str(port)]
    arguments += ["--state", str(folder / "slack.jsonl"), "--host", "bot.demo:host"]
    # -P: a folder called bot or sandbox where the command was typed is not taken for ours.
    os.execve(sys.executable, [sys.executable, "-P", "-m", "sandbox", *arguments], environment)


def host(environment: Mapping[str, str]) -> Demo:
    """The app that the sandbox hosts; `environment` says where the sandbox is and how far ahead its clock stands."""
    if LOG in environment:
        log.configure(environment[LOG])
    return Demo(environment)


class Demo:
    """The bot on its seeded book, following the sandbox's clock."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._folder = Path(environment[DATA])
        ahead = timedelta(seconds=float(environment.get("SANDBOX_CLOCK_OFFSET", "0")))
        self._clock = MovableClock(datetime.now(UTC) + ahead)
        self._begun = ahead > timedelta()
        self._moving = asyncio.Lock()
        self._bot = Bot(
            _settings(environment, self._folder),
            self._clock,
            sending=_SENDING,
            kinds=(*MESSAGE_KINDS, WELCOME),
        )

    async def start(self) -> None:
        """Write the book into an empty database, then run the bot; a database that has one is kept."""
        await asyncio.to_thread(migrations.upgrade, self._bot.database)
        if not await asyncio.to_thread(self._has_book):
            start = self._clock.now() if self._begun else first_moment(self._clock.now().date())
            await self._set_sandbox_clock(start)
            self._clock.move(start)
            await asyncio.to_thread(self._write_book, start)
        await self._bot.start()
        await self._bot.tick()

    async def stop(self) -> None:
        """Stop the bot; what was kept in a temporary folder goes."""
        await self._bot.stop()
        if self._environment.get(TEMPORARY):
            shutil.rmtree(self._folder, ignore_errors=True)

    async def jumps(self) -> list[Jump]:
        """The moments to offer, the one that tells most first."""
        return await asyncio.to_thread(self._read, lambda session: jumps(session, self._clock.now()))

    async def move_clock(self, to: datetime) -> None:
        """Move the clock to `to` in steps, so that everything due on the way happens in order."""
        async with self._moving:
            while (now := self._clock.now()) < to:
                coming = await asyncio.to_thread(self._read, lambda session: next_due(session, now + _TOGETHER))
                self._clock.move(min(coming or to, to))
                await self._bot.tick()

    async def _set_sandbox_clock(self, to: datetime) -> None:
        url = f"{self._environment['SANDBOX_URL']}/sandbox/clock"
        async with aiohttp.ClientSession() as http, http.post(url, json={"to": to.isoformat()}) as answer:
            answer.raise_for_status()

    def _has_book(self) -> bool:
        # all workspaces: the demo has one
        return self._read(lambda session: session.execute(select(func.count(schema.account.c.id))).scalar_one() > 0)

    def _write_book(self, start: datetime) -> None:
        with self._bot.database.begin() as session:
            tell_whose_it_is(session, Past(session, start).play(), start)

    def _read(self, work: Callable[[Session], T]) -> T:
        with self._bot.database.reading() as session:
            return work(session)


def _settings(environment: Mapping[str, str], folder: Path) -> Settings:
    slack_settings: dict[str, Any] = {
        name: environment[name.upper()]
        for name in ("slack_api_url", "slack_bot_token", "slack_app_token", "slack_signing_secret")
    }
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic's own argument
        database_url=f"sqlite:///{folder / 'proofline.db'}",
        host="127.0.0.1",
        port=0,
        **slack_settings,
    )
