"""Runs a web application inside the bot's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn
from starlette.applications import Starlette

_STOP_SECONDS = 5


class _Server(uvicorn.Server):
    """A uvicorn server whose process belongs to somebody else: it takes no signals."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # the base class declares none either
        yield


class WebServer:
    """Listens on `host` and `port` (0: a free one) between `start` and `stop`."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=_STOP_SECONDS
        )
        self._address = (host, port)
        self._server = _Server(self._config)
        self._task: asyncio.Task[None] | None = None
        self.port = port

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
