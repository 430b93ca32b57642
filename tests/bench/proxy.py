"""A TCP proxy in front of a PostgreSQL server that keeps everything back for a moment each way, as a network does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from sqlalchemy import URL

_MOST = 65_536


@contextmanager
def delayed(url: URL, seconds: float) -> Iterator[URL]:
    """The same database, behind a proxy in a thread of its own; `url` names the directory of the server's socket."""
    host = str(url.query["host"])
    [socket] = Path(host).glob(".s.PGSQL.*[0-9]")
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(lambda *ends: _both_ways(socket, seconds, *ends), "127.0.0.1")
    )
    port: int = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    query = {name: value for name, value in url.query.items() if name != "host"}
    try:
        yield url.set(host="127.0.0.1", port=port, query=query)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _both_ways(socket: Path, seconds: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    there, back = await asyncio.open_unix_connection(str(socket))
    await asyncio.gather(_carry(reader, back, seconds), _carry(there, writer, seconds))


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    """Pass on what arrives, each piece so much later: pieces that follow each other are not delayed twice."""
    loop = asyncio.get_running_loop()
    while data := await source.read(_MOST):
        loop.call_later(seconds, target.write, data)
    loop.call_later(seconds, target.close)
