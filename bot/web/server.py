"""Runs a web application inside the bot's own event loop, and bounds what strangers can hold of it.

uvicorn has a time-out for a connection that is idle after an answer and a limit for the head of a request. It has none
for a head or a body that never ends, and its `limit_concurrency` answers 503 but keeps the connection (uvicorn 0.54).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import Any, cast

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

_STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What connections may hold, and for how long in seconds.

    A whole request must come within `request_seconds` of the connection or of the last answer; `idle_seconds` without a
    byte after an answer end it sooner. Answering, until the answer has left, may take `answer_seconds`. Of more than
    `connections` the one goes that has been waited for longest. The head of a request has at most `head_bytes`.
    """

    connections: int = 100
    request_seconds: float = 10.0
    answer_seconds: float = 30.0
    idle_seconds: int = 5
    head_bytes: int = 16_384


class _Config(uvicorn.Config):
    def __init__(self, app: Starlette, limits: Limits) -> None:
        super().__init__(
            app,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            # Each turn of the event loop accepts as many as this before it looks at one of them.
            backlog=limits.connections,
            timeout_keep_alive=limits.idle_seconds,
            timeout_graceful_shutdown=_STOP_SECONDS,
            h11_max_incomplete_event_size=limits.head_bytes,
        )
        self.limits = limits


class _Connection(H11Protocol):
    """One connection with a deadline, for what we wait for as for what we answer."""

    def __init__(self, config: _Config, **given: Any) -> None:
        super().__init__(config, **given)
        self._limits = config.limits
        self._deadline: asyncio.TimerHandle | None = None
        self.waits = True
        self.since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        super().connection_made(transport)
        self._begin(waits=True)
        if len(self.connections) > self._limits.connections:
            _make_room(cast("set[_Connection]", self.connections), self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._deadline is not None:
            self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.waits != self._is_unfinished():
            self._begin(waits=not self.waits)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self.transport.close()  # nobody will read the rest of this body
        self._begin(waits=self._is_unfinished())

    def _is_unfinished(self) -> bool:
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _begin(self, *, waits: bool) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self.waits, self.since = waits, self.loop.time()
        seconds = self._limits.request_seconds if waits else self._limits.answer_seconds
        self._deadline = self.loop.call_later(seconds, self.transport.abort)


def _make_room(connections: set[_Connection], newest: _Connection) -> None:
    """End the connection that has been waited for longest, so that slow clients push out each other and not Slack."""
    waiting = [connection for connection in connections if connection.waits and connection is not newest]
    oldest = min(waiting, key=lambda connection: connection.since, default=newest)
    connections.discard(oldest)
    oldest.transport.abort()


class _Server(uvicorn.Server):
    """A uvicorn server whose process belongs to somebody else: it takes no signals."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # the base class declares none either
        yield


class WebServer:
    """Listens on `host` and `port` (0: a free one) between `start` and `stop`."""

    def __init__(self, app: Starlette, host: str, port: int, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._address = (host, port)
        self._server = _Server(_Config(app, self._limits))
        self._task: asyncio.Task[None] | None = None
        self.port = port

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._server.server_state.connections)

    async def start(self) -> None:
        """Listen; raises `OSError` when the port is taken."""
        listener = socket.create_server(self._address, reuse_port=False)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve([listener]))
        while not self._server.started:
            await asyncio.sleep(0.005)
            if self._task.done():
                self._task.result()

    async def stop(self) -> None:
        """Answer what has come in, and close."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._task = None
