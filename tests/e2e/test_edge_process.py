"""The bot as a process and as an HTTP server: health, figures, signatures, and how it stops."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.domain.values.clock import SystemClock
from bot.settings import Settings
from bot.wiring import Bot, CannotStartError
from sandbox import Fault, Sandbox
from tests.support.bot_process import MANIFEST, WORKSPACE, Stage, free_port, staged
from tests.support.waiting import PATIENCE_SECONDS, eventually_says


async def fetch(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def test_health_readiness_and_figures(stages: Stage) -> None:
    assert await fetch(stages.bot.port, "/health") == (200, "alive\n")
    status, body = await fetch(stages.bot.port, "/ready")
    assert status == 200 and set(json.loads(body).values()) == {"ok"}
    await stages.person("tom").command("/proof help")
    _, figures = await fetch(stages.bot.port, "/metrics")
    assert "proofline_ack_seconds_count" in figures and 'proofline_outbox_depth{state="waiting"} 0.0' in figures


async def test_it_is_not_ready_without_its_socket(stage: Stage) -> None:
    stage.bot.database.dispose()
    stage.sandbox.revoke_token()
    stage.sandbox.close_sockets(abrupt=True)

    async def ready() -> int:
        return (await fetch(stage.bot.port, "/ready"))[0]

    await eventually_says(ready, 503)
    stage.sandbox.restore_token()


async def test_a_request_that_slack_did_not_sign_is_refused(tmp_path: Path, sqlite_template: Path) -> None:
    async with staged(tmp_path, database=sqlite_template, delivery="http") as stage:
        url = f"http://127.0.0.1:{stage.bot.port}/slack/events"
        form = {"command": "/proof", "text": "help", "user_id": stage.person("tom").id, "team_id": "T0NORTHWIND"}
        async with aiohttp.ClientSession() as http, http.post(url, data=form) as answer:
            assert answer.status == 401


async def test_slack_over_http_needs_the_secret_and_socket_mode_offers_no_path(stage: Stage) -> None:
    status, _ = await fetch(stage.bot.port, "/slack/events")
    assert status == 404


@asynccontextmanager
async def process(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m bot run` with nothing of our own environment but what it takes to start."""
    given = {"PATH": os.environ["PATH"], "LOG_LEVEL": "INFO", "TICK_SECONDS": "0.2", **environment}
    root = MANIFEST.parent
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=given, cwd=root, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


def settings_of(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'proofline.db'}",
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
    }


async def test_it_stops_when_asked_and_answers_what_came_in(tmp_path: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        settings = {**settings_of(sandbox, tmp_path), "LOG_LEVEL": "DEBUG"}
        async with process(settings) as running:
            maya = sandbox.person("maya")
            await told(running, b"bot.started")
            await maya.command("/proof new")
            with writing(tmp_path / "proofline.db"):
                submitted = asyncio.create_task(maya.submit({"name": "Acme"}))
                await told(running, b"view_submission")
                running.send_signal(signal.SIGTERM)
                await told(running, b"bot.stopping")
                assert not submitted.done()
            await submitted
            assert "Added: *Acme*" in maya.text(maya.modal)
            _, log = await asyncio.wait_for(running.communicate(), PATIENCE_SECONDS)
            assert running.returncode == 0
            assert b"bot.stopped" in log
    with closing(sqlite3.connect(tmp_path / "proofline.db")) as kept:
        assert kept.execute("SELECT name FROM account").fetchall() == [("Acme",)]


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Nobody else can write to this SQLite file meanwhile."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


async def test_a_start_that_slack_makes_wait_ends_when_asked(tmp_path: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        sandbox.fault(Fault("auth.test", "ratelimited", count=99, retry_after=600))
        async with process(settings_of(sandbox, tmp_path)) as running:
            await told(running, b"slack.not_yet")
            running.send_signal(signal.SIGTERM)
            _, log = await asyncio.wait_for(running.communicate(), PATIENCE_SECONDS)
            assert running.returncode == 0
            assert b"bot.stopped" in log and b"bot.started" not in log


async def test_a_start_that_waits_for_its_socket_ends_when_asked(tmp_path: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        sandbox.fault(Fault("apps.connections.open", "error500", count=99))
        async with process(settings_of(sandbox, tmp_path)) as running:
            await told(running, b"Failed to connect")
            running.send_signal(signal.SIGTERM)
            _, log = await asyncio.wait_for(running.communicate(), PATIENCE_SECONDS)
            assert running.returncode == 0
            assert b"bot.stopped" in log and b"Unclosed" not in log


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        over_http = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": sandbox.signing_secret}
        settings = {**settings_of(sandbox, tmp_path), **over_http}
        async with process(settings) as running:
            await told(running, b"bot.started")
            _, half_a_request = await begin_request(int(settings["PORT"]))
            running.send_signal(signal.SIGTERM)
            await told(running, b"bot.stopping")
            running.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(running.wait(), PATIENCE_SECONDS) == -signal.SIGTERM
            half_a_request.close()


async def told(running: asyncio.subprocess.Process, event: bytes) -> None:
    """Wait until a line of the log says this."""
    assert running.stderr is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in running.stderr:
            if event in line:
                return
    raise AssertionError(f"the process ended before it said {event!r}")


async def begin_request(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose body never comes; the server is known to wait for it, for it has asked for it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    signed = f"X-Slack-Request-Timestamp: {int(time.time())}\r\nX-Slack-Signature: v0={'0' * 64}\r\n"
    length = "Content-Length: 9\r\nExpect: 100-continue\r\n"
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: bot\r\n{signed}{length}\r\n".encode())
    await asyncio.wait_for(reader.readuntil(b"100 Continue"), PATIENCE_SECONDS)
    return reader, writer


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"slack_bot_token": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"slack_app_token": ""}, "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"),
        ({"slack_bot_token": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, "Slack cannot be reached at http://127.0.0.1:9/api/"),
    ],
)
async def test_it_says_in_a_sentence_why_it_cannot_start(
    tmp_path: Path, missing: dict[str, str], sentence: str
) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        given = {name.lower(): value for name, value in settings_of(sandbox, tmp_path).items()}
        settings = Settings(_env_file=None, **{**given, **missing})  # type: ignore[arg-type, call-arg]  # all are text; the last is pydantic's own
        with pytest.raises(CannotStartError, match=re.escape(sentence)):
            await Bot(settings, SystemClock()).start()
