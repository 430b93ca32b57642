"""Senders that are killed or frozen in the middle of sending, as real processes over real databases."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.outbox.queue import put
from bot.store.engine import Database, db_now
from bot.store.schema.outbox import outbox
from tests.resilience.outbox_process import SETTINGS, FileChannel, make_sender
from tests.support.channel_log import message
from tests.support.databases import pass_time
from tests.support.factory import NOON
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
def channel(tmp_path: Path) -> FileChannel:
    return FileChannel(tmp_path / "channel.jsonl")


def decide(database: Database, *numbers: int) -> None:
    with database.begin() as session:
        for number in numbers:
            assert put(session, message(f"m{number}", f"C{number % 3}"), NOON)


@contextmanager
def process(database: Database, channel: FileChannel, moment: str, key: str) -> Iterator[subprocess.Popen[str]]:
    """A sender process that has come to `moment` of sending `key`; killed at the end, if it still lives."""
    url = database.url.render_as_string(hide_password=False)
    seconds = str(database.clock_offset.total_seconds())
    command = [sys.executable, "-m", "tests.resilience.outbox_process", url, seconds, str(channel.path), moment, key]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            assert child.stdout is not None
            while line := child.stdout.readline():
                if line.strip() == f"at {key}":
                    break
            else:
                raise AssertionError("the sender never came to the place where it should die")
            yield child
        finally:
            child.kill()


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.key: row.state for row in session.execute(select(outbox.c.key, outbox.c.state))}


def assert_each_once_and_in_order(channel: FileChannel, numbers: range) -> None:
    posts = channel.read()
    assert sorted(key for _, key, _ in posts) == sorted(f"m{number}" for number in numbers)
    for name in {name for _, _, name in posts}:
        order = [int(key[1:]) for _, key, where in posts if where == name]
        assert order == sorted(order)


async def test_senders_killed_one_after_the_other_lose_and_double_nothing(
    database: Database, channel: FileChannel
) -> None:
    decide(database, *range(12))
    for moment, key in (("after", "m1"), ("before", "m5")):
        with process(database, channel, moment, key) as child:
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert states(database)[key] == "sending"
        pass_time(database, SETTINGS.lease_seconds)
    await make_sender(database, channel).drain()
    assert set(states(database).values()) == {"sent"}
    assert_each_once_and_in_order(channel, range(12))


async def test_a_sender_frozen_past_its_lease_sends_once_when_it_wakes(
    database: Database, channel: FileChannel
) -> None:
    decide(database, 0)
    with process(database, channel, "before", "m0") as child:
        child.send_signal(signal.SIGSTOP)
        await eventually(lambda: lease_is_over(database))
        if database.dialect == "postgresql":  # a SQLite file belongs to one process, frozen or not
            assert await make_sender(database, channel).drain() == 1
        channel.path.with_suffix(".go").touch()
        child.send_signal(signal.SIGCONT)
        await eventually(lambda: states(database)["m0"] == "sent")
        decide(database, 1)
        await eventually(lambda: states(database)["m1"] == "sent")
        child.send_signal(signal.SIGTERM)
        await asyncio.to_thread(child.wait)
    assert_each_once_and_in_order(channel, range(2))


def lease_is_over(database: Database) -> bool:
    with database.reading() as session:
        lease: datetime | None = session.execute(select(outbox.c.lease_until)).scalar_one()
        return lease is not None and lease < db_now(session)
