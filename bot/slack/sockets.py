"""Socket Mode: payloads through a WebSocket of ours, watched so that one that is wedged gets replaced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

_PING_SECONDS = 5.0
_WATCH_SECONDS = 5.0
# The client itself reconnects after four pings without an answer; this is for when that has not helped.
_WEDGED_SECONDS = 45.0

log = structlog.get_logger("slack")


class Sockets(AsyncSocketModeHandler):
    """The Socket Mode connection of one app. `replaced` is told when a wedged connection had to be replaced."""

    def __init__(self, app: AsyncApp, app_token: str, replaced: Callable[[], None]) -> None:
        super().__init__(app, app_token, ping_interval=_PING_SECONDS)
        self._replaced = replaced
        self._answering = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._watching: asyncio.Task[None] | None = None

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Dispatch and answer one envelope."""
        self._answering += 1
        self._quiet.clear()
        try:
            await super().handle(client, req)
        finally:
            self._answering -= 1
            if not self._answering:
                self._quiet.set()

    async def start(self) -> None:
        """Connect; keeps trying while Slack is out of reach."""
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk's is untyped
        self._watching = asyncio.create_task(self._watch())

    async def stop(self, patience: float) -> None:
        """Answer what has come in, for at most `patience` seconds, and close."""
        if self._watching is not None:
            self._watching.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._quiet.wait()
        await self.client.close()  # type: ignore[no-untyped-call]  # slack_sdk's is untyped

    async def connected(self) -> bool:
        """Whether the connection is open and its pings are answered."""
        return bool(await self.client.is_connected())

    async def _watch(self) -> None:
        well = time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if await self.connected():
                well = time.monotonic()
            elif time.monotonic() - well > _WEDGED_SECONDS:
                log.warning("slack.socket_replaced", seconds=round(time.monotonic() - well))
                self._replaced()
                with suppress(Exception):  # the next look tries again
                    await self.client.connect_to_new_endpoint(force=True)
                well = time.monotonic()
