"""slack_sdk's AsyncWebClient alone: posts one message to each of many channels, as fast as it can.

`python -m tests.bench.poster FILE MESSAGES HANDS` prints, as `result JSON`, messages a second and processor seconds a
message. FILE holds what chat.postMessage takes beside the channel.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient


async def main(content: dict[str, Any], messages: int, hands: int) -> None:
    """Post with so many hands at once, after one message that opens the connections."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"], session=session)
        stamps: list[float] = []
        channels = iter(range(1, messages + 1))

        async def post() -> None:
            for number in channels:
                answer = await client.chat_postMessage(channel=f"C0BENCH{number}", **content)
                stamps.append(float(answer["ts"]))

        await client.chat_postMessage(channel="C0BENCH1", **content)
        cpu = time.process_time()
        await asyncio.gather(*(post() for _ in range(hands)))
        cpu = time.process_time() - cpu
    rate = (messages - 1) / (max(stamps) - min(stamps))
    print("ready\nresult", json.dumps({"rate": rate, "cpu": cpu / messages}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8")), int(sys.argv[2]), int(sys.argv[3])))
