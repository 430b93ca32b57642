"""The doctor names what is wrong, a line each, with the way to mend it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.settings import Settings
from bot.slack.doctor import examine
from bot.store import schema
from bot.wiring import Bot
from tests.support.bot_process import Stage, stranger


async def lines(settings: Settings, replicas: int = 1) -> tuple[bool, list[str]]:
    told: list[str] = []
    well = await examine(settings, lambda finding: told.append(str(finding)), replicas)
    return well, told


def portfolio(stage: Stage, name: str, channel: str) -> None:
    place = stage.sandbox.world.state.find_channel(channel)
    assert place is not None
    row = {"workspace_id": stage.workspace_id, "name": name, "channel": place.id}
    stage.write(lambda session: session.execute(insert(schema.portfolio).values(row)))


async def test_a_healthy_bot_has_nothing_to_mend(stage: Stage) -> None:
    portfolio(stage, "North", "cs-north")
    well, told = await lines(stage.bot.settings)
    assert well, told
    assert "✓ channel of North: #cs-north" in told
    assert "✓ owners: all found in Slack" in told
    assert "✓ way in: Socket Mode, 1 connection open" in told


async def test_channels_and_owners_that_nobody_reaches_are_named(stage: Stage) -> None:
    portfolio(stage, "Elsewhere", "elsewhere")
    owner: dict[str, Any] = {"workspace_id": stage.workspace_id, "name": "Jo Imported", "tz": "UTC"}
    stage.write(lambda session: session.execute(insert(schema.member).values(owner)))
    well, told = await lines(stage.bot.settings)
    assert not well
    assert "✗ channel of Elsewhere: the bot is not in #elsewhere. Write /invite @Proofline there." in told
    assert any(line.startswith("✗ owners: 1 not found in Slack: Jo Imported.") for line in told)


async def test_a_refused_token_is_named(stage: Stage) -> None:
    stage.sandbox.revoke_token()
    well, told = await lines(stage.bot.settings)
    assert not well
    assert any(line.startswith("✗ bot token: Slack refuses it (token_revoked). Install") for line in told)


async def test_a_paused_workspace_is_named_with_the_next_step_until_the_bot_starts_again(stage: Stage) -> None:
    stage.sandbox.revoke_token()
    message = Outgoing(
        key="news",
        workspace_id=stage.workspace_id,
        kind="undelivered",
        channel=stage.person("maya").id,
        destination=Destination.USER,
        args={"kind": "prompt", "place": "U1", "to_person": True, "code": "user_not_found"},
        due_at=stage.now,
    )
    stage.write(lambda session: put(session, message, stage.now))
    await stage.settle()

    well, told = await lines(stage.bot.settings)
    assert not well
    refused = (
        "✗ bot token: Slack refuses it (token_revoked). Install the app again from manifest.yml, copy the new token"
    )
    assert f"{refused}, then start the bot again." in told
    paused = "✗ sending: paused for Northwind CS since Slack said token_revoked."
    assert f"{paused} Once the token is well, start the bot again, and it sends what waits." in told

    stage.sandbox.restore_token()
    _, told = await lines(stage.bot.settings)
    assert f"{paused} The token is well again: start the bot again, and it sends what waits." in told

    again = Bot(stage.bot.settings.model_copy(update={"port": 0}), stage.clock)
    await again.start()
    await again.stop()
    await stage.settle()
    _, told = await lines(stage.bot.settings)
    assert "✓ sending: 0 messages waiting" in told
    assert len(stage.person("maya").dm()) == 1


async def test_what_is_not_set_up_yet_is_named(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic's own argument
        database_url=f"sqlite:///{tmp_path / 'new.db'}",
        slack_api_url="http://127.0.0.1:9/api/",
    )
    well, told = await lines(settings)
    assert not well
    assert any(line.startswith("✓ migrations: not those of this version yet; run brings them") for line in told)
    assert any("SLACK_BOT_TOKEN is not set" in line for line in told)


async def test_more_connections_than_replicas_are_told(stage: Stage) -> None:
    portfolio(stage, "North", "cs-north")
    async with stranger(stage.sandbox):
        well, told = await lines(stage.bot.settings)
        assert not well
        [way_in] = [line for line in told if "way in" in line]
        assert way_in.startswith("✗ way in: Socket Mode, 2 connections open. Expected at most 1. Stop what else runs")
        assert way_in.endswith("if you run 2 replicas, use doctor --replicas 2.")
        assert (await lines(stage.bot.settings, replicas=2))[0]
    assert (await lines(stage.bot.settings))[0]


async def test_an_app_without_a_free_connection_is_told(stage: Stage) -> None:
    async with AsyncExitStack() as strangers:
        for _ in range(9):
            await strangers.enter_async_context(stranger(stage.sandbox))
        _, told = await lines(stage.bot.settings, replicas=9)
    assert any(line.startswith("✗ way in: Socket Mode, 10 connections open.") for line in told)
