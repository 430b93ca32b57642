"""The demo's book on a stage whose clock stands still: the same customers on the same days whenever it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.demo.past import WORKSPACE, Past
from bot.demo.shared_channel import tell_whose_it_is
from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support.bot_process import Stage, staged
from tests.support.databases import in_the_morning

START = datetime(2026, 12, 1, 8, tzinfo=UTC)
"""A Tuesday, nine o'clock where the manager is."""


@asynccontextmanager
async def demo_stage(folder: Path) -> AsyncIterator[Stage]:
    """The book as it is at `START`, everybody with one message in the morning, in an empty `folder`."""
    database = Database(f"sqlite:///{folder / 'proofline.db'}")
    upgrade(database)
    with database.begin() as session:
        _write(session)
    database.dispose()
    async with staged(folder, at=START, workspace=yaml.safe_load(WORKSPACE.read_text("utf-8"))) as stage:
        await stage.settle()
        yield stage


def _write(session: Session) -> None:
    tell_whose_it_is(session, Past(session, START).play(), START)
    in_the_morning(session)
    # all workspaces: the demo has one
    session.execute(delete(outbox).where(outbox.c.kind == "demo_welcome"))  # a kind that only the demo's bot knows
