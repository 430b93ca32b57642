"""What /ready and /metrics say while the database is away, or does not answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.domain.values.clock import MovableClock, SystemClock
from bot.slack.doctor import examine
from bot.store import set_aside
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.set_aside import Unit
from bot.web.health import Health
from bot.wiring import Bot
from sandbox import Sandbox
from sandbox.clock import Clock
from tests.support.bot_process import MANIFEST, TUESDAY, WORKSPACE, Stage, free_port, settings_for
from tests.support.waiting import eventually

UNKNOWN = "unknown while the database cannot be asked"
WELL = {"database": "ok", "sending": "ok", "set_aside": "ok", "clock": "ok", "socket": "ok"}


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot without jobs that has sent what there was to send: nothing but the test touches its database."""
    clock = MovableClock(TUESDAY)
    async with Sandbox(WORKSPACE, MANIFEST, clock=Clock(TUESDAY)) as sandbox:
        bot = Bot(settings_for(sandbox, tmp_path / "proofline.db", free_port(), "socket"), clock, jobs=[])
        await bot.start()
        try:
            await bot.wait_for_member_sync()
            await bot.drain()
            yield Stage(sandbox, bot, clock)
        finally:
            await bot.stop()


async def read(stage: Stage, path: str) -> tuple[int, str]:
    """The status and the text of one of the bot's own pages."""
    url = f"http://127.0.0.1:{stage.bot.port}{path}"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


def figure(page: str, series: str) -> str:
    """The figure of a series on the page of /metrics."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", page, re.MULTILINE)
    assert found is not None, series
    return found[1]


@contextmanager
def away(database: Database) -> Iterator[None]:
    """The file is gone, and something that is no database stands in its place."""
    file = Path(str(database.url.database))
    kept = file.with_suffix(".kept")
    database.dispose()
    file.rename(kept)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        kept.rename(file)


async def test_the_figures_of_the_process_stay_while_the_database_is_away(idle: Stage) -> None:
    await idle.person("tom").command("/proof help")
    status, before = await read(idle, "/metrics")
    assert status == 200 and figure(before, "proofline_database_up") == "1.0"
    assert figure(before, "proofline_outbox_oldest_due_seconds") == "0.0"
    assert figure(before, "proofline_workspaces_paused") == "0.0"

    with away(idle.bot.database):
        status, page = await read(idle, "/metrics")
    assert status == 200 and figure(page, "proofline_database_up") == "0.0"
    assert figure(page, "proofline_ack_seconds_count") == figure(before, "proofline_ack_seconds_count")
    for unknown in ("outbox_oldest_due_seconds", "workspaces_paused", 'outbox_depth{state="waiting"}'):
        assert figure(page, f"proofline_{unknown}") == "NaN"

    status, after = await read(idle, "/metrics")
    assert status == 200 and figure(after, "proofline_database_up") == "1.0"
    assert figure(after, "proofline_workspaces_paused") == "0.0"


async def test_it_is_not_ready_and_says_of_nothing_that_it_is_well_while_the_database_is_away(idle: Stage) -> None:
    with away(idle.bot.database):
        status, body = await read(idle, "/ready")
    checks = json.loads(body)
    assert status == 503
    assert checks["database"] == "it cannot be asked (OperationalError: OperationalError SQLITE_CANTOPEN)"
    assert checks["sending"] == UNKNOWN and checks["socket"] == "ok"
    assert await read(idle, "/ready") == (200, json.dumps(WELL, separators=(",", ":")))


async def test_what_is_set_aside_is_shown_and_takes_no_replica_out_of_service(idle: Stage) -> None:
    """Else anybody who finds a value that stops one customer could stop the bot for all."""
    unit = Unit(idle.workspace_id, Entity.ACCOUNT, 7)
    idle.write(lambda session: set_aside.record(session, "look at due accounts", unit, idle.now, "7f3a21"))
    remark = {"set_aside": "1, see python -m bot doctor"}
    assert await read(idle, "/ready") == (200, json.dumps(WELL | remark, separators=(",", ":")))
    assert figure((await read(idle, "/metrics"))[1], "proofline_set_aside") == "1.0"
    said: list[str] = []
    assert not await examine(idle.bot.settings, lambda finding: said.append(str(finding)))
    assert any("1 set aside: look at due accounts, account 7 (1 times, 7f3a21)." in line for line in said), said


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """Something that takes connections and never says a word, and the connections it has."""
    lines: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        await reader.read()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], lines
    finally:
        for line in lines:
            line.transport.abort()
        server.close()
        await server.wait_closed()


async def test_a_database_that_hangs_is_waited_for_a_moment_and_by_one_thread() -> None:
    async with silent_server() as (port, lines):
        database = Database(f"postgresql://proofline@127.0.0.1:{port}/proofline")
        health = Health(database, SystemClock(), 1, connected=None, clock_trouble=lambda: None, patience=0.01)
        for _ in range(3):
            unknown = {"sending": UNKNOWN, "set_aside": UNKNOWN, "clock": None}
            assert await health.ready() == {"database": "it does not answer", **unknown}
            await eventually(lambda: len(lines) == 1)
    database.dispose()
