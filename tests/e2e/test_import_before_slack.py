"""Accounts that were imported before the bot ever met Slack belong to the first team it meets."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.values.clock import MovableClock
from bot.features.imports import target_workspace
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.settings import Settings
from bot.store import schema
from bot.store.engine import Database
from bot.wiring import Bot, CannotStartError
from sandbox import Sandbox
from tests.support.bot_process import MANIFEST, WORKSPACE, free_port, settings_for

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    """A database with one imported account and a workspace that waits for Slack."""
    copy = tmp_path / "proofline.sqlite3"
    shutil.copy(sqlite_template, copy)
    database = Database(f"sqlite:///{copy}")
    with database.begin() as session:
        workspace_id = target_workspace.find_or_add(session, None, NOW)
    import_accounts(ImportRun(database, workspace_id, NOW), File("book.csv", b"Name\nAcme\n"), Options())
    database.dispose()
    return copy


def teams(file: Path) -> list[tuple[int, str]]:
    database = Database(f"sqlite:///{file}")
    with database.reading() as session:
        rows = session.execute(select(schema.workspace.c.id, schema.workspace.c.team_id)).all()
    database.dispose()
    return [(row.id, row.team_id) for row in rows]


async def start_and_stop(settings: Settings) -> None:
    bot = Bot(settings, MovableClock(NOW))
    await bot.start()
    await bot.stop()


async def test_the_first_team_adopts_what_waited(file: Path) -> None:
    assert teams(file) == [(1, "pending")]
    async with Sandbox(WORKSPACE, MANIFEST) as slack:
        here = settings_for(slack, file, free_port(), "socket")
        team_id = slack.world.state.team.id
        for _ in range(2):
            await start_and_stop(here)
            assert teams(file) == [(1, team_id)]
        database = Database(here.database_url)
        with database.reading() as session:
            assert target_workspace.find(session, None) == 1
        database.dispose()


async def test_without_slack_they_go_on_waiting(file: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as slack:
        here = settings_for(slack, file, free_port(), "socket")
        for token in ("xoxb-wrong", ""):
            with pytest.raises(CannotStartError):
                await start_and_stop(here.model_copy(update={"slack_bot_token": token}))
    assert teams(file) == [(1, "pending")]
