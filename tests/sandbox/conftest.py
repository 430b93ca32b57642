"""A small workspace, a manifest, and a foreign Bolt app that runs on the sandbox."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.sandbox.fixtures import MANIFEST, WORKSPACE
from tests.support.waiting import PATIENCE_SECONDS

SLACKS_SECONDS = 3.0

RunApp = Callable[[AsyncApp], Awaitable[None]]


@pytest.fixture
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A running sandbox that waits for an app as long as a busy machine needs.

    A test in which the app stays silent is marked `silent_app`: there the sandbox waits only as long as Slack does.
    """
    patience = SLACKS_SECONDS if request.node.get_closest_marker("silent_app") else PATIENCE_SECONDS
    async with Sandbox(WORKSPACE, MANIFEST, ack_timeout=patience) as running:
        yield running


@pytest.fixture
async def hasty() -> AsyncIterator[Sandbox]:
    """A running sandbox that gives an app up quickly, and delivers twice more."""
    async with Sandbox(WORKSPACE, MANIFEST, ack_timeout=0.05, retry_delays=(0.0, 0.05)) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> AsyncWebClient:
    """slack_sdk's own client, with the app's token."""
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """A Bolt app without listeners yet."""
    return AsyncApp(client=client, process_before_response=True)


@pytest.fixture
async def run(sandbox: Sandbox) -> AsyncIterator[RunApp]:
    """Connects an app over Socket Mode until the test ends."""
    handlers: list[Any] = []

    async def start(app: AsyncApp) -> None:
        handler: Any = AsyncSocketModeHandler(app, sandbox.app_token)
        handlers.append(handler)
        await handler.connect_async()
        await sandbox.connected(len(handlers))

    yield start
    for handler in handlers:
        await handler.close_async()
