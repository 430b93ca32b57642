"""Hands events, commands and interactions to the app: once, or again when no answer came."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox.model import Json

log = logging.getLogger("sandbox")
Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Parcel:
    """What is delivered; `answerable` when the app may answer with a payload."""

    kind: Kind
    payload: Json
    answerable: bool = False


class NoAnswer(Exception):
    """The app did not take a parcel.

    `reason` is Slack's retry reason, `shown` what a person is told, `retry` whether the app wants it again.
    """

    def __init__(self, reason: str, shown: str, retry: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.shown = shown
        self.retry = retry


class Transport(Protocol):
    """A way to the app: Socket Mode or HTTP."""

    async def send(self, parcel: Parcel, attempt: int, reason: str) -> Json | str | None:
        """Deliver once; gives the app's answer. Raises NoAnswer."""


class Courier:
    """Delivers parcels over a transport.

    Events are delivered again after `retry_delays` seconds (Slack: at once, after one minute, after five:
    https://docs.slack.dev/apis/events-api/#retries). Slack does not repeat a command or an interaction that timed out;
    with `redeliver_all` the sandbox does.
    """

    def __init__(self, transport: Transport, retry_delays: tuple[float, ...], redeliver_all: bool) -> None:
        self._transport = transport
        self._retry_delays = retry_delays
        self._redeliver_all = redeliver_all
        self._duplicates = 0
        self._together = False
        self._later = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def duplicate_next(self, n: int, together: bool, later: float) -> None:
        """The next `n` parcels are delivered twice.

        The second comes after the first was answered, or `together` with it, or `later` seconds after, in the
        background.
        """
        self._duplicates += n
        self._together, self._later = together, later

    async def deliver(self, parcel: Parcel) -> Json | str | None:
        """Deliver a parcel and give the app's answer; NoAnswer when none came in time."""
        again = self._take_duplicate()
        second: asyncio.Task[Json | str | None] | None = None
        if again and self._together:
            second = asyncio.create_task(self._transport.send(parcel, 1, "timeout"))
        try:
            answer = await self._transport.send(parcel, 0, "")
        except NoAnswer as failure:
            if failure.retry and (parcel.kind == "events_api" or self._redeliver_all):
                self.in_background(self._repeat(parcel, failure.reason))
            raise
        finally:
            if again and self._later and not second:
                self.in_background(self._deliver_later(parcel, self._later))
            elif again:
                await self._second_delivery(second or self._transport.send(parcel, 1, "timeout"))
        return answer

    def publish(self, parcel: Parcel) -> None:
        """Deliver an event in the background."""
        self.in_background(self._deliver_quietly(parcel))

    async def settle(self, parcel: Parcel) -> None:
        """Deliver an event and return when the app answered or the first attempt failed."""
        await self._deliver_quietly(parcel)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` until it is done or the sandbox stops."""
        if self._stopping:
            work.close()
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up everything that is still to be delivered."""
        self._stopping = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take_duplicate(self) -> bool:
        if self._duplicates <= 0:
            return False
        self._duplicates -= 1
        return True

    async def _second_delivery(self, sending: Coroutine[Any, Any, Any] | asyncio.Task[Any]) -> None:
        try:
            await sending
        except NoAnswer as failure:
            log.info("the app did not answer the second delivery: %s", failure.reason)

    async def _deliver_later(self, parcel: Parcel, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._second_delivery(self._transport.send(parcel, 1, "timeout"))

    async def _deliver_quietly(self, parcel: Parcel) -> None:
        try:
            await self.deliver(parcel)
        except NoAnswer as failure:
            log.info("the app did not answer %s: %s", parcel.kind, failure.reason)

    async def _repeat(self, parcel: Parcel, reason: str) -> None:
        for attempt, delay in enumerate(self._retry_delays, 1):
            await asyncio.sleep(delay)
            try:
                await self._transport.send(parcel, attempt, reason)
            except NoAnswer as failure:
                if not failure.retry:
                    return
                reason = failure.reason
            else:
                return
