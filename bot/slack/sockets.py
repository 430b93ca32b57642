"""Socket Mode: payloads through a WebSocket of ours, watched so that one that is wedged gets replaced."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.types import NotSent
from bot.slack.errors import outcome_of

MOST_CONNECTIONS = 10
"""As many as Slack gives to one app: https://docs.slack.dev/apis/events-api/using-socket-mode"""

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


class _Client(SocketModeClient):
    """slack_sdk's client, with our time-outs on every connection that it makes, the first and all later ones."""

    def __init__(self, app: AsyncApp, app_token: str, patience: Patience) -> None:
        self._timeout = aiohttp.ClientTimeout(total=patience.connect)
        super().__init__(app_token, logger=app.logger, web_client=app.client, ping_interval=patience.ping)

    @property
    def aiohttp_client_session(self) -> aiohttp.ClientSession:
        """The session that connections are made with."""
        return self._session

    @aiohttp_client_session.setter
    def aiohttp_client_session(self, made: aiohttp.ClientSession) -> None:
        # slack_sdk makes one that waits five minutes, at the start and whenever it finds its last one closed.
        made.detach()
        self._session = aiohttp.ClientSession(timeout=self._timeout)

    async def issue_new_wss_url(self) -> str:
        """Ask for the address of one connection; where Slack asks to wait, that is done, for a bounded time."""
        while True:
            try:
                return str((await self.web_client.apps_connections_open(app_token=self.app_token))["url"])
            except SlackApiError as error:
                meaning = outcome_of(error)
                if not isinstance(meaning, NotSent) or meaning.retry_after is None:
                    raise
                log.warning("slack.socket_must_wait", seconds=meaning.retry_after)
                await asyncio.sleep(meaning.retry_after)


class Sockets(AsyncBaseSocketModeHandler):
    """The Socket Mode connection of one app.

    `replaced` is told of every connection that took another's place, `counted` how many the app has when Slack greets
    us, those of other processes among them.
    """

    app: AsyncApp
    client: _Client

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        replaced: Callable[[], None],
        counted: Callable[[int], None],
        patience: Patience | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self.app = app
        self.client = _Client(app, app_token, self._patience)
        self.client.socket_mode_request_listeners.append(self._handle)
        self.client.message_listeners.append(self._hear)
        self.client.on_message_listeners.append(self._count)
        self._replaced = replaced
        self._counted = counted
        self._greeted: aiohttp.ClientWebSocketResponse | None = None
        self._greeting = asyncio.Event()
        self._answering = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._watching: asyncio.Task[None] | None = None

    async def _handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """Dispatch and answer one envelope."""
        started = time.time()
        try:
            await send_async_response(client, req, await run_async_bolt_app(self.app, req), started)
        finally:
            self._answering -= 1
            if not self._answering:
                self._quiet.set()

    async def start(self) -> None:
        """Connect and return when Slack has greeted us; keeps trying while Slack is out of reach."""
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
        connections = int(message.get("num_connections") or 1)
        log.info("slack.connected", connections=connections)
        self._counted(connections)
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


async def count_others(client: AsyncWebClient, app_token: str) -> int:
    """How many connections the app has besides the one that is opened to ask, and closed at the greeting.

    Slack hands on what it gave to a connection that closed. Raises `SlackApiError`, `aiohttp.ClientError`, and
    `TimeoutError` when there is no greeting.
    """
    assert client.session is not None
    url = str((await client.apps_connections_open(app_token=app_token))["url"])
    async with asyncio.timeout(Patience().connect), client.session.ws_connect(url, proxy=client.proxy) as socket:
        greeting = json.loads((await socket.receive_str()) or "{}")
    if greeting.get("reason") == "too_many_websockets":
        return MOST_CONNECTIONS
    return int(greeting.get("num_connections") or 1) - 1
