"""What an operator does with the outbox by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.outbox import operating
from bot.outbox.operating import CannotOperate
from bot.outbox.outcome import Claimed, Outcome, Outgoing, Refused, Result, Sent, State
from bot.outbox.queue import claim, put
from bot.outbox.settle import Pace, finish
from bot.store.delivery import outbox
from bot.store.engine import Database
from tests.services.databases import NOON, pass_time

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
        return [(row.key, row.state) for row in operating.listed(session, wanted, 10)]


def test_a_dead_message_is_listed_and_sent_again(queued: Database) -> None:
    (first,) = take(queued)
    settle(queued, first, Refused("is_archived"))
    assert states(queued, State.DEAD) == [("a", State.DEAD)]
    assert [key for key, _ in states(queued)] == ["a", "b"]
    with queued.begin() as session:
        assert operating.dead(session) == [first.id]
        operating.retry(session, first.id)
    (again,) = take(queued)
    assert (again.key, again.failures) == ("a", 0)
    settle(queued, again, Sent("C1", "1.1"))
    with queued.reading() as session:
        assert operating.shown(session, first.id)["sent_ts"] == "1.1"
    with queued.begin() as session, pytest.raises(CannotOperate, match="was sent already"):
        operating.retry(session, first.id)


def test_a_dropped_message_lets_the_next_one_go(queued: Database) -> None:
    with queued.begin() as session:
        operating.drop(session, 1, "sent by hand", NOON)
    assert [row.key for row in take(queued)] == ["b"]
    with queued.reading() as session:
        row = operating.shown(session, 1)
    assert (row["state"], row["note"], row["finished_at"]) == ("dropped", "dropped by hand: sent by hand", NOON)
    with queued.begin() as session, pytest.raises(CannotOperate, match="dropped already"):
        operating.drop(session, 1, "again", NOON)
    with queued.begin() as session:
        operating.retry(session, 1)
    assert ("a", State.WAITING) in states(queued)


def test_what_is_being_sent_is_left_alone_until_its_lease_is_over(queued: Database) -> None:
    (row,) = take(queued)
    with queued.begin() as session, pytest.raises(CannotOperate, match="being sent by replica"):
        operating.drop(session, row.id, "no", NOON)
    pass_time(queued, 31)
    with queued.begin() as session:
        operating.drop(session, row.id, "lost", NOON)
    settle(queued, row, Refused("too_late"))
    assert states(queued, State.DROPPED) == [("a", State.DROPPED)]


def test_a_delayed_message_is_tried_at_once(queued: Database) -> None:
    with queued.begin() as session:
        operating.drop(session, 2, "not needed", NOON)
        session.execute(update(outbox).where(outbox.c.id == 1).values(ready_at=NOON.replace(year=2999)))
    assert take(queued) == []
    with queued.begin() as session:
        operating.retry(session, 1)
    assert [row.key for row in take(queued)] == ["a"]


def test_a_message_that_is_not_there_says_so(database: Database) -> None:
    with database.begin() as session, pytest.raises(CannotOperate, match="no message 7"):
        operating.shown(session, 7)


def test_a_message_whose_sender_vanished_is_looked_for_when_it_is_retried(queued: Database) -> None:
    (first,) = take(queued)
    pass_time(queued, 31)
    with queued.begin() as session:
        operating.retry(session, first.id)
    (again,) = take(queued)
    assert (again.in_doubt, again.claimed_at) == (True, first.claimed_at)
