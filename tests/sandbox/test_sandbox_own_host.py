"""The sandbox answers only what is addressed to it: no other site's page, and no other name that points here."""

from __future__ import annotations

import asyncio

import pytest

from sandbox import Sandbox


async def status_of(sandbox: Sandbox, method: str, path: str, headers: list[str]) -> int:
    """The status of a request with these headers only."""
    port = int(sandbox.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{method} {path} HTTP/1.1", *[line.replace("PORT", str(port)) for line in headers], "Connection: close"]
    writer.write(("\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "headers",
    [
        ["Host: evil.example:PORT"],
        ["Host: evil.example:PORT", "Origin: http://evil.example:PORT"],
        ["Host: 127.0.0.1:PORT", "Origin: http://evil.example"],
        ["Host: 127.0.0.1:PORT", "Origin: https://127.0.0.1:PORT"],
        ["Host: 127.0.0.1:PORT", "Origin: null"],
        ["Host: 127.0.0.1:PORT", "Origin: http://127.0.0.1:1"],
        ["Host: 127.0.0.1:1"],
        ["Host: 127.0.0.1.evil.example:PORT"],
        ["Host: 127.0.0.1"],
    ],
    ids=lambda headers: " ".join(headers),
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/sandbox/workspace"), ("POST", "/sandbox/clock"), ("POST", "/api/auth.test")]
)
async def test_what_is_addressed_to_another_is_refused(
    sandbox: Sandbox, method: str, path: str, headers: list[str]
) -> None:
    assert await status_of(sandbox, method, path, headers) == 403


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_its_own_page_is_answered(sandbox: Sandbox, name: str) -> None:
    own = [f"Host: {name}:PORT", f"Origin: http://{name}:PORT"]
    assert await status_of(sandbox, "GET", "/sandbox/workspace", own) == 200
    assert await status_of(sandbox, "POST", "/api/auth.test", own) == 200
