"""What strangers send in masses costs neither memory nor descriptors, and holds up neither answers nor messages."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.web.server import Limits
from tests.security.hostile import SLACK_PATH, signed
from tests.support.bot_process import Stage, staged
from tests.support.waiting import PATIENCE_SECONDS

SLOW_CLIENTS = 800
FLOOD_BYTES = 300_000_000
PART = b"x" * 65_536


@pytest.fixture(autouse=True)
def enough_descriptors() -> Iterator[None]:
    """The attackers live in this process, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
async def target(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, database=sqlite_template, delivery="http") as running:
        yield running


def held_by(port: int) -> int:
    """How many connections the bot holds on this port."""
    return sum(
        connection.laddr.port == port and connection.status == psutil.CONN_ESTABLISHED
        for connection in psutil.Process().net_connections("tcp4")
    )


async def works(stage: Stage) -> None:
    """A command is answered, and a message that falls due arrives."""
    tom = stage.person("tom")
    said, told = len(tom.sees()), len(tom.dm())
    await tom.command("/proof help")
    assert "/proof" in tom.text(tom.sees()[said])
    due = Outgoing(
        key=f"news:{told}",
        workspace_id=stage.workspace_id,
        kind="undelivered",
        channel=tom.id,
        destination=Destination.USER,
        args={"kind": "digest", "place": "C0LOST", "to_person": False, "code": "is_archived"},
        due_at=stage.now,
    )
    stage.write(lambda session: put(session, due, stage.now))
    await stage.settle()
    assert len(tom.dm()) == told + 1


@asynccontextmanager
async def slow_clients(port: int, count: int) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """So many clients whose requests never end."""
    writers: list[asyncio.StreamWriter] = []
    with ExitStack() as closing:
        for _ in range(count):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            closing.callback(writer.transport.abort)
            writer.write(f"POST {SLACK_PATH} HTTP/1.1\r\nHost: bot\r\nX-Slow: ".encode())
            writers.append(writer)
        yield writers


async def test_slow_clients_hold_few_connections_and_nobody_up(target: Stage) -> None:
    async with slow_clients(target.bot.port, SLOW_CLIENTS) as writers:
        for _ in range(3):
            for writer in writers:
                writer.write(b"x")
            assert held_by(target.bot.port) <= Limits().connections
            await works(target)


async def flood(port: int, head: str, chunked: bool) -> int:
    """How many bytes of 300 MB the bot let this client send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    part = b"10000\r\n" + PART + b"\r\n" if chunked else PART
    sent = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            while sent < FLOOD_BYTES and not reader.at_eof():
                writer.write(part)
                sent += len(part)
                await writer.drain()
        except ConnectionError:
            pass
    writer.transport.abort()
    return sent


@pytest.mark.parametrize("length", [f"Content-Length: {FLOOD_BYTES}", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("looks_signed", [False, True], ids=["unsigned", "signed wrongly"])
async def test_a_flood_is_neither_read_nor_kept(target: Stage, length: str, looks_signed: bool) -> None:
    headers = signed("f" * 32, b"") if looks_signed else []
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"POST {SLACK_PATH} HTTP/1.1\r\nHost: bot\r\n{fields}{length}\r\n\r\n"
    await works(target)
    before = psutil.Process().memory_info().rss
    clients = [flood(target.bot.port, head, "chunked" in length) for _ in range(8)]
    sent, _ = await asyncio.gather(asyncio.gather(*clients), works(target))
    assert max(sent) < FLOOD_BYTES / 10
    assert psutil.Process().memory_info().rss - before < 64_000_000
