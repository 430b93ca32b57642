"""The Bolt app: how payloads come in, whichever way (Socket Mode or HTTP), and get an id and an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot import phrases, wording
from bot.log import traced
from bot.slack.edge import Edge
from bot.slack.error_replies import Failures
from bot.slack.errors import wait_of
from bot.slack.lease_guard import LeasedRequest
from bot.slack.payload import Body

log = structlog.get_logger("slack")

HTTP_SECONDS = 10.0
Observe = Callable[[float], None]
Follow = Callable[[Body], Awaitable[None]]


class ProoflineApp(AsyncApp):
    """An `AsyncApp` that commits before it acknowledges, with an id in the log for every payload.

    Payloads reach it verified: over HTTP by `bot.web.signatures`. `identity` is who we are in the workspace of our
    token; `acknowledged` is told after each payload how many seconds the answer took.
    """

    def __init__(self, client: AsyncWebClient, identity: AuthorizeResult, acknowledged: Observe) -> None:
        async def authorize() -> AuthorizeResult:
            return identity

        super().__init__(
            # Without a token, which Bolt would call ignored: `authorize` has it.
            client=web_client(None, client.base_url, client.session),
            # Else Bolt asks Slack at the first payload, or, with SLACK_CLIENT_ID in the environment, looks for
            # installations that we do not keep.
            authorize=authorize,
            process_before_response=True,
            ignoring_self_events_enabled=True,
            # A button of an older version then gets a sentence instead of silence.
            raise_error_for_unhandled_request=True,
            request_verification_enabled=False,
        )
        self._acknowledged = acknowledged
        self._followers: list[Follow] = []
        self._following: set[asyncio.Task[None]] = set()

    def follow(self, follower: Follow) -> None:
        """Have `follower(body)` called behind every payload that was answered; it holds up no answer."""
        self._followers.append(follower)

    async def finish(self) -> None:
        """Return when everything that follows what was answered has come to its end."""
        await asyncio.gather(*self._following, return_exceptions=True)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        started = time.perf_counter()
        with traced():
            log.debug("slack.received", type=req.body.get("type") or req.body.get("command"))
            try:
                response = await super().async_dispatch(req)
            except Exception:
                log.exception("slack.unreadable")
                response = BoltResponse(status=400, body="")
        self._acknowledged(time.perf_counter() - started)
        for follower in self._followers:
            task = asyncio.create_task(_followed(follower, req.body))
            self._following.add(task)
            task.add_done_callback(self._following.discard)
        return response


async def _followed(follower: Follow, body: Body) -> None:
    try:
        await follower(body)
    except Exception:
        log.exception("slack.not_followed")


def http_session() -> aiohttp.ClientSession:
    """The one HTTP session of the process. It gives up sooner than a lease of the outbox runs out.

    A proxy is named with each call: aiohttp's `trust_env` would read the environment and `.netrc` again every time.
    """
    timeout = aiohttp.ClientTimeout(total=HTTP_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, request_class=LeasedRequest)


def web_client(token: str | None, base_url: str, session: aiohttp.ClientSession | None) -> AsyncWebClient:
    """A Web API client that never posts again by itself: delivery decides that (docs/decisions/own-outbox.md)."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[])


def patient_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client for reading long lists: it waits when Slack asks to, and asks again when a connection broke."""
    client = web_client(token, base_url, session)
    client.retry_handlers = [_WaitsWhenAsked(max_retry_count=5), AsyncConnectionErrorRetryHandler()]
    return client


class _WaitsWhenAsked(AsyncRateLimitErrorRetryHandler):
    """slack_sdk's handler sleeps for whatever `Retry-After` says; this one for a bounded time."""

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        headers = {name.lower(): values for name, values in (response.headers if response else {}).items()}
        state.next_attempt_requested = True
        await asyncio.sleep(wait_of(next(iter(headers.get("retry-after", ())), None)))
        state.increment_current_attempt()


def read_texts() -> None:
    """Read all sentences that people may be told: a process that has run out of descriptors opens no file."""
    wording.read()
    phrases.read()


def tell_failures(app: AsyncApp, edge: Edge) -> None:
    """Give every exception of a listener to `Failures`."""
    failures = Failures(edge)

    @app.error
    async def failed(error: Exception, body: Body) -> BoltResponse:
        return await failures.handle(error, body)
