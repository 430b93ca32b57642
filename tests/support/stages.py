"""The fixtures `stage`, over Socket Mode, and `stages`, once over Socket Mode and once over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.bot_process import Stage, staged


@pytest.fixture
async def stage(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """A bot on its sandbox over Socket Mode."""
    async with staged(tmp_path, database=sqlite_template) as running:
        yield running


@pytest.fixture(params=["socket", "http"])
async def stages(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """A bot on its sandbox, once over Socket Mode and once over HTTP."""
    async with staged(tmp_path, database=sqlite_template, delivery=request.param) as running:
        yield running
