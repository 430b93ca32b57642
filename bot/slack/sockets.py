"""Socket Mode: payloads through a WebSocket of ours, watched so that one that is wedged gets replaced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

_GOODBYE_SECONDS = 1.0

log = structlog.get_logger("slack")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what may take, in seconds.

    The client pings every `ping` seconds and replaces a connection that does not answer in one and a half times that.
    An attempt to connect is given up after `connect`. Every `watch` seconds we look whether all this has helped, and
    mend it ourselves after `wedged`.
    """

    ping: float = 5.0
    connect: float = 10.0
    watch: float = 5.0
    wedged: float = 45.0


class Sockets(AsyncSocketModeHandler):
    """The Socket Mode connection of one app. `replaced` is told of every connection that took another's place."""

    def __init__(
        self, app: AsyncApp, app_token: str, replaced: Callable[[], None], patience: Patience | None = None
    ) -> None:
        self._patience = patience or Patience()
        super().__init__(app, app_token, ping_interval=self._patience.ping)
        self.client.message_listeners.append(self._hear)
        self.client.on_message_listeners.append(self._count)
        self._replaced = replaced
        self._greeted: aiohttp.ClientWebSocketResponse | None = None
        self._greeting = asyncio.Event()
        self._answering = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._watching: asyncio.Task[None] | None = None

    # The parent takes any client of slack_sdk; this handler only ever gets the aiohttp one.
    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Dispatch and answer one envelope."""
        try:
            await super().handle(client, req)
        finally:
            self._answering -= 1
            if not self._answering:
                self._quiet.set()

    async def start(self) -> None:
        """Connect and return when Slack has greeted us; keeps trying while Slack is out of reach."""
        await self.client.aiohttp_client_session.close()
        # The client's own would wait five minutes for an answer to an attempt to connect.
        timeout = aiohttp.ClientTimeout(total=self._patience.connect)
        self.client.aiohttp_client_session = aiohttp.ClientSession(timeout=timeout)
        self._watching = asyncio.create_task(self._watch())
        async with self.client.connect_operation_lock:
            await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk's is untyped
        await self._greeting.wait()

    async def stop(self, patience: float) -> None:
        """Answer what has come in, for at most `patience` seconds, and close."""
        if self._watching is not None:
            self._watching.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._quiet.wait()
        self.client.closed = True
        with suppress(TimeoutError):  # a wedged connection says no goodbye
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self.client.disconnect()  # type: ignore[no-untyped-call]  # slack_sdk's is untyped
        await self.client.close()  # type: ignore[no-untyped-call]  # slack_sdk's is untyped

    async def connected(self) -> bool:
        """Whether Slack has taken the connection, it is open, and its pings are answered."""
        greeted = self._greeted is not None and self._greeted is self.client.current_session
        return greeted and bool(await self.client.is_connected())

    async def _count(self, frame: aiohttp.WSMessage) -> None:
        """An envelope counts as being answered from the moment it is read, so that `stop` overlooks none."""
        if '"envelope_id"' in frame.data:
            self._answering += 1
            self._quiet.clear()

    async def _hear(self, client: AsyncBaseSocketModeClient, message: dict[str, Any], raw: str | None = None) -> None:
        if message.get("type") != "hello":
            return
        if self._greeted is not None:
            self._replaced()
        self._greeted = self.client.current_session
        self._greeting.set()

    async def _watch(self) -> None:
        well = time.monotonic()
        while True:
            await asyncio.sleep(self._patience.watch)
            if await self.connected():
                well = time.monotonic()
            elif time.monotonic() - well > self._patience.wedged:
                log.warning("slack.socket_wedged", seconds=round(time.monotonic() - well))
                await self._mend()
                well = time.monotonic()

    async def _mend(self) -> None:
        # An address is good for one attempt, but the client tries a failed one again for ever: it asks for another.
        self.client.wss_uri = None
        if self.client.connect_operation_lock.locked():
            return
        with suppress(Exception):  # the next look tries again
            await self.client.connect_to_new_endpoint(force=True)
