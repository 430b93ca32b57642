"""The last look at the lease, when a request's bytes are about to leave.

Between a sender's decision to post and the first byte lie a few turns of the event loop and perhaps a new connection. A
process that is frozen just then, past its lease, must not post when it wakes: by then another replica has.
"""

from __future__ import annotations

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
