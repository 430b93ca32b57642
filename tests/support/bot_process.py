"""The real bot over the sandbox, in the test's own event loop and on a migrated SQLite file.

A test moves the clock with `Stage.go_to` and `Stage.go_on`, acts through `Stage.person`, and lets everything that has
become due happen with `Stage.settle`. Set TRAFFIC to a file to keep what went to Slack.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.values.clock import MovableClock
from bot.outbox.record_results import Pace
from bot.outbox.sender import SenderSettings
from bot.settings import Settings
from bot.slack import edge
from bot.slack.edge import Edge
from bot.store import members
from bot.wiring import Bot
from sandbox import Sandbox
from sandbox.clock import Clock
from sandbox.person import Person
from tests.support.cast import sandbox_workspace
from tests.support.reading_aloud import RENDERER
from tests.support.waiting import PATIENCE_SECONDS

_FIRST_PORT, _PORT_COUNT = 12_000, 20_000
_START = random.SystemRandom().randrange(_PORT_COUNT)
"""Each process starts elsewhere, so that two workers do not meet."""
_PORTS = (_FIRST_PORT + (_START + n) % _PORT_COUNT for n in itertools.count())
T = TypeVar("T")
Delivery = Literal["socket", "http"]
MANIFEST = Path(__file__).parents[2] / "manifest.yml"
TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

WORKSPACE = sandbox_workspace()
AT_ONCE = SenderSettings(pace=Pace(channel_seconds=0, settle_seconds=0.05))


@dataclass
class Stage:
    """A running bot with the Slack it lives in."""

    sandbox: Sandbox
    bot: Bot
    clock: MovableClock

    def person(self, reference: str) -> Person:
        """Somebody by handle, name or id."""
        return self.sandbox.person(reference)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def workspace_id(self) -> int:
        return self.bot.where.workspace_id

    async def settle(self) -> None:
        """Let everything happen that has become due, and send it."""
        await self.bot.tick()

    async def go_to(self, moment: datetime) -> None:
        """Move both clocks forwards to an aware moment, and settle."""
        self.sandbox.clock.move(moment)
        self.clock.move(moment)
        await self.settle()

    async def go_on(self, **by: float) -> None:
        """Move both clocks by `hours=…`, `days=…`, and settle."""
        await self.go_to(self.now + timedelta(**by))

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work(session)` in a transaction of the bot's database and commit."""
        with self.bot.database.begin() as session:
            return work(session)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work(session)` for what it returns."""
        with self.bot.database.reading() as session:
            return work(session)

    def actor(self, reference: str, surface: str = "test") -> Actor:
        """Somebody as use cases know them."""
        slack_id = self.person(reference).id
        member = self.read(lambda session: members.by_slack_id(session, self.workspace_id, slack_id))
        assert member is not None
        return Actor(member, surface)


def free_port() -> int:
    """A port that nobody listens on, below those that systems give to outgoing connections.

    Such a connection, of another test perhaps, could take a port of the upper range before the bot listens on it.
    """
    for port in itertools.islice(_PORTS, _PORT_COUNT):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("every port is taken")


@asynccontextmanager
async def staged(
    directory: Path,
    *,
    delivery: Delivery = "socket",
    database: Path | None = None,
    at: datetime = TUESDAY,
    register: Callable[[AsyncApp, Edge], None] | None = None,
    manifest: Path | dict[str, Any] = MANIFEST,
    workspace: dict[str, Any] = WORKSPACE,
    **sandbox_options: Any,
) -> AsyncIterator[Stage]:
    """A bot on its sandbox. `database` is a migrated SQLite file to start from; `register` adds listeners.
    `workspace` is the declared Slack, that of the cast unless given.

    The clock stands at `at` at the start; no gate slows the outbox down, and nothing ticks but `settle`. Slack's three
    seconds are longer here: whether the bot answers in time is a question to `make bench`, not to a busy machine.
    """
    file = directory / "proofline.db"
    if database is not None and not file.exists():
        shutil.copy(database, file)
    port, clock = free_port(), MovableClock(at)
    with pytest.MonkeyPatch.context() as patient:
        patient.setattr(edge, "ANSWER_SECONDS", PATIENCE_SECONDS)
        async with Sandbox(
            workspace,
            manifest,
            clock=Clock(at),
            delivery=delivery,
            request_url=f"http://127.0.0.1:{port}/slack/events",
            record=Path(os.environ["TRAFFIC"]) if os.environ.get("TRAFFIC") else None,
            **{"ack_timeout": PATIENCE_SECONDS, **sandbox_options},
        ) as sandbox:
            settings = settings_for(sandbox, file, port, delivery)
            on_it = Stage(sandbox, Bot(settings, clock, sending=AT_ONCE, extra=register, renderer=RENDERER), clock)
            await on_it.bot.start()
            await on_it.bot.wait_for_member_sync()
            if delivery == "socket":
                await sandbox.connected()
            try:
                yield on_it
            finally:
                await on_it.bot.stop()  # which may be another one by now


def settings_for(sandbox: Sandbox, file: Path, port: int, delivery: Delivery) -> Settings:
    """The settings of a bot that lives in this sandbox, with its SQLite file."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic's own argument
        database_url=f"sqlite:///{file}",
        slack_bot_token=sandbox.bot_token,
        slack_app_token=sandbox.app_token if delivery == "socket" else "",
        slack_signing_secret=sandbox.signing_secret,
        slack_api_url=sandbox.api_url,
        host="127.0.0.1",
        port=port,
        tick_seconds=3600,
    )


@asynccontextmanager
async def stranger(sandbox: Sandbox) -> AsyncIterator[None]:
    """Another process that has connected with our app token, and answers nothing."""
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {sandbox.app_token}"}
        async with http.post(f"{sandbox.api_url}apps.connections.open", headers=headers) as answer:
            url = (await answer.json())["url"]
        async with http.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            yield
