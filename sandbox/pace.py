"""Slack's limit on posting: one message a second a channel (https://docs.slack.dev/apis/web-api/rate-limits)."""

import time

from sandbox.model import Json

PACED = ("chat.postMessage", "files.completeUploadExternal")


class Pace:
    """Remembers when each channel got its last message, in real time."""

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
