"""Tells whoever waits that something changed, so that nobody has to poll."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

# A predicate may read something that is not the sandbox's (a database, say), whose changes nobody announces here.
_FOREIGN_CHANGES = 0.2


@dataclass(frozen=True)
class Change:
    """Something moved in `channel` (None: elsewhere), visible to `users` (None: to everybody)."""

    channel: str | None = None
    users: frozenset[str] | None = None


class Changes:
    """A broadcast of changes on one event loop."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Change]] = set()
        self._waiters: set[asyncio.Event] = set()

    def announce(self, channel: str | None = None, users: frozenset[str] | None = None) -> None:
        """Wake all waiters and queue the change for all subscribers."""
        for waiter in self._waiters:
            waiter.set()
        if self._queues:
            change = Change(channel, users)
            for queue in self._queues:
                queue.put_nowait(change)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator["asyncio.Queue[Change]"]:
        """A queue of all changes from now on."""
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    async def wait_for(self, predicate: Callable[[], T], seconds: float) -> T:
        """The first truthy value of `predicate`, evaluated again on every change.

        A LookupError or AssertionError counts as "not yet"; after `seconds` the last one is raised,
        or TimeoutError when the value was only falsy.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            while True:
                waiter.clear()
                reason: Exception
                try:
                    if value := predicate():
                        return value
                    reason = TimeoutError(f"still {value!r} after {seconds} s")
                except (LookupError, AssertionError) as error:
                    reason = error
                left = deadline - loop.time()
                if left <= 0:
                    raise reason
                try:
                    async with asyncio.timeout(min(left, _FOREIGN_CHANGES)):
                        await waiter.wait()
                except TimeoutError:
                    continue
        finally:
            self._waiters.discard(waiter)
