"""A process that is frozen between its decision to post and the first byte, past its lease."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.domain.values.clock import SystemClock
from bot.outbox.transport import Lease
from bot.outbox.types import Claimed, Destination, NotSent, Op, Sent
from bot.rooms import new_renderer
from bot.slack import app, lease_guard
from bot.slack.gateway import Gateway, Prepared
from bot.slack.markup import Message
from bot.store.engine import Database
from bot.wiring import Bot, CannotStartError
from sandbox import Sandbox
from tests.support.bot_process import MANIFEST, WORKSPACE, free_port, settings_for

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Frozen:
    """A steady clock of a process that is frozen for a minute after it was asked `looks` times."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 60.0


def row(channel: str) -> Claimed:
    return Claimed(
        id=1,
        workspace_id=1,
        key="prompt:1",
        uuid="0123",
        kind="prompt",
        args={},
        op=Op.POST,
        channel=channel,
        destination=Destination.CHANNEL,
        due_at=NOW,
        trace=None,
        token=1,
        failures=0,
        in_doubt=False,
        blind=0,
        doubt_from=NOW,
        taken_at=NOW,
        lease_until=NOW + timedelta(seconds=30),
    )


@pytest.mark.parametrize(("looks", "posted"), [(0, False), (1, False), (9, True)])
async def test_it_posts_nothing_when_it_wakes(database: Database, looks: int, posted: bool) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox, app.http_session() as http:
        channel = sandbox.world.state.find_channel("cs-north")
        assert channel is not None
        client = app.web_client(sandbox.bot_token, sandbox.api_url, http)
        gateway = Gateway(database, new_renderer(), SystemClock(), client, {})
        prepared = Prepared(row(channel.id), Message("Acme meets you soon", []))
        outcome = await gateway.deliver(prepared, Lease(30, 15, Frozen(looks)))
        assert isinstance(outcome, Sent if posted else NotSent)
        assert [message["text"] for message in sandbox.messages("cs-north")] == ["Acme meets you soon"] * posted
        again = await gateway.deliver(prepared, Lease(30, 15, Frozen(9)))
        assert isinstance(again, Sent), "the connection that was not used must not be left in the way"


async def test_a_version_of_aiohttp_that_does_not_ask_first_is_not_started_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lease_guard.prove()
    # A version that no longer calls what we override treats our class as its own.
    monkeypatch.setattr(lease_guard, "LeasedRequest", aiohttp.ClientRequest)
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        settings = settings_for(sandbox, tmp_path / "proofline.db", free_port(), "socket")
        with pytest.raises(CannotStartError, match=r"With aiohttp .* Install what constraints\.txt names\."):
            await Bot(settings, SystemClock()).start()
        assert sandbox.calls == []
