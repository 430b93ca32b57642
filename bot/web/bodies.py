"""Reading the bodies of requests from strangers: none over a limit, and not too much of them in memory together."""

from __future__ import annotations

from contextlib import aclosing

from starlette.requests import ClientDisconnect, Request

LARGEST_BYTES = 1_000_000
SMALL_BYTES = 65_536
TOGETHER_BYTES = 16_000_000


class BodyRefusedError(Exception):
    """The body is not read to its end; `status` is the answer, `reason` a word for the metrics."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Bodies:
    """The bodies that are being read: each up to `largest` bytes, and together up to `together` of what is not small.

    The first `small` bytes of a body are not counted, which is more than nearly every payload of Slack's has: whoever
    uses up what large bodies may take does not keep those out.
    """

    def __init__(self, largest: int = LARGEST_BYTES, small: int = SMALL_BYTES, together: int = TOGETHER_BYTES) -> None:
        self._largest = largest
        self._small = small
        self._together = together
        self._held = 0

    async def read(self, request: Request) -> bytes:
        """The whole body. Raises `BodyRefusedError` as soon as it is known to be too large, or when it breaks off."""
        announced = request.headers.get("content-length", "0")
        if not announced.isdecimal() or len(announced) > 18 or int(announced) > self._largest:
            raise BodyRefusedError("too_large", 413)
        parts: list[bytes] = []
        size = counted = 0
        try:
            async with aclosing(request.stream()) as stream:
                async for part in stream:
                    parts.append(part)
                    size += len(part)
                    if size > self._largest:
                        raise BodyRefusedError("too_large", 413)
                    more = max(size - self._small, 0) - counted
                    counted, self._held = counted + more, self._held + more
                    if more and self._held > self._together:
                        raise BodyRefusedError("busy", 503)
        except ClientDisconnect:
            raise BodyRefusedError("unfinished", 400) from None
        finally:
            self._held -= counted
        return b"".join(parts)
