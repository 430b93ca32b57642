"""Slack over HTTP: a request whose signature holds becomes a payload for the app."""

from __future__ import annotations

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.metrics import REQUESTS_REFUSED


class HttpRequests:
    """Takes the requests that Slack signed, for one app."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def handle(self, request: Request, body: bytes) -> Response:
        """The app's answer to a verified `body`; 400 for one that is no payload."""
        try:
            payload = to_async_bolt_request(request, body)
        # Bolt reads the payload while it makes the request, and takes it for an object all the way down.
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            REQUESTS_REFUSED.labels("malformed").inc()
            return PlainTextResponse("This is no payload of Slack's.\n", 400)
        return to_starlette_response(await self._app.async_dispatch(payload))
