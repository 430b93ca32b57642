"""The Bolt app: how payloads come in, whichever way (Socket Mode or HTTP), and get an id and an answer."""

from __future__ import annotations

import time
from collections.abc import Callable

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.log import traced
from bot.slack.edge import Edge
from bot.slack.error_replies import Failures
from bot.slack.lease_guard import LeasedRequest
from bot.slack.payload import Body

log = structlog.get_logger("slack")

HTTP_SECONDS = 10.0
Observe = Callable[[float], None]


class ProoflineApp(AsyncApp):
    """An `AsyncApp` that commits before it acknowledges, with an id in the log for every payload.

    `acknowledged` is told after each payload how many seconds the answer took.
    """

    def __init__(self, client: AsyncWebClient, signing_secret: str, acknowledged: Observe) -> None:
        super().__init__(
            client=client,
            signing_secret=signing_secret,
            process_before_response=True,
            ignoring_self_events_enabled=True,
            # A button of an older version then gets a sentence instead of silence.
            raise_error_for_unhandled_request=True,
            request_verification_enabled=bool(signing_secret),
        )
        self._acknowledged = acknowledged

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        started = time.perf_counter()
        with traced():
            log.debug("slack.received", type=req.body.get("type") or req.body.get("command"))
            response = await super().async_dispatch(req)
        self._acknowledged(time.perf_counter() - started)
        return response


def http_session() -> aiohttp.ClientSession:
    """The one HTTP session of the process. It gives up sooner than a lease of the outbox runs out.

    A proxy is named with each call: aiohttp's `trust_env` would read the environment and `.netrc` again every time.
    """
    timeout = aiohttp.ClientTimeout(total=HTTP_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, request_class=LeasedRequest)


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A Web API client that never posts again by itself: delivery decides that (docs/decisions/own-outbox.md)."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[])


def patient_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client for reading long lists: it waits when Slack asks to, and asks again when a connection broke."""
    client = web_client(token, base_url, session)
    client.retry_handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=5), AsyncConnectionErrorRetryHandler()]
    return client


def tell_failures(app: AsyncApp, edge: Edge) -> None:
    """Give every exception of a listener to `Failures`."""
    failures = Failures(edge)

    @app.error
    async def failed(error: Exception, body: Body) -> BoltResponse:
        return await failures.handle(error, body)
