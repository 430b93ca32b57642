"""What an operator does with the outbox by hand."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.outbox import admin as outbox_admin
from bot.outbox.admin import CannotOperate
from bot.outbox.queue import claim, put
from bot.outbox.reconcile import UNKNOWN
from bot.outbox.record_results import Pace, finish
from bot.outbox.types import Ambiguous, Claimed, Note, NotSent, Outcome, Outgoing, PermanentFailure, Result, Sent, State
from bot.store.engine import Database
from bot.store.schema.outbox import outbox, workspace_gate
from tests.support.channel_log import FAST, Office
from tests.support.databases import pass_time
from tests.support.factory import NOON
from tests.support.refusals import says
from tests.support.waiting import eventually

MESSAGE = Outgoing(key="a", workspace_id=1, kind="risk", channel="C1", due_at=NOON)


@pytest.fixture
def queued(database: Database) -> Database:
    """Two messages in one channel."""
    with database.begin() as session:
        for key in ("a", "b"):
            put(session, replace(MESSAGE, key=key), NOON)
    return database


def take(database: Database) -> list[Claimed]:
    with database.begin() as session:
        return claim(session, NOON, limit=5, lease_seconds=30, owner="replica").rows


def settle(database: Database, row: Claimed, outcome: Outcome) -> None:
    with database.begin() as session:
        finish(session, NOON, [Result(row, outcome)], Pace(channel_seconds=0, settle_seconds=0))


def states(database: Database, *wanted: State) -> list[tuple[str, State]]:
    with database.reading() as session:
        return [(row.key, row.state) for row in outbox_admin.listed(session, wanted, 10)]


def test_a_dead_message_is_listed_and_sent_again(queued: Database) -> None:
    (first,) = take(queued)
    settle(queued, first, PermanentFailure("is_archived"))
    assert states(queued, State.DEAD) == [("a", State.DEAD)]
    assert [key for key, _ in states(queued)] == ["a", "b"]
    with queued.begin() as session:
        assert outbox_admin.dead(session) == [first.id]
        outbox_admin.retry(session, first.id)
    (again,) = take(queued)
    assert (again.key, again.failures) == ("a", 0)
    settle(queued, again, Sent("C1", "1.1"))
    with queued.reading() as session:
        assert outbox_admin.shown(session, first.id)["sent_ts"] == "1.1"
    with queued.begin() as session, pytest.raises(CannotOperate, check=says("was sent already")):
        outbox_admin.retry(session, first.id)


def test_a_dropped_message_lets_the_next_one_go(queued: Database) -> None:
    with queued.begin() as session:
        outbox_admin.drop(session, 1, "sent by hand", NOON)
    assert [row.key for row in take(queued)] == ["b"]
    with queued.reading() as session:
        row = outbox_admin.shown(session, 1)
    assert (row["state"], row["note"], row["finished_at"]) == ("dropped", "dropped by hand: sent by hand", NOON)
    with queued.begin() as session, pytest.raises(CannotOperate, check=says("dropped already")):
        outbox_admin.drop(session, 1, "again", NOON)
    with queued.begin() as session:
        outbox_admin.retry(session, 1)
    assert ("a", State.WAITING) in states(queued)


def test_what_is_being_sent_is_left_alone_until_its_lease_is_over(queued: Database) -> None:
    (row,) = take(queued)
    with queued.begin() as session, pytest.raises(CannotOperate, check=says("being sent by replica")):
        outbox_admin.drop(session, row.id, "no", NOON)
    pass_time(queued, 31)
    with queued.begin() as session:
        outbox_admin.drop(session, row.id, "lost", NOON)
    settle(queued, row, PermanentFailure("too_late"))
    assert states(queued, State.DROPPED) == [("a", State.DROPPED)]


def test_a_delayed_message_is_tried_at_once(queued: Database) -> None:
    with queued.begin() as session:
        outbox_admin.drop(session, 2, "not needed", NOON)
        session.execute(update(outbox).where(outbox.c.id == 1).values(ready_at=NOON.replace(year=2999)))
    assert take(queued) == []
    with queued.begin() as session:
        outbox_admin.retry(session, 1)
    assert [row.key for row in take(queued)] == ["a"]


def test_a_message_that_is_not_there_says_so(database: Database) -> None:
    with database.begin() as session, pytest.raises(CannotOperate, check=says("no message 7")):
        outbox_admin.shown(session, 7)


def test_a_message_whose_sender_vanished_is_looked_for_when_it_is_retried(queued: Database) -> None:
    (first,) = take(queued)
    pass_time(queued, 31)
    with queued.begin() as session:
        outbox_admin.retry(session, first.id)
    (again,) = take(queued)
    assert (again.in_doubt, again.doubt_from) == (True, first.doubt_from)


def drop(database: Database, row_id: int) -> None:
    with database.begin() as session:
        outbox_admin.drop(session, row_id, "stuck", NOON)


def retry(database: Database, row_id: int) -> None:
    with database.begin() as session:
        outbox_admin.retry(session, row_id)


@pytest.mark.parametrize("posted", [True, False])
async def test_what_a_vanished_sender_posted_is_not_sent_again_after_drop_and_retry(
    queued: Database, posted: bool
) -> None:
    office = Office(queued)
    (first,) = take(queued)
    if posted:
        office.channels.post(first)
    pass_time(queued, 31)
    drop(queued, first.id)
    await office.sender.drain()
    assert office.channels.keys() == ["a", "b"] if posted else ["b"]
    retry(queued, first.id)
    await office.sender.drain()
    assert sorted(office.channels.keys()) == ["a", "b"]
    assert office.channels.looked == {"a": 1}
    assert office.ends()["a"] == ("sent", Note.RECONCILED if posted else Note.ONCE)


def test_a_doubt_outlives_dropping_and_dropping_again(queued: Database) -> None:
    (first,) = take(queued)
    settle(queued, first, Ambiguous("timeout"))
    for _ in range(2):
        drop(queued, first.id)
        retry(queued, first.id)
    (again,) = take(queued)
    assert (again.in_doubt, again.doubt_from) == (True, first.doubt_from)


def test_what_was_sent_without_looking_is_in_doubt_whatever_slack_said_in_the_end(queued: Database) -> None:
    (first,) = take(queued)
    settle(queued, replace(first, in_doubt=True, blind=1), PermanentFailure("is_archived"))
    retry(queued, first.id)
    (again,) = take(queued)
    assert (again.in_doubt, again.blind) == (True, 0)


def test_a_message_that_nobody_could_look_for_stays_in_doubt_when_it_was_dropped(queued: Database) -> None:
    (first,) = take(queued)
    settle(queued, first, PermanentFailure(UNKNOWN))
    drop(queued, first.id)
    retry(queued, first.id)
    (again,) = take(queued)
    assert again.in_doubt


def test_what_was_never_tried_is_not_in_doubt(queued: Database) -> None:
    drop(queued, 1)
    retry(queued, 1)
    (first,) = take(queued)
    assert (first.key, first.in_doubt) == ("a", False)


async def test_a_late_word_of_a_sender_that_woke_up_does_not_undo_a_drop(queued: Database) -> None:
    office = Office(queued)
    (first,) = take(queued)
    post = office.channels.post(first)
    pass_time(queued, 31)
    drop(queued, first.id)
    settle(queued, first, Sent(post.channel, post.ts))
    assert states(queued, State.DROPPED) == [("a", State.DROPPED)]
    retry(queued, first.id)
    await office.sender.drain()
    assert office.channels.keys() == ["a", "b"]
    assert office.ends()["a"] == ("sent", Note.RECONCILED)


async def test_what_queued_behind_a_dropped_message_goes_at_once(queued: Database) -> None:
    office = Office(queued, settings=replace(FAST, poll_seconds=3600))
    office.channels.before["a"] = [NotSent("Slack asked for it", retry_after=3600)]
    running = asyncio.create_task(office.sender.run())
    await eventually(lambda: office.ends()["a"] == ("waiting", "Slack asked for it"))
    with queued.begin() as session:
        session.execute(update(workspace_gate).values(blocked_until=None))
    drop(queued, 1)
    await eventually(lambda: office.channels.keys() == ["b"])
    await office.sender.stop()
    await running
