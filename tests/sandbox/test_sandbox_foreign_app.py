"""Any Bolt app runs on the sandbox: this one knows nothing of the project."""

from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox


@pytest.mark.silent_app
async def test_a_ten_line_foreign_bolt_app_runs_on_the_sandbox(sandbox: Sandbox) -> None:
    app = AsyncApp(client=AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url))

    @app.command("/echo")
    async def echo(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You said: {command['text']}")

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say(f"Hello <@{event['user']}>!")

    handler: Any = AsyncSocketModeHandler(app, sandbox.app_token)
    await handler.connect_async()
    await sandbox.connected()
    maya = sandbox.person("maya")

    await maya.command("/echo good morning")
    await maya.say("general", "<@BOT> are you there?")

    assert (maya.sees()[0]["text"], maya.sees()[0]["ephemeral"]) == ("You said: good morning", True)
    answer = await sandbox.wait_for(lambda: sandbox.messages("general")[1])
    assert maya.text(answer) == "Hello @Maya Lindqvist!"
    assert sandbox.person("tom").sees() == sandbox.messages("general")
    await handler.close_async()
