"""Delivery over HTTP: signed requests to the app's request URL, with Slack's retry headers.

Signing: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from sandbox.courier import NoAnswer, Parcel
from sandbox.model import Json


def signature(secret: str, timestamp: str, body: str) -> str:
    """The X-Slack-Signature of a request."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


class HttpDelivery:
    """A `Transport` that posts to one request URL. It signs with real time, against which apps check."""

    def __init__(self, request_url: str, secret: str, ack_timeout: float) -> None:
        self._url = request_url
        self._secret = secret
        self._ack_timeout = ack_timeout
        self._session: aiohttp.ClientSession | None = None

    async def send(self, parcel: Parcel, attempt: int, reason: str) -> Json | str | None:
        """Deliver once; gives the body of the app's answer. Raises NoAnswer."""
        body, content_type = _body(parcel)
        headers = {"Content-Type": content_type}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": _REASONS.get(reason, reason)}
        return await self._post(body, headers)

    async def verify(self, challenge: str) -> bool:
        """Whether the app answers Slack's url_verification."""
        body = json.dumps({"type": "url_verification", "challenge": challenge})
        answer = await self._post(body, {"Content-Type": "application/json"})
        return answer == challenge or (isinstance(answer, dict) and answer.get("challenge") == challenge)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, body: str, headers: dict[str, str]) -> Json | str | None:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timestamp = str(int(time.time()))
        headers |= {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        try:
            async with asyncio.timeout(self._ack_timeout):
                async with self._session.post(self._url, data=body.encode(), headers=headers) as answer:
                    text = await answer.text()
                    if answer.status // 100 != 2:
                        no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                        raise NoAnswer("http_error", "dispatch_failed", retry=not no_retry)
                    return _decoded(text, answer.content_type)
        except TimeoutError:
            raise NoAnswer("http_timeout", "operation_timeout") from None
        except aiohttp.ClientError:
            raise NoAnswer("connection_failed", "dispatch_failed") from None


_REASONS = {"timeout": "http_timeout"}


def _body(parcel: Parcel) -> tuple[str, str]:
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload), "application/json"
    if parcel.kind == "slash_commands":
        return urlencode(parcel.payload), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(parcel.payload)}), "application/x-www-form-urlencoded"


def _decoded(text: str, content_type: str) -> Json | str | None:
    if not text:
        return None
    if content_type == "application/json":
        try:
            answer: Json | str = json.loads(text)
        except ValueError:
            return text
        return answer
    return text
