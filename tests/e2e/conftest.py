"""The fixtures of the end-to-end tests: `stage` runs over Socket Mode, `stages` over Socket Mode and over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from tests.support.bot_process import Stage, staged


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating anew for every test would take most of its time."""
    file = tmp_path_factory.mktemp("migrated") / "proofline.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.dispose()
    return file


@pytest.fixture
async def stage(tmp_path: Path, migrated: Path) -> AsyncIterator[Stage]:
    """A bot on its sandbox over Socket Mode."""
    async with staged(tmp_path, database=migrated) as running:
        yield running


@pytest.fixture(params=["socket", "http"])
async def stages(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> AsyncIterator[Stage]:
    """A bot on its sandbox, once over Socket Mode and once over HTTP."""
    async with staged(tmp_path, database=migrated, delivery=request.param) as running:
        yield running
