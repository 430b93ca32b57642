"""What a stranger can hold of the web server: how many connections, for how long, and how much of a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.bodies import Bodies, BodyRefusedError
from bot.web.server import Limits, WebServer
from tests.support.waiting import PATIENCE_SECONDS, eventually

QUICK = Limits(connections=8, request_seconds=0.2, answer_seconds=0.6, idle_seconds=1, head_bytes=2048)
PATIENT = Limits(connections=8, request_seconds=60, answer_seconds=60, idle_seconds=60, head_bytes=2048)
GET = b"GET /fast HTTP/1.1\r\nHost: bot\r\n\r\n"
HELD = b"GET /held HTTP/1.1\r\nHost: bot\r\n\r\n"
OK = b"HTTP/1.1 200 OK"


@dataclass
class Site:
    """A server whose page /held waits for `release`, and /read tells how many bytes a body had."""

    server: WebServer
    release: asyncio.Event
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self, first: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection over which `first` was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(first)
        self.writers.append(writer)  # one that nobody holds closes its connection
        return reader, writer


@asynccontextmanager
async def site(limits: Limits, bodies: Bodies | None = None) -> AsyncIterator[Site]:
    release, limited = asyncio.Event(), bodies or Bodies()

    async def fast(_: Request) -> Response:
        return PlainTextResponse("here")

    async def held(_: Request) -> Response:
        await release.wait()
        return PlainTextResponse("at last")

    async def big(_: Request) -> Response:
        return PlainTextResponse("x" * 20_000_000)

    async def read(request: Request) -> Response:
        try:
            return PlainTextResponse(str(len(await limited.read(request))))
        except BodyRefusedError as error:
            return PlainTextResponse(error.reason, error.status)

    routes = [Route("/fast", fast), Route("/held", held), Route("/big", big), Route("/read", read, methods=["POST"])]
    server = WebServer(Starlette(routes=routes), "127.0.0.1", 0, limits)
    made = Site(server, release)
    await server.start()
    try:
        yield made
    finally:
        release.set()
        for writer in made.writers:
            writer.close()
        await server.stop()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other side ends the connection, in whatever way."""
    got = bytearray()
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            while part := await reader.read(65536):
                got += part
        except ConnectionError:
            pass
    return bytes(got)


