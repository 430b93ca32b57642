"""The sender's loop: what wakes it, how it stops, replicas that race, a database that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg

from bot.outbox.queue import put
from bot.store.engine import Database
from tests.support.channel_log import FAST, ChannelLog, Office, message
from tests.support.databases import Databases, Postgres
from tests.support.factory import NOON, add_workspace
from tests.support.statements import statements
from tests.support.waiting import eventually

DEAF = replace(FAST, poll_seconds=3600)


@asynccontextmanager
async def running(*offices: Office) -> AsyncIterator[None]:
    """Senders that run for the block and stop gracefully after it."""
    tasks = [asyncio.create_task(office.sender.run()) for office in offices]
    try:
        yield
    finally:
        for office in offices:
            await office.sender.stop()
        await asyncio.gather(*tasks)


async def test_a_commit_wakes_the_sender_of_its_process(database: Database) -> None:
    office = Office(database, settings=DEAF)
    async with running(office):
        await asyncio.to_thread(office.put, message("a"))
        await eventually(lambda: office.channels.keys() == ["a"])


async def test_a_commit_wakes_the_sender_of_another_replica(postgres: Postgres) -> None:
    name = postgres.create()
    here, there = Database(postgres.url(name)), Database(postgres.url(name))
    add_workspace(here)
    office = Office(there, settings=DEAF)
    async with running(office):
        await eventually(lambda: listeners(postgres, name) == 1)
        with here.begin() as session:
            put(session, message("a"), NOON)
        await eventually(lambda: office.channels.keys() == ["a"])
    here.dispose()
    there.dispose()
    postgres.drop(name)


async def test_a_savepoint_does_not_wake_and_its_commit_does(database: Database) -> None:
    office = Office(database, settings=DEAF)
    with database.begin() as session:
        with session.begin_nested():
            put(session, message("a"), NOON)
        with session.begin_nested() as undone:
            put(session, message("b", "C2"), NOON)
            undone.rollback()
    async with running(office):
        await eventually(lambda: office.channels.keys() == ["a"])


async def test_a_moved_clock_sends_what_has_become_due(database: Database) -> None:
    office = Office(database, settings=DEAF)
    office.put(message("a", due_at=NOON + timedelta(days=3)))
    async with running(office):
        await eventually(lambda: office.ends()["a"][0] == "waiting")
        office.clock.move(days=3)
        office.wakeup.set()
        await eventually(lambda: office.channels.keys() == ["a"])


async def test_stopping_finishes_what_is_being_sent_and_takes_nothing_new(database: Database) -> None:
    office = Office(database, settings=replace(DEAF, hands=1))
    office.transport.hold = asyncio.Event()
    office.put(message("a"), message("b", "C2"))
    run = asyncio.create_task(office.sender.run())
    await office.transport.delivering.wait()
    stop = asyncio.create_task(office.sender.stop())
    await asyncio.sleep(0)
    assert not stop.done()
    office.transport.hold.set()
    await stop
    await run
    assert office.channels.keys() == ["a"]
    assert office.ends() == {"a": ("sent", "effectively once"), "b": ("waiting", None)}


async def test_stopping_hands_back_what_is_claimed_and_not_yet_sent(database: Database) -> None:
    office = Office(database, settings=DEAF)
    office.transport.hold_rendering = asyncio.Event()
    office.put(message("a"))
    run = asyncio.create_task(office.sender.run())
    await office.transport.rendering.wait()
    stop = asyncio.create_task(office.sender.stop())
    await asyncio.sleep(0)
    office.transport.hold_rendering.set()
    await stop
    await run
    assert office.channels.posts == []
    assert office.ends()["a"] == ("waiting", None)


async def test_a_sender_that_stops_wakes_the_others_for_what_it_leaves(database: Database) -> None:
    leaving, staying = Office(database, settings=DEAF), Office(database, settings=DEAF)
    leaving.transport.hold = asyncio.Event()
    leaving.put(message("a"), message("b"))
    run = asyncio.create_task(leaving.sender.run())
    await leaving.transport.delivering.wait()
    async with running(staying):
        await eventually(lambda: staying.wakeup.waits)
        stop = asyncio.create_task(leaving.sender.stop())
        leaving.transport.hold.set()
        await stop
        await run
        await eventually(lambda: staying.channels.keys() == ["b"])
    assert leaving.channels.keys() == ["a"]


async def test_two_replicas_race_and_every_message_is_posted_once_and_in_order(databases: Databases) -> None:
    url = databases.fresh()
    shared = ChannelLog()
    one, two = Office(Database(url), shared, settings=DEAF), Office(Database(url), shared, settings=DEAF)
    add_workspace(one.database)
    one.put(*(message(f"{n:03}", f"C{n % 20}") for n in range(200)))
    async with running(one, two):
        await eventually(lambda: one.sender.finished + two.sender.finished == 200)
    assert sorted(shared.keys()) == [f"{n:03}" for n in range(200)]
    for channel in range(20):
        order = [post.key for post in shared.posts if post.channel == f"C{channel}"]
        assert order == sorted(order)
    one.database.dispose()
    two.database.dispose()


async def test_a_database_that_goes_away_is_waited_for(postgres: Postgres) -> None:
    name = postgres.create()
    database = Database(postgres.url(name))
    add_workspace(database)
    office = Office(database, settings=DEAF)
    office.transport.hold = asyncio.Event()
    office.put(message("a"))
    async with running(office):
        await office.transport.delivering.wait()
        disconnect_all(postgres, name)
        office.transport.hold.set()
        await eventually(lambda: office.ends()["a"] == ("sent", "effectively once"))
        await eventually(lambda: listeners(postgres, name) == 1)
        await asyncio.to_thread(office.put, message("b"))
        await eventually(lambda: office.ends()["b"][0] == "sent")
    assert office.channels.keys() == ["a", "b"]
    database.dispose()
    postgres.drop(name)


async def test_an_idle_sender_asks_the_database_nothing(database: Database) -> None:
    office = Office(database, settings=DEAF)
    office.put(message("a"))
    async with running(office):
        await eventually(lambda: office.ends()["a"][0] == "sent")
        await eventually(lambda: office.wakeup.waits[-1] == DEAF.poll_seconds)
    idle = Office(database)
    with statements(database) as asked:
        turn = await idle.sender.turn()
    assert (turn.claimed, turn.recorded, turn.wait) == (0, [], None), "it waits until it is woken"
    assert idle.wakeup.times_woken == 0 and not any("NOTIFY" in statement for statement in asked), "it wakes nobody"


def listeners(postgres: Postgres, name: str) -> int:
    with psycopg.connect(postgres.url(name)) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def disconnect_all(postgres: Postgres, name: str) -> None:
    with psycopg.connect(postgres.url(name)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
