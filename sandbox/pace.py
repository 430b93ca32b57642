"""Slack's limits on how often a method is called (https://docs.slack.dev/apis/web-api/rate-limits)."""

import math
import time
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.model import Json

PACED = ("chat.postMessage", "files.completeUploadExternal")
LOOKS = ("conversations.history", "conversations.replies")
LOOKS_PAGE = 15
_LOOKS_EVERY = timedelta(minutes=1)


class Pace:
    """One message a second a channel: remembers when each channel got its last one, in real time."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def wait(self, method: str, args: Json) -> int:
        """Seconds for Retry-After when this call comes too early, 0 when it may go on."""
        channel = str(args.get("channel") or args.get("channel_id") or "")
        if method not in PACED or not channel:
            return 0
        now = time.monotonic()
        if now - self._last.get(channel, float("-inf")) < 1.0:
            return 1
        self._last[channel] = now
        return 0


class LookLimit:
    """One look into history a minute of the sandbox's clock, each of the two methods for itself.

    So Slack treats an app that is sold outside its Marketplace; a look then also brings 15 messages at most.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: dict[str, datetime] = {}

    def wait(self, method: str) -> int:
        """Seconds for Retry-After when this call comes too early, 0 when it may go on."""
        if method not in LOOKS:
            return 0
        now = self._clock.now()
        if (early := self._next.get(method, now) - now) > timedelta():
            return math.ceil(early.total_seconds())
        self._next[method] = now + _LOOKS_EVERY
        return 0
