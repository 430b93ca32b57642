"""An app for `python -m sandbox --host tests.sandbox.hosted_echo:create`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.host import Jump


class Echo:
    """Answers every direct message with the same words."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        client = AsyncWebClient(token=environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"])
        self._app = AsyncApp(client=client)
        self._app.event("message")(self._echo)
        self._handler: Any = AsyncSocketModeHandler(self._app, environment["SLACK_APP_TOKEN"])

    async def _echo(self, event: dict[str, Any], say: Any) -> None:
        await say(f"Echo: {event['text']}")

    async def start(self) -> None:
        await self._handler.connect_async()

    async def stop(self) -> None:
        await self._handler.close_async()

    async def jumps(self) -> list[Jump]:
        return []

    async def move_clock(self, to: datetime) -> None:
        return None


def create(environment: Mapping[str, str]) -> Echo:
    return Echo(environment)
