"""The HTTP edge: liveness, readiness, figures, and Slack over HTTP by a handler that wiring hands in."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

Checks = Mapping[str, str | None]
"""What was looked at, and what is wrong with it; None when nothing is. A `Remark` does not make the replica unready."""


class Remark(str):
    """What somebody should look at although this replica can do its work."""

    __slots__ = ()


Handler = Callable[[Request], Awaitable[Response]]
SLACK_PATH = "/slack/events"


def build(
    ready: Callable[[], Awaitable[Checks]],
    refresh: Callable[[], Awaitable[None]],
    slack: Handler | None,
    monitoring_token: str = "",
) -> Starlette:
    """The web application.

    `ready` looks at everything that must work; `refresh` brings the figures that are read from the database up to date;
    `slack` answers Slack's requests, None in Socket Mode. With a `monitoring_token`, readiness and figures are for
    those who send it as a bearer token.
    """

    async def health(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readiness(_: Request) -> Response:
        checks = await ready()
        wrong = any(trouble and not isinstance(trouble, Remark) for trouble in checks.values())
        return JSONResponse({name: trouble or "ok" for name, trouble in checks.items()}, 503 if wrong else 200)

    async def metrics(_: Request) -> Response:
        await refresh()
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    routes = [
        Route("/health", health),
        Route("/ready", _for_bearers(monitoring_token, readiness)),
        Route("/metrics", _for_bearers(monitoring_token, metrics)),
    ]
    if slack is not None:
        routes.append(Route(SLACK_PATH, slack, methods=["POST"]))
    return Starlette(routes=routes)


def _for_bearers(token: str, handler: Handler) -> Handler:
    """The handler, for those who send the token; for everybody when there is none."""
    required = b"Bearer " + token.encode()

    async def handle(request: Request) -> Response:
        given = [value for name, value in request.headers.raw if name == b"authorization"]
        if len(given) == 1 and hmac.compare_digest(given[0], required):
            return await handler(request)
        return PlainTextResponse("This page needs the token.\n", 401, {"WWW-Authenticate": "Bearer"})

    return handle if token else handler
