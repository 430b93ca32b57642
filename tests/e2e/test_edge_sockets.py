"""A Socket Mode connection that stays open and says nothing any more is noticed, told and replaced."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bot.domain.values.clock import MovableClock
from bot.slack.app import http_session, web_client
from bot.slack.sockets import Patience, Sockets
from bot.wiring import Bot
from sandbox import Fault, Sandbox
from sandbox.clock import Clock
from tests.support.believable import fill
from tests.support.bot_process import MANIFEST, TUESDAY, WORKSPACE, Stage, free_port, settings_for, stranger
from tests.support.waiting import PATIENCE_SECONDS, eventually_says

QUICK = Patience(ping=0.5, connect=0.5, watch=0.1, wedged=1.5)


@asynccontextmanager
async def quick_stage(folder: Path, unanswered: int = 0) -> AsyncIterator[Stage]:
    """A bot that loses its patience with a socket quickly; its first `unanswered` attempts to connect lead nowhere."""
    clock = MovableClock(TUESDAY)
    async with Sandbox(WORKSPACE, MANIFEST, clock=Clock(TUESDAY)) as sandbox:
        sandbox.silence_sockets(unanswered)
        settings = settings_for(sandbox, folder / "proofline.db", free_port(), "socket")
        bot = Bot(settings, clock, patience=QUICK)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await bot.start()
        try:
            await bot.wait_for_member_sync()
            yield Stage(sandbox, bot, clock)
        finally:
            await bot.stop()


async def read(stage: Stage, path: str) -> tuple[int, str]:
    """The status and the text of one of the bot's own pages."""
    url = f"http://127.0.0.1:{stage.bot.port}{path}"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


async def socket_is(stage: Stage, state: str) -> None:
    """Wait until /ready says this of the socket."""

    async def said() -> str:
        return str(json.loads((await read(stage, "/ready"))[1])["socket"])

    await eventually_says(said, state)


async def replaced(stage: Stage) -> float:
    """How many connections this process has counted as replaced."""
    found = re.search(r"^proofline_sockets_replaced_total (\S+)", (await read(stage, "/metrics"))[1], re.MULTILINE)
    assert found is not None
    return float(found[1])


async def click_works(stage: Stage) -> bool:
    """Whether a click on the card that Inês has before her opens its form."""
    await stage.person("ines").click("card.evidence")
    return stage.person("ines").modal is not None


async def test_a_silent_connection_is_not_ready_and_is_replaced(tmp_path: Path) -> None:
    async with quick_stage(tmp_path) as stage:
        fill(stage)
        await stage.person("ines").command("/proof acme")
        before = await replaced(stage)
        # No way back until we have seen that it was noticed.
        stage.sandbox.fault(Fault("apps.connections.open", "error500", count=1000))
        stage.sandbox.silence_sockets()
        await socket_is(stage, "not connected")
        assert (await read(stage, "/ready"))[0] == 503
        stage.sandbox.clear_faults()
        await socket_is(stage, "ok")
        assert (await read(stage, "/ready"))[0] == 200
        assert await replaced(stage) > before
        assert await click_works(stage)


async def test_a_new_connection_that_is_not_answered_either_is_not_tried_for_ever(tmp_path: Path) -> None:
    async with quick_stage(tmp_path) as stage:
        fill(stage)
        await stage.person("ines").command("/proof acme")
        stage.sandbox.silence_sockets(attempts=1)
        await socket_is(stage, "not connected")
        await socket_is(stage, "ok")
        assert await click_works(stage)


async def test_a_start_outlives_an_attempt_to_connect_that_is_not_answered(tmp_path: Path) -> None:
    async with quick_stage(tmp_path, unanswered=1) as stage:
        fill(stage)
        await stage.person("ines").command("/proof acme")
        assert await click_works(stage)


async def test_a_silent_connection_does_not_hold_up_the_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Docker gives ten seconds, and aiohttp alone waits as long for a goodbye; here it would wait for ever.
    monkeypatch.setattr("aiohttp.client.DEFAULT_WS_CLIENT_TIMEOUT", aiohttp.ClientWSTimeout(ws_close=None))
    async with quick_stage(tmp_path) as stage:
        stage.sandbox.fault(Fault("apps.connections.open", "error500", count=1000))
        stage.sandbox.silence_sockets()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await stage.bot.stop()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_slack_refreshes_is_counted(
    tmp_path: Path, reason: Literal["warning", "refresh_requested"]
) -> None:
    async with quick_stage(tmp_path) as stage:
        before = await replaced(stage)
        await stage.sandbox.refresh_sockets(reason)

        async def counted() -> bool:
            return await replaced(stage) > before

        await eventually_says(counted, True)
        await socket_is(stage, "ok")


async def test_another_process_on_our_app_token_is_counted_at_the_next_greeting(tmp_path: Path) -> None:
    async with quick_stage(tmp_path) as stage:
        assert await connections(stage) == 1
        async with stranger(stage.sandbox):
            await stage.sandbox.refresh_sockets()
            await eventually_says(lambda: connections(stage), 2.0)


async def connections(stage: Stage) -> float:
    """How many connections the app has, as far as this process was told."""
    shown = re.search(r"^proofline_socket_connections (\S+)", (await read(stage, "/metrics"))[1], re.MULTILINE)
    assert shown is not None
    return float(shown[1])


async def test_a_connection_that_is_made_anew_keeps_our_time_outs() -> None:
    async with Sandbox(WORKSPACE, MANIFEST, clock=Clock(TUESDAY)) as sandbox, http_session() as http:
        app = AsyncApp(client=web_client(sandbox.bot_token, sandbox.api_url, http), signing_secret="unused")
        sockets = Sockets(
            app, sandbox.app_token, replaced=lambda: None, counted=lambda connections: None, patience=QUICK
        )
        await sockets.start()
        await sockets.client.aiohttp_client_session.close()  # slack_sdk then makes one of its own
        sandbox.silence_sockets(attempts=1)  # with slack_sdk's time-out this one takes five minutes
        await eventually_says(sockets.connected, False)
        await eventually_says(sockets.connected, True)
        assert sockets.client.aiohttp_client_session.timeout.total == QUICK.connect
        await sockets.stop(0)


@pytest.mark.parametrize("retry_after", [0, 1])
async def test_a_start_waits_when_slack_asks_to(tmp_path: Path, retry_after: int) -> None:
    clock = MovableClock(TUESDAY)
    async with Sandbox(WORKSPACE, MANIFEST, clock=Clock(TUESDAY)) as sandbox:
        sandbox.fault(Fault("apps.connections.open", "ratelimited", retry_after=retry_after))
        sandbox.fault(Fault("users.list", "ratelimited", retry_after=retry_after))
        bot = Bot(settings_for(sandbox, tmp_path / "proofline.db", free_port(), "socket"), clock, patience=QUICK)
        await bot.start()
        assert await bot.wait_for_member_sync() > 0
        await bot.stop()
