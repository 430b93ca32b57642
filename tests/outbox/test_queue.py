"""Putting and claiming: keys, order, gates, threads, updates; the same on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.outbox.pacing import block_workspace, pause_workspace, resume_workspace
from bot.outbox.queue import Batch, claim, put, rest
from bot.outbox.record_results import Pace, finish, mark_blind
from bot.outbox.types import (
    Claimed,
    HandedBack,
    Moot,
    Note,
    Op,
    Outcome,
    Outgoing,
    Result,
    ResultVerdict,
    Sent,
    UnknownKeyError,
)
from bot.store.engine import Database, db_now
from bot.store.schema.outbox import outbox
from tests.support.databases import pass_time
from tests.support.factory import NOON, add_workspace

LEASE = 30.0


def message(key: str, channel: str | None = "C1", minutes: float = 0, **more: object) -> Outgoing:
    values = {"workspace_id": 1, "kind": "prompt", "channel": channel, "due_at": NOON + timedelta(minutes=minutes)}
    return Outgoing(key=key, **{**values, **more})  # type: ignore[arg-type]  # a short hand for tests


def add(database: Database, *messages: Outgoing) -> list[bool]:
    with database.begin() as session:
        return [put(session, each, NOON) for each in messages]


def take(database: Database, limit: int = 10, owner: str = "me") -> list[Claimed]:
    return batch(database, limit, owner).rows


def batch(database: Database, limit: int = 10, owner: str = "me") -> Batch:
    with database.begin() as session:
        return claim(session, NOON, limit=limit, lease_seconds=LEASE, owner=owner)


def settle(database: Database, row: Claimed, outcome: Outcome, pace: Pace | None = None) -> ResultVerdict:
    with database.begin() as session:
        (entry,) = finish(session, NOON, [Result(row, outcome)], pace or Pace(channel_seconds=0))
        return entry.verdict


def keys(rows: list[Claimed]) -> list[str]:
    return [row.key for row in rows]


def test_a_key_is_put_once(database: Database) -> None:
    assert add(database, message("prompt:1"), message("prompt:1"), message("prompt:2")) == [True, False, True]
    assert add(database, message("prompt:1")) == [False]


def test_the_same_key_may_live_in_two_workspaces(database: Database) -> None:
    other = add_workspace(database, "T2")
    assert add(database, message("prompt:1"), message("prompt:1", workspace_id=other)) == [True, True]


def test_a_rolled_back_transaction_leaves_no_message(database: Database) -> None:
    with database.session() as session:
        put(session, message("prompt:1"), NOON)
    assert take(database) == []


def test_what_is_not_due_is_not_claimed(database: Database) -> None:
    add(database, message("later", minutes=1), message("now"))
    assert keys(take(database)) == ["now"]


def test_a_channel_has_one_row_in_flight_and_keeps_its_order(database: Database) -> None:
    add(database, message("third"), message("first", minutes=-5), message("second", minutes=-1), message("else", "C2"))
    seen = []
    for _ in range(3):
        first, *others = take(database)
        seen += keys([first, *others])
        assert take(database) == []
        for row in (first, *others):
            assert settle(database, row, Sent("C1", "1.1")) is ResultVerdict.RECORDED
    assert seen == ["first", "else", "second", "third"]


def test_a_message_put_earlier_than_those_that_queue_goes_first(database: Database) -> None:
    add(database, message("a"), message("b"))
    (row,) = take(database)
    assert row.key == "a"
    add(database, message("urgent", minutes=-60))
    assert take(database) == []
    settle(database, row, Sent("C1", "1.1"))
    assert keys(take(database)) == ["urgent"]


def test_two_claims_never_share_a_row(database: Database) -> None:
    add(database, *(message(f"m{n}", f"C{n}") for n in range(20)))
    with database.begin() as one:
        mine = claim(one, NOON, limit=12, lease_seconds=LEASE, owner="one").rows
    theirs = take(database, 20, "two")
    assert len(mine) == 12
    assert len(theirs) == 8
    assert not set(keys(mine)) & set(keys(theirs))


def test_a_long_backlog_of_one_channel_does_not_hide_the_others(database: Database) -> None:
    add(database, *(message(f"m{n:03}", minutes=-60) for n in range(100)), message("other", "C2"))
    first = batch(database, limit=2)
    assert keys(first.rows) == ["m000"]
    assert first.more
    assert keys(take(database, limit=2)) == ["other"]
    settle(database, first.rows[0], Sent("C1", "1.1"))
    assert keys(take(database, limit=2)) == ["m001"]


def test_an_expired_lease_is_taken_over_in_doubt(database: Database) -> None:
    add(database, message("prompt:1"))
    (row,) = take(database)
    assert not row.in_doubt
    pass_time(database, LEASE - 1)
    assert take(database) == []
    pass_time(database, 2)
    (again,) = take(database)
    assert again.in_doubt
    assert again.token == row.token + 1
    assert again.doubt_from == row.doubt_from
    assert again.uuid == row.uuid


def test_a_stale_holder_changes_nothing(database: Database) -> None:
    add(database, message("prompt:1"))
    (row,) = take(database)
    pass_time(database, LEASE + 1)
    (again,) = take(database)
    assert settle(database, row, Moot("stale")) is ResultVerdict.LOST
    assert settle(database, again, Sent("C1", "2.2")) is ResultVerdict.RECORDED


def test_the_first_report_of_a_sent_message_stands_and_a_second_is_one_too_many(database: Database) -> None:
    add(database, message("prompt:1"))
    (row,) = take(database)
    pass_time(database, LEASE + 1)
    (again,) = take(database)
    assert settle(database, row, Sent("C1", "1.1")) is ResultVerdict.RECORDED
    assert settle(database, row, Sent("C1", "1.1")) is ResultVerdict.LOST
    assert settle(database, again, Sent("C1", "2.2")) is ResultVerdict.DOUBLED


def test_a_frozen_senders_report_does_not_hide_that_another_sent_blindly_since(database: Database) -> None:
    add(database, message("prompt:1"))
    (row,) = take(database)
    pass_time(database, LEASE + 1)
    (again,) = take(database)
    with database.begin() as session:
        assert mark_blind(session, again)
    assert settle(database, row, Sent("C1", "1.1")) is ResultVerdict.RECORDED
    with database.reading() as session:
        assert session.execute(select(outbox.c.note)).scalar_one() == Note.AT_LEAST_ONCE


def test_a_row_handed_back_is_claimed_at_once_without_doubt(database: Database) -> None:
    add(database, message("prompt:1"))
    settle(database, take(database)[0], HandedBack())
    (row,) = take(database, owner="other")
    assert not row.in_doubt


def test_the_channel_gate_opens_by_the_database_clock(database: Database) -> None:
    add(database, message("a"), message("b"))
    (row,) = take(database)
    settle(database, row, Sent("C1", "1.1"), Pace(channel_seconds=60))
    assert take(database) == []
    pass_time(database, 61)
    assert keys(take(database)) == ["b"]


def test_a_blocked_workspace_waits_and_the_others_go_on(database: Database) -> None:
    other = add_workspace(database, "T2")
    add(database, message("mine"), message("theirs", workspace_id=other))
    with database.begin() as session:
        block_workspace(session, 1, db_now(session) + timedelta(seconds=30))
        block_workspace(session, 1, db_now(session) + timedelta(seconds=5))
    (theirs,) = take(database)
    assert settle(database, theirs, Sent("C1", "1.1")) is ResultVerdict.RECORDED
    assert theirs.key == "theirs"
    pass_time(database, 20)
    assert take(database) == []
    pass_time(database, 11)
    assert keys(take(database)) == ["mine"]


def test_a_paused_workspace_waits_until_it_is_resumed(database: Database) -> None:
    add(database, message("a"), message("b"))
    with database.begin() as session:
        pause_workspace(session, 1, "token_revoked")
    add(database, message("c", "C2"))
    pass_time(database, 100_000)
    assert take(database) == []
    with database.begin() as session:
        assert resume_workspace(session, 1)
        assert not resume_workspace(session, 1)
    assert keys(take(database)) == ["a", "c"]


def test_a_reply_waits_for_its_thread_and_knows_it(database: Database) -> None:
    add(database, message("head", "C1"))
    add(database, message("reply", channel=None, thread_key="head", minutes=-10))
    (head,) = take(database)
    assert head.key == "head"
    settle(database, head, Sent("C1", "7.7"))
    (reply,) = take(database)
    assert (reply.channel, reply.thread_channel, reply.thread_ts, reply.orphan) == ("C1", "C1", "7.7", None)


def test_a_reply_to_what_was_dropped_is_an_orphan(database: Database) -> None:
    add(database, message("head"), message("reply", thread_key="head"))
    settle(database, take(database)[0], Moot("the meeting is off"))
    (reply,) = take(database)
    assert reply.orphan is not None
    assert "dropped" in reply.orphan


def test_a_reply_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(UnknownKeyError, match="nowhere"):
        add(database, message("reply", thread_key="nowhere"))


def test_a_message_needs_a_channel_and_an_update_a_target(database: Database) -> None:
    with pytest.raises(ValueError, match="channel"):
        add(database, message("lost", channel=None))
    with pytest.raises(ValueError, match="target"):
        add(database, message("lost", op=Op.UPDATE))


def test_updates_of_one_message_collapse_into_the_last(database: Database) -> None:
    add(database, message("card"))
    (card,) = take(database)
    add(database, *(message(f"card@{n}", channel=None, op=Op.UPDATE, target_key="card") for n in range(3)))
    settle(database, card, Sent("D9", "5.5"))
    first = batch(database)
    assert (first.rows, first.more) == ([], True)
    (update,) = take(database)
    assert (update.key, update.target_channel, update.target_ts) == ("card@2", "D9", "5.5")


def test_an_update_in_flight_does_not_swallow_a_later_one(database: Database) -> None:
    add(database, message("card"))
    settle(database, take(database)[0], Sent("D9", "5.5"))
    add(database, message("card@1", channel=None, op=Op.UPDATE, target_key="card"))
    (update,) = take(database)
    add(database, message("card@2", channel=None, op=Op.UPDATE, target_key="card"))
    settle(database, update, Sent("D9", "5.5"))
    assert keys(take(database)) == ["card@2"]


def test_rest_tells_how_long_nothing_can_be_claimed(database: Database) -> None:
    def seconds() -> float | None:
        with database.begin() as session:
            return rest(session, NOON, db_now(session))

    assert seconds() is None
    add(database, message("later", minutes=2))
    assert seconds() == 120
    add(database, message("a"), message("b"))
    (row,) = take(database)
    assert seconds() == pytest.approx(LEASE, abs=1)
    settle(database, row, Sent("C1", "1.1"), Pace(channel_seconds=5))
    assert seconds() == pytest.approx(5, abs=1)
