"""/ready and /metrics are for whoever holds the token, if there is one, and name no host."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.values.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import Database
from bot.web import app as web_app
from bot.web.health import Health
from bot.web.server import WebServer
from bot.wiring import secrets_of
from tests.security.hostile import Headers, send
from tests.support.bot_process import free_port

TOKEN = "a-monitoring-token"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded() -> AsyncIterator[WebServer]:
    """The pages of a bot that has a token for them."""

    async def ready() -> web_app.Checks:
        return {"database": None}

    async def refresh() -> None: ...

    server = WebServer(web_app.build(ready, refresh, None, TOKEN), "127.0.0.1", 0)
    await server.start()
    yield server
    await server.stop()


async def page(server: WebServer, path: str, headers: Headers) -> int:
    return await send(server.port, b"", headers, "GET", path)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/ready", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", TOKEN)],
        [("Authorization", f"Basic {TOKEN}")],
        [("Authorization", f"Bearer {TOKEN[:-1]}")],
        [("Authorization", f"Bearer {TOKEN}x")],
        [("Authorization", f"Bearer {TOKEN.upper()}")],
        [("Authorization", "Bearer \u00e9")],
        [("Authorization", "Bearer wrong"), ("Authorization", f"Bearer {TOKEN}")],
        [("X-Authorization", f"Bearer {TOKEN}")],
    ],
    ids=str,
)
async def test_whoever_has_not_the_token_sees_nothing(guarded: WebServer, path: str, headers: Headers) -> None:
    assert await page(guarded, path, headers) == 401


@pytest.mark.asyncio(loop_scope="module")
async def test_whoever_has_the_token_sees_all_and_health_is_open(guarded: WebServer) -> None:
    bearer = [("Authorization", f"Bearer {TOKEN}")]
    assert [await page(guarded, path, bearer) for path in ("/ready", "/metrics")] == [200, 200]
    assert await page(guarded, "/health", []) == 200


def test_the_token_is_a_secret() -> None:
    settings = Settings(_env_file=None, monitoring_token=TOKEN)  # type: ignore[call-arg]  # pydantic's own argument
    assert TOKEN in secrets_of(settings) and TOKEN not in repr(settings)


async def test_readiness_names_no_host_no_user_and_no_file(tmp_path: Path) -> None:
    secret = f"{tmp_path.name}-secret"
    for url in (f"postgresql://proofline@127.0.0.1:{free_port()}/{secret}", f"sqlite:///{tmp_path / secret / 'x.db'}"):
        database = Database(url)
        checks = json.dumps(
            dict(await Health(database, SystemClock(), 1, connected=None, clock_trouble=lambda: None).ready())
        )
        database.dispose()
        assert "cannot be asked" in checks
        assert all(word not in checks for word in ("127.0.0.1", "proofline", secret, "port", "localhost"))


@pytest.mark.parametrize(
    ("given", "listens"),
    [
        ({"slack_app_token": "xapp-1"}, "127.0.0.1"),
        ({"slack_app_token": "xapp-1", "host": "0.0.0.0"}, "0.0.0.0"),
        ({"slack_signing_secret": "s"}, "0.0.0.0"),
        ({"slack_signing_secret": "s", "host": "10.0.0.1"}, "10.0.0.1"),
    ],
    ids=str,
)
def test_in_socket_mode_nobody_outside_is_listened_to_unless_told_so(given: dict[str, str], listens: str) -> None:
    assert Settings(_env_file=None, **given).listen_host == listens  # type: ignore[call-arg, arg-type]  # as above
