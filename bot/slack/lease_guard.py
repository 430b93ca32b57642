"""The last look at the lease, when a request's bytes are about to leave.

Between a sender's decision to post and the first byte lie a few turns of the event loop and perhaps a new connection. A
process that is frozen just then, past its lease, must not post when it wakes: by then another replica has.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import aiohttp

from bot.outbox.transport import Lease

LEASE: ContextVar[Lease | None] = ContextVar("lease", default=None)
"""The lease under which this task calls Slack; None where none is needed."""


class LeaseOverError(aiohttp.ClientConnectionError):
    """Nothing was sent: the lease was nearly over when the bytes were about to leave."""


class LeasedRequest(aiohttp.ClientRequest):
    """A request that sends nothing once the lease it was made under is nearly over."""

    async def write_bytes(self, writer: Any, conn: Any, content_length: int | None = None) -> None:
        """Headers leave with the body, so here not a byte has left yet; all Web API calls have a body."""
        lease = LEASE.get()
        if lease is not None and not lease.may_post():
            conn.protocol.set_exception(LeaseOverError("the lease was nearly over"))
            return
        await super().write_bytes(writer, conn, content_length)


class UnguardedError(Exception):
    """This version of aiohttp sends requests without asking `LeasedRequest` first."""


async def prove() -> None:
    """Try on a listener of our own that a request whose lease is over sends nothing; raises `UnguardedError`.

    `write_bytes` is aiohttp's own business, so a new version may call it later, or not at all.
    """
    received = bytearray()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read(1))
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    url = "http://{}:{}/".format(*server.sockets[0].getsockname())
    token = LEASE.set(Lease(ends=0.0, needed=0.0))
    try:
        async with aiohttp.ClientSession(request_class=LeasedRequest) as session, session.post(url, data=b"x"):
            raise UnguardedError
    except LeaseOverError:
        if received:
            raise UnguardedError from None
    except aiohttp.ClientError as error:
        raise UnguardedError from error
    finally:
        LEASE.reset(token)
        server.close()
