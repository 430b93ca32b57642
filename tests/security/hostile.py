"""What attackers send: raw HTTP requests, signed or not, and an address of theirs where nothing must arrive."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.support.waiting import PATIENCE_SECONDS

Headers = Sequence[tuple[str, str]]
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SLACK_PATH = "/slack/events"


@dataclass
class Listener:
    """A server of the attacker's, and the first line of every request that reached it."""

    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/steal"


@asynccontextmanager
async def listener() -> AsyncIterator[Listener]:
    """An attacker who waits for somebody to post."""
    made = Listener()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.requests.append((await reader.readline()).decode("latin-1"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


def signed(secret: str, body: bytes, timestamp: str | None = None) -> list[tuple[str, str]]:
    """The headers with which Slack signs this body; `timestamp` instead of now."""
    at = timestamp or str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + at.encode("latin-1") + b":" + body, hashlib.sha256).hexdigest()
    return [("X-Slack-Request-Timestamp", at), ("X-Slack-Signature", f"v0={digest}")]


def press(user_id: str, team_id: str, **more: Any) -> dict[str, Any]:
    """The payload of a button that no listener knows."""
    action = {"action_id": "forged", "block_id": "b", "action_ts": "1.0", "type": "button", "value": "1"}
    return {
        "type": "block_actions",
        "user": {"id": user_id, "team_id": team_id},
        "team": {"id": team_id},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": "C1"},
        "trigger_id": "1.2.3",
        "actions": [action],
        **more,
    }


def as_form(payload: dict[str, Any]) -> bytes:
    """An interaction's payload as Slack posts it."""
    return urlencode({"payload": json.dumps(payload)}).encode()


async def send(port: int, body: bytes, headers: Headers, method: str = "POST", path: str = SLACK_PATH) -> int:
    """The status of the answer to a raw request with this body; header values may hold any byte (latin-1)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fields = [("Host", "bot"), ("Connection", "close"), ("Content-Length", str(len(body))), *headers]
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    writer.write(head.encode("latin-1") + body)
    try:
        return await status_of(reader)
    finally:
        writer.close()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of the answer that comes next; 0 when the connection ends without one."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            line = await reader.readline()
        except ConnectionError:
            return 0
    return int(line.split(b" ", 2)[1]) if line else 0
