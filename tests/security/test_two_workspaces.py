"""Two workspaces in one database: what a process does for its own never touches the other's."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.values.clock import MovableClock
from bot.outbox import queue
from bot.outbox.types import Destination, Outgoing
from bot.rooms import with_pruning
from bot.settings import Settings
from bot.slack import doctor
from bot.store import members, schema, workspaces
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from bot.wiring import Bot, CannotStartError
from sandbox import Sandbox
from tests.support.bot_process import AT_ONCE, MANIFEST, TUESDAY, WORKSPACE, free_port, settings_for
from tests.support.cast import TEAM
from tests.support.factory import add_workspace
from tests.support.reading_aloud import RENDERER
from tests.support.two_workspaces import NOW, Filled, fill

OTHER_TEAM = {"id": "T0RIVAL", "name": "Rival CS", "domain": "rival-cs"}
LATER = NOW + timedelta(days=40)
JOBS = with_pruning(timedelta(days=31))


@pytest.fixture
def theirs(database: Database) -> Filled:
    """A workspace with a row of everything, and a message that is due, beside an empty one that we serve."""
    add_workspace(database, "T0RIVAL")
    with database.begin() as session:
        filled = fill(session, 2, "Rival")
        soon = {"next_prompt_at": NOW, "next_meeting_at": NOW + timedelta(hours=2), "active": True}
        session.execute(update(schema.cadence).values(soon))
        session.execute(update(schema.portfolio).values(next_digest_at=NOW))
        for number in range(3):
            queue.put(session, _message(number), NOW)
    return filled


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    """A migrated SQLite file."""
    return Path(shutil.copy(sqlite_template, tmp_path / "shared.db"))


def _message(number: int) -> Outgoing:
    return Outgoing(
        key=f"news:{number}",
        workspace_id=2,
        kind="undelivered",
        channel=f"U0RIVAL{number}",
        destination=Destination.USER,
        args={"kind": "prompt", "place": "U1", "to_person": True, "code": "user_not_found"},
        due_at=NOW,
    )


def _rows(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in schema.metadata.sorted_tables
        }


def _run_jobs(database: Database) -> set[str]:
    """Run every job once; the names of those that found work."""
    worked = set()
    for job in JOBS:
        with database.begin() as session:
            if job.do_one(session, LATER):
                worked.add(job.name)
    return worked


def test_the_clock_works_only_for_whom_it_serves(database: Database, theirs: Filled) -> None:
    database.serve([1])
    before = _rows(database)
    assert _run_jobs(database) == set()
    assert _rows(database) == before
    database.serve([2])
    assert {"open due prompts", "open due digests", "look at due accounts"} <= _run_jobs(database)


def test_the_sender_claims_only_for_whom_it_serves(database: Database, theirs: Filled) -> None:
    database.serve([1])
    with database.begin() as session:
        batch = queue.claim(session, LATER, limit=10, lease_seconds=60, owner="ours")
        assert (batch.rows, queue.rest(session, LATER, batch.at)) == ([], None)
    database.serve([2])
    with database.begin() as session:
        claimed = queue.claim(session, LATER, limit=10, lease_seconds=0, owner="theirs").rows
        assert {row.workspace_id for row in claimed} == {2}
        assert len(claimed) == 3
    database.serve([1])
    with database.begin() as session:  # their leases are over: still not ours to look for
        assert queue.claim(session, LATER, limit=10, lease_seconds=60, owner="ours").rows == []


@asynccontextmanager
async def _beside(file: Path, **how: Any) -> AsyncIterator[tuple[Sandbox, Bot]]:
    """The bot of another team on the same file, with a Slack and a token of its own."""
    async with AsyncExitStack() as stack:
        rival = {**WORKSPACE, "team": OTHER_TEAM}
        slack = await stack.enter_async_context(Sandbox(rival, MANIFEST, **how.pop("slack", {})))
        settings = settings_for(slack, file, free_port(), "socket")
        bot = Bot(settings, MovableClock(TUESDAY), sending=AT_ONCE, renderer=RENDERER, **how)
        await bot.start()
        stack.push_async_callback(bot.stop)
        await bot.wait_for_member_sync()
        yield slack, bot


async def test_two_bots_on_one_database_keep_to_their_own(file: Path) -> None:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(Sandbox({**WORKSPACE, "team": TEAM}, MANIFEST))
        settings = settings_for(slack, file, free_port(), "socket")
        ours = Bot(settings, MovableClock(TUESDAY), sending=AT_ONCE, renderer=RENDERER)
        await ours.start()
        stack.push_async_callback(ours.stop)
        await ours.wait_for_member_sync()
        rival_slack, theirs = await stack.enter_async_context(_beside(file, alone=False))
        with ours.database.begin() as session:
            for bot, sandbox in ((ours, slack), (theirs, rival_slack)):
                for handle in ("maya", "tom"):
                    person = sandbox.person(handle)
                    message = _message(0)
                    queue.put(
                        session,
                        Outgoing(
                            key=f"news:{handle}",
                            workspace_id=bot.where.workspace_id,
                            kind=message.kind,
                            channel=person.id,
                            destination=Destination.USER,
                            args={**message.args, "place": bot.where.team_id},
                            due_at=TUESDAY,
                        ),
                        TUESDAY,
                    )
        await ours.tick()
        assert [len(slack.person(handle).dm()) for handle in ("maya", "tom")] == [1, 1]
        assert [len(rival_slack.person(handle).dm()) for handle in ("maya", "tom")] == [0, 0]
        assert _states(ours.database, theirs.where.workspace_id) == ["waiting", "waiting"]
        await theirs.tick()
        assert [len(rival_slack.person(handle).dm()) for handle in ("maya", "tom")] == [1, 1]
        assert [len(slack.person(handle).dm()) for handle in ("maya", "tom")] == [1, 1]
        with ours.database.reading() as session:
            for bot in (ours, theirs):  # nobody was marked as left for the other's sake
                known = members.of_workspace(session, bot.where.workspace_id)
                assert [member.name for member in known if member.is_deactivated] == ["Dora Departed"]


def _states(database: Database, workspace_id: int) -> list[str]:
    with database.reading() as session:
        ours = outbox.c.workspace_id == workspace_id
        return list(session.execute(select(outbox.c.state).where(ours)).scalars())


async def test_a_database_of_another_workspace_refuses_the_start(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with database.begin() as session:
        workspaces.remember(session, TEAM["id"], TEAM["name"], NOW)
    before = _rows(database)
    told: list[str] = []
    with pytest.raises(CannotStartError) as refused:
        async with _beside(file):
            pass
    assert _rows(database) == before
    assert str(refused.value) == (
        "This database holds Northwind CS (T0NORTHWIND), but SLACK_BOT_TOKEN is for Rival CS (T0RIVAL): set"
        " DATABASE_URL to a database of its own, or SLACK_BOT_TOKEN to the token of the workspace that the database is"
        " for."
    )
    async with Sandbox({**WORKSPACE, "team": OTHER_TEAM}, MANIFEST) as slack:
        settings: Settings = settings_for(slack, file, free_port(), "socket")
        assert not await doctor.examine(settings, lambda finding: told.append(str(finding)))
    assert any(line.startswith("✗ workspace:") and line.endswith(str(refused.value)) for line in told)
    database.dispose()