async def line_of(reader: asyncio.StreamReader) -> bytes:
    """The status line of the next answer, which has been read to its end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    return head.partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET /fast HT",
        b"GET /fast HTTP/1.1\r\nHost: bot\r\nX-Slow: ",
        b"POST /read HTTP/1.1\r\nHost: bot\r\nContent-Length: 10\r\n\r\nabc",
        b"POST /read HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        GET + b"GET /fast HTTP/1.1\r\nHo",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "a body in chunks", "half a second request"],
)
async def test_a_request_that_does_not_end_is_cut(beginning: bytes) -> None:
    async with site(QUICK) as slow:
        reader, _ = await slow.connect(beginning)
        assert (await rest_of(reader)).count(OK) == beginning.startswith(GET)
        await eventually(lambda: slow.server.connections == 0)


async def test_a_head_byte_by_byte_is_cut_although_something_always_comes() -> None:
    async with site(QUICK) as slow:
        reader, writer = await slow.connect(b"GET /fast HTTP/1.1\r\nX-Slow: ")
        ended = asyncio.create_task(rest_of(reader))
        sent = 0
        while not ended.done():
            writer.write(b"x")
            sent += 1
            await asyncio.wait({ended}, timeout=0.01)
        assert await ended == b""
        assert sent < QUICK.head_bytes


@pytest.mark.slow
async def test_a_client_that_does_not_read_its_answers_is_cut() -> None:
    async with site(QUICK) as slow:
        _, writer = await slow.connect(b"GET /big HTTP/1.1\r\nHost: bot\r\n\r\n" * 3)
        await eventually(lambda: slow.server.connections == 1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # it reads by itself otherwise
        await eventually(lambda: slow.server.connections == 0)


async def test_an_answer_may_take_longer_than_a_request() -> None:
    async with site(QUICK) as slow:
        reader, _ = await slow.connect(HELD)
        other, _ = await slow.connect(b"GET ")
        await rest_of(other)
        slow.release.set()
        assert await line_of(reader) == OK


async def test_a_connection_is_used_again() -> None:
    async with site(PATIENT) as patient:
        reader, writer = await patient.connect()
        for _ in range(3):
            writer.write(GET)
            assert await line_of(reader) == OK


async def test_slow_clients_push_out_each_other_and_not_who_has_something_to_say() -> None:
    async with site(PATIENT) as patient:
        held, _ = await patient.connect(HELD)
        slow = [await patient.connect(b"GET ") for _ in range(20)]
        for _ in range(5):
            reader, _ = await patient.connect(GET)
            assert await line_of(reader) == OK
            assert patient.server.connections <= PATIENT.connections
        for reader, _ in slow[:12]:
            assert await rest_of(reader) == b""
        patient.release.set()
        assert await line_of(held) == OK


async def test_when_all_are_being_answered_the_newcomer_goes() -> None:
    async with site(PATIENT) as patient:
        waiting = [(await patient.connect(HELD))[0] for _ in range(PATIENT.connections)]
        await eventually(lambda: patient.server.connections == PATIENT.connections)
        newcomer, _ = await patient.connect(GET)
        assert await rest_of(newcomer) == b""
        patient.release.set()
        assert [await line_of(reader) for reader in waiting] == [OK] * PATIENT.connections


@pytest.mark.parametrize("page", ["fast", "none"])
async def test_a_body_that_nobody_reads_is_not_taken_in(page: str) -> None:
    async with site(PATIENT) as patient:
        head = f"POST /{page} HTTP/1.1\r\nHost: bot\r\nContent-Length: 300000000\r\n\r\n"
        assert await flood(patient, head.encode()) < 30_000_000


async def flood(target: Site, head: bytes, chunk: bytes = b"x" * 65536, most: int = 300_000_000) -> int:
    """How many bytes of a body could be sent until the other side ended the connection."""
    reader, writer = await target.connect(head)
    ended = asyncio.create_task(rest_of(reader))
    sent = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sent < most and not ended.done():
            writer.write(chunk)
            sent += len(chunk)
            try:
                await asyncio.wait({ended, asyncio.create_task(writer.drain())}, return_when="FIRST_COMPLETED")
            except ConnectionError:
                break
    writer.transport.abort()
    await ended
    return sent


@pytest.mark.parametrize(
    ("fields", "body", "status"),
    [
        ("Content-Length: 1000000", b"x" * 1_000_000, b"200"),
        ("Content-Length: 1000001", b"", b"413"),
        (f"Content-Length: {10**17}", b"", b"413"),
        ("Content-Length: 1, 1000001", b"", b"400"),
        ("Content-Length: 1\r\nContent-Length: 2", b"", b"400"),
        ("Content-Length: -1", b"", b"400"),
        ("Content-Length: abc", b"", b"400"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
async def test_a_request_has_a_largest_size(fields: str, body: bytes, status: bytes) -> None:
    async with site(PATIENT) as patient:
        head = f"POST /read HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n{fields}\r\n\r\n"
        reader, _ = await patient.connect(head.encode() + body)
        assert (await rest_of(reader)).split(b" ")[1] == status


async def test_a_head_without_an_end_has_a_largest_size() -> None:
    async with site(PATIENT) as patient:
        reader, _ = await patient.connect(b"GET /fast HTTP/1.1\r\nX-Long: " + b"x" * PATIENT.head_bytes)
        assert (await rest_of(reader)).split(b" ")[1] == b"400"


async def test_a_body_in_chunks_has_the_same_largest_size() -> None:
    async with site(PATIENT) as patient:
        head = b"POST /read HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert await flood(patient, head, b"10000\r\n" + b"x" * 65536 + b"\r\n") < 30_000_000


async def test_large_bodies_together_have_a_largest_size_too_and_keep_out_no_small_one() -> None:
    async with site(PATIENT, Bodies(largest=1000, small=200, together=1600)) as patient:
        head = b"POST /read HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n"
        first, second = [await patient.connect(head + b"x" * 999) for _ in range(2)]
        for _ in range(2):
            third, _ = await patient.connect(head + b"x" * 999)
            assert (await line_of(third)).split(b" ")[1] == b"503"
            small, _ = await patient.connect(head.replace(b"1000", b"200") + b"x" * 200)
            assert await line_of(small) == OK
        for reader, writer in (first, second):
            writer.write(b"x")
            assert await line_of(reader) == OK
        fourth, _ = await patient.connect(head + b"x" * 1000)
        assert await line_of(fourth) == OK
