"""The smallest Bolt app that answers `/proof` over Socket Mode: what Slack's own libraries cost.

SLACK_API_URL, SLACK_BOT_TOKEN and SLACK_APP_TOKEN say where; REPLY is a file with the JSON that the command answers.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(answer: dict[str, Any]) -> None:
    """Connect, say that we are ready, and serve."""
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client)

    @app.command("/proof")
    async def proof(ack: AsyncAck) -> None:
        await ack(answer)

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt's is untyped
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    reply = os.environ.get("REPLY")
    asyncio.run(main(json.loads(Path(reply).read_text("utf-8")) if reply else {"text": "Here it is."}))
