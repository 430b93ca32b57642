"""Accounts that were imported before the bot ever met Slack belong to the first team it meets."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.features.imports import target_workspace
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.features.workspace.adopt_imports import adopt_imported_accounts
from bot.settings import Settings
from bot.store import schema, workspaces
from bot.store.engine import Database
from sandbox import Sandbox
from tests.support.bot_process import MANIFEST, WORKSPACE

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


def settings(file: Path, url: str, token: str) -> Settings:
    return Settings(database_url=f"sqlite:///{file}", slack_api_url=url, slack_bot_token=token)


def teams(file: Path) -> list[tuple[int, str]]:
    database = Database(f"sqlite:///{file}")
    with database.reading() as session:
        rows = session.execute(select(schema.workspace.c.id, schema.workspace.c.team_id)).all()
    database.dispose()
    return [(row.id, row.team_id) for row in rows]


async def test_the_first_team_adopts_what_waited(file: Path) -> None:
    assert teams(file) == [(1, "pending")]
    async with Sandbox(WORKSPACE, MANIFEST) as slack:
        here = settings(file, slack.api_url, slack.bot_token)
        assert await asyncio.to_thread(adopt_imported_accounts, here)
        assert teams(file) == [(1, slack.world.state.team.id)]
        assert not await asyncio.to_thread(adopt_imported_accounts, here)
        database = Database(here.database_url)
        with database.begin() as session:
            assert workspaces.remember(session, slack.world.state.team.id, "Harborline", NOW) == 1
            assert target_workspace.find(session, None) == 1
        database.dispose()


async def test_without_slack_they_go_on_waiting(file: Path) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as slack:
        assert not await asyncio.to_thread(adopt_imported_accounts, settings(file, slack.api_url, "xoxb-wrong"))
        assert not adopt_imported_accounts(settings(file, slack.api_url, ""))
    assert not adopt_imported_accounts(settings(file, "http://127.0.0.1:9/api/", "xoxb-any"))
    assert teams(file) == [(1, "pending")]


def test_a_new_database_is_left_alone(tmp_path: Path) -> None:
    assert not adopt_imported_accounts(settings(tmp_path / "new.sqlite3", "http://127.0.0.1:9/api/", "xoxb-any"))
