"""PostgreSQL behind a pooler that hands the server's connections from one transaction to the next."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.outbox.queue import put
from bot.outbox.wakeup import Wakeup
from bot.store.admin import backup
from bot.store.engine import Database, Use
from tests.support.channel_log import message
from tests.support.databases import Postgres
from tests.support.factory import NOON, add_workspace
from tests.support.pooler import pooled
from tests.support.tools import needs
from tests.support.waiting import PATIENCE_SECONDS

SETTINGS = ("lock_timeout", "idle_in_transaction_session_timeout", "timezone")
NOWHERE = Path("/nowhere/proofline.dump")


@pytest.fixture
def direct_url(postgres: Postgres) -> Iterator[str]:
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def behind(direct_url: str) -> Iterator[Database]:
    """A database that is reached through a pooler."""
    with pooled(direct_url) as url:
        database = Database(url, listen_url=direct_url)
        add_workspace(database)
        yield database
        database.dispose()


def settings_of(database: Database, *, hurried: bool) -> list[str]:
    with database.begin(hurried=hurried) as session:
        return [str(session.execute(text(f"SHOW {name}")).scalar_one()) for name in SETTINGS]


@pytest.mark.parametrize(("hurried", "lock_timeout"), [(False, "10s"), (True, "2s")])
def test_a_direct_connection_keeps_its_settings(direct_url: str, hurried: bool, lock_timeout: str) -> None:
    database = Database(direct_url)
    assert settings_of(database, hurried=hurried) == [lock_timeout, "15s", "UTC"]
    database.dispose()


def test_a_peer_that_vanished_is_noticed_while_a_statement_waits_and_while_none_does(direct_url: str) -> None:
    database = Database(direct_url)
    assert {name: database.url.query[name] for name in ("keepalives_idle", "tcp_user_timeout")} == {
        "keepalives_idle": "30",
        "tcp_user_timeout": "30000",
    }
    assert "tcp_user_timeout" not in backup.pg_dump(database, NOWHERE)


@needs("pgbouncer")
def test_the_driver_hands_the_time_out_to_the_system(direct_url: str) -> None:
    with pooled(direct_url) as url:
        database = Database(url, listen_url=direct_url)
        with database.reading() as session:
            driver = session.connection().connection.driver_connection
            assert driver is not None
            with closing(socket.socket(fileno=socket.dup(driver.fileno()))) as line:
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        database.dispose()


@needs("pgbouncer")
def test_every_transaction_has_its_settings(behind: Database) -> None:
    with behind.begin(), behind.begin(hurried=True):
        pass  # both connections of the pooler have served somebody
    for _ in range(3):
        assert settings_of(behind, hurried=False) == ["10s", "15s", "UTC"]
        assert settings_of(behind, hurried=True) == ["2s", "15s", "UTC"]


@needs("pgbouncer")
def test_a_statement_asked_often_needs_no_connection_of_its_own(behind: Database) -> None:
    for number in range(12):
        with behind.begin() as session:
            assert put(session, message(f"m{number}"), NOON)
        for use in (Use.READS, Use.HEALTH):
            with behind.reading(use) as session:
                assert session.execute(text("SELECT count(*) FROM outbox WHERE key <> :key"), {"key": "x"}).scalar_one()


@needs("pgbouncer")
async def test_replicas_wake_each_other_past_the_pooler(behind: Database, direct_url: str) -> None:
    with Wakeup(behind) as wakeup:
        listening = asyncio.create_task(wakeup.listen())
        await wakeup.wait(PATIENCE_SECONDS)  # it wakes once when it begins to listen
        other = Database(behind.url, listen_url=direct_url)
        await asyncio.to_thread(commit_one, other)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await wakeup.wait(2 * PATIENCE_SECONDS)
        other.dispose()
        listening.cancel()


def commit_one(database: Database) -> None:
    with database.begin() as session:
        put(session, message("a"), NOON)
