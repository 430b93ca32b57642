"""Requests to Slack's path: nothing of one is parsed, logged or answered before its signature holds.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot import metrics
from bot.web.bodies import Bodies, BodyRefusedError

AGE_SECONDS = 300
_TIMESTAMP = re.compile(rb"[0-9]{1,11}")
_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")

RawHeaders = Sequence[tuple[bytes, bytes]]
Accept = Callable[[Request, bytes], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Signature:
    """What the headers of a request claim, in the form that Slack writes."""

    timestamp: bytes
    value: bytes

    def holds(self, secret: bytes, body: bytes) -> bool:
        """Whether it is the signature of this body under the app's signing secret."""
        digest = hmac.new(secret, b"v0:" + self.timestamp + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(b"v0=" + digest.encode(), self.value)


def signature_of(headers: RawHeaders, now: float) -> Signature | None:
    """The signature that a request claims; None without exactly one of Slack's form, or five minutes from `now`."""
    timestamp, value = (
        _only(headers, b"x-slack-request-timestamp", _TIMESTAMP),
        _only(headers, b"x-slack-signature", _SIGNATURE),
    )
    if timestamp is None or value is None or abs(now - int(timestamp)) > AGE_SECONDS:
        return None
    return Signature(timestamp, value)


def signed_only(secret: str, accept: Accept, bodies: Bodies | None = None) -> Callable[[Request], Awaitable[Response]]:
    """The handler that gives `accept` the requests that Slack signed with `secret`, and answers all others itself.

    A request without a signature of the right form is refused before its body is read; `bodies` limits the others.
    """
    key, limited = secret.encode(), bodies or Bodies()

    async def handle(request: Request) -> Response:
        signature = signature_of(request.headers.raw, time.time())
        if signature is None:
            return refused("unsigned", 401)
        try:
            body = await limited.read(request)
        except BodyRefusedError as error:
            return refused(error.reason, error.status)
        if not signature.holds(key, body):
            return refused("unsigned", 401)
        return await accept(request, body)

    return handle


def refused(reason: str, status: int) -> Response:
    """An answer that says no more than its status, counted by reason."""
    metrics.REQUESTS_REFUSED.labels(reason).inc()
    return PlainTextResponse(status_code=status)


def _only(headers: RawHeaders, name: bytes, form: re.Pattern[bytes]) -> bytes | None:
    values = [value for header, value in headers if header == name]
    return values[0] if len(values) == 1 and form.fullmatch(values[0]) else None
