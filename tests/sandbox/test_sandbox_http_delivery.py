"""The same traffic over HTTP: a Bolt app behind a request URL, signed requests, Slack's retry headers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import FormError, Sandbox
from sandbox.http_delivery import signature
from tests.sandbox.fixtures import MANIFEST, WORKSPACE
from tests.sandbox.samples import plain
from tests.support.waiting import PATIENCE_SECONDS

Json = dict[str, Any]
Handler = Callable[[web.Request], Any]


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "name"},
        }
    ],
}


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on a free port; gives its URL."""
    server = web.Application()
    server.router.add_post("/slack/events", handler)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


def bolt(app: AsyncApp) -> Handler:
    """Bolt, with its own signature check, behind aiohttp."""

    async def handle(request: web.Request) -> web.Response:
        headers: dict[str, Any] = {name: [value] for name, value in request.headers.items()}
        answer = await app.async_dispatch(AsyncBoltRequest(body=await request.text(), headers=headers))
        content_type = answer.first_headers().get("content-type", "text/plain").partition(";")[0]
        return web.Response(status=answer.status, text=answer.body or "", content_type=content_type)

    return handle


async def test_commands_modals_and_events_over_signed_http() -> None:
    heard = asyncio.Event()
    apps: list[AsyncApp] = []

    async def handle(request: web.Request) -> Any:
        return await bolt(apps[0])(request)

    async with serving(handle) as url, Sandbox(WORKSPACE, MANIFEST, delivery="http", request_url=url) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        app = AsyncApp(client=client, signing_secret=sandbox.signing_secret)
        apps.append(app)

        @app.command("/echo")
        async def echo(ack: Any, body: Json) -> None:
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            await ack("Opened & ready")

        @app.view("form")
        async def form(ack: Any, view: Json) -> None:
            await ack(response_action="errors", errors={"name": "Taken"})

        @app.event("app_mention")
        async def mention(event: Json) -> None:
            heard.set()

        maya = sandbox.person("maya")
        assert await sandbox.verify_request_url()
        await maya.command("/echo")
        assert maya.text(maya.sees()[0]) == "Opened & ready"
        with pytest.raises(FormError, match="name: Taken"):
            await maya.submit({"name": "Acme"})
        await maya.say("general", "hey <@BOT>")
        assert heard.is_set()


@pytest.mark.parametrize(
    ("fails", "seconds", "reason"), [("says 500", PATIENCE_SECONDS, "http_error"), ("is silent", 0.05, "http_timeout")]
)
async def test_an_event_that_fails_comes_again_with_number_and_reason(fails: str, seconds: float, reason: str) -> None:
    seen: list[tuple[str | None, str | None]] = []
    again = asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        body = await request.text()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        assert request.headers["X-Slack-Signature"] == signature(sandbox.signing_secret, stamp, body)
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        if len(seen) == 2:
            again.set()
            return web.Response()
        if fails == "is silent":
            await asyncio.Event().wait()
        return web.Response(status=500)

    options: Json = {"delivery": "http", "ack_timeout": seconds, "retry_delays": (0.0,)}
    async with serving(handle) as url:
        sandbox = Sandbox(WORKSPACE, MANIFEST, request_url=url, **options)
        async with sandbox, asyncio.timeout(PATIENCE_SECONDS):
            await sandbox.person("maya").say("dm", "hello")
            await again.wait()
    assert seen == [(None, None), ("1", reason)]


async def test_no_retry_is_respected_and_a_dead_app_is_said(unused_tcp_port: int) -> None:
    calls = []

    async def handle(request: web.Request) -> web.Response:
        calls.append(request)
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    options: Json = {"delivery": "http", "retry_delays": (0.0,)}
    async with serving(handle) as url, Sandbox(WORKSPACE, MANIFEST, request_url=url, **options) as sandbox:
        maya = sandbox.person("maya")
        await maya.say("dm", "hello")
        await maya.command("/echo")
        assert len(calls) == 2
    url = f"http://127.0.0.1:{unused_tcp_port}/"
    async with Sandbox(WORKSPACE, MANIFEST, request_url=url, **options) as sandbox:
        maya = sandbox.person("maya")
        await maya.command("/echo")
        assert maya.sees()[-1]["text"] == '/echo failed with the error "dispatch_failed"'
