"""Threads for what people ask, bounded by kind and by person, so that nobody's work takes everybody's turn."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class Lane:
    """`threads` for one kind of work; a person has at most `each` of them. What is more waits without a thread."""

    def __init__(self, name: str, *, threads: int, each: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._each = each
        self._turns: dict[Hashable, asyncio.Semaphore] = {}
        self._people: dict[Hashable, int] = {}

    def is_full(self, who: Hashable) -> bool:
        """Whether this person has all the threads that they can have; more work of theirs would wait."""
        turns = self._turns.get(who)
        return turns is not None and turns.locked()

    async def run(self, who: Hashable, work: Callable[[], T]) -> T:
        """Do `work` in a thread. When the caller is cancelled, work that has not begun never does.

        Work that has begun goes on, and is its person's until it ends.
        """
        turns = self._turns.setdefault(who, asyncio.Semaphore(self._each))
        self._people[who] = self._people.get(who, 0) + 1
        try:
            await turns.acquire()
        except BaseException:
            self._leave(who)
            raise
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()

        def over(_done: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits for a turn any more
                loop.call_soon_threadsafe(self._over, who, turns)

        future = self._pool.submit(context.run, work)
        future.add_done_callback(over)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Begin nothing more; what has begun comes to its end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _over(self, who: Hashable, turns: asyncio.Semaphore) -> None:
        turns.release()
        self._leave(who)

    def _leave(self, who: Hashable) -> None:
        self._people[who] -= 1
        if not self._people[who]:
            del self._people[who], self._turns[who]
