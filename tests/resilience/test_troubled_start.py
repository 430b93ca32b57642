"""Slack in trouble at the very moment when a replica starts: found by `make chaos`, where every such start ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.values.clock import SystemClock
from bot.store.engine import Database
from bot.wiring import Bot, CannotStartError
from sandbox import Fault, Sandbox
from tests.support.bot_process import MANIFEST, WORKSPACE, free_port, settings_for
from tests.support.databases import Databases


def bot_on(sandbox: Sandbox, database: Database, directory: Path) -> Bot:
    url = database.url.render_as_string(hide_password=False)
    settings = settings_for(sandbox, directory / "unused", free_port(), "socket")
    return Bot(settings.model_copy(update={"database_url": url}), SystemClock())


@pytest.mark.parametrize("kind", ["error500", "drop_before", "ratelimited", "error:internal_error"])
async def test_a_replica_starts_once_slack_has_recovered(kind: str, databases: Databases, tmp_path: Path) -> None:
    database = Database(databases.empty())
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        sandbox.fault(Fault("auth.test", kind, count=2, retry_after=1))
        bot = bot_on(sandbox, database, tmp_path)
        await bot.start()
        assert bot.where.team == "Northwind CS"
        await bot.stop()
    database.dispose()


async def test_a_slack_that_does_not_recover_is_not_blamed_on_the_token(database: Database, tmp_path: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        sandbox.fault(Fault("auth.test", "error500", count=99))
        with pytest.raises(CannotStartError, match=r"does not answer as it should \(500\).*start again in a minute"):
            await bot_on(sandbox, database, tmp_path).start()


async def test_a_token_that_slack_refuses_is_not_tried_again(database: Database, tmp_path: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox:
        sandbox.fault(Fault("auth.test", "error:invalid_auth"))
        with pytest.raises(CannotStartError, match=r"refuses SLACK_BOT_TOKEN \(invalid_auth\)"):
            await bot_on(sandbox, database, tmp_path).start()
