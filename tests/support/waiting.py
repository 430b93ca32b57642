"""Waiting for a state that nothing announces. The patience is far longer than any of them takes on a busy machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.01


async def eventually(condition: Callable[[], T]) -> T:
    """The first truthy value of `condition`; TimeoutError after `PATIENCE_SECONDS`."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (value := condition()):  # noqa: ASYNC110 - what is waited for is in a database or another thread
            await asyncio.sleep(_LOOK_SECONDS)
    return value


async def eventually_says(question: Callable[[], Awaitable[T]], answer: T) -> None:
    """Ask again until `question` is answered so; TimeoutError after `PATIENCE_SECONDS`."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await question() != answer:  # noqa: ASYNC110 - as above
            await asyncio.sleep(_LOOK_SECONDS)


def until(condition: Callable[[], object]) -> None:
    """Return when `condition` holds, for tests without an event loop; TimeoutError after `PATIENCE_SECONDS`."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("it never came to that")
        time.sleep(_LOOK_SECONDS)
