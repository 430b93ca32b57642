"""What the sender makes of every way that a delivery can end, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.outbox.pacing import paused_reason, resume_workspace
from bot.outbox.reconcile import UNKNOWN
from bot.outbox.record_results import Pace
from bot.outbox.sender import BROKEN, SenderSettings
from bot.outbox.types import (
    Absent,
    Ambiguous,
    CannotLook,
    Claimed,
    Found,
    LookRefused,
    NotSent,
    Op,
    PermanentFailure,
    Scope,
    Unfinished,
)
from bot.store.engine import Database
from tests.support.channel_log import FAST, Clock, Office, message
from tests.support.databases import pass_time
from tests.support.factory import NOON, add_workspace
from tests.support.waiting import eventually


async def test_everything_due_is_sent_in_order_and_recorded(database: Database) -> None:
    office = Office(database, clock=Clock(NOON + timedelta(minutes=3)))
    office.put(*(message(f"m{n}", f"C{n % 2}") for n in range(10)), message("later", due_at=NOON + timedelta(hours=1)))
    assert await office.sender.drain() == 10
    for channel in ("C0", "C1"):
        assert [post.key for post in office.channels.posts if post.channel == channel] == [
            f"m{n}" for n in range(10) if f"C{n % 2}" == channel
        ]
    assert office.ends()["m3"] == ("sent", "effectively once")
    assert office.ends()["later"] == ("waiting", None)
    assert office.observer.lags == [180.0] * 10


async def test_draining_again_sends_nothing_again(database: Database) -> None:
    office = Office(database)
    office.put(message("once"))
    assert [await office.sender.drain(), await office.sender.drain()] == [1, 0]
    assert office.channels.keys() == ["once"]


async def test_a_moot_message_is_dropped_with_its_reason(database: Database) -> None:
    office = Office(database)
    office.channels.moot["prompt:1"] = "the meeting was called off"
    office.put(message("prompt:1"))
    assert await office.sender.drain() == 1
    assert office.ends()["prompt:1"] == ("dropped", "the meeting was called off")
    assert office.channels.posts == []


async def test_a_refused_message_is_dead_and_a_person_is_told(database: Database) -> None:
    office = Office(database)
    office.channels.before["prompt:1"] = [PermanentFailure("is_archived")]
    office.put(message("prompt:1"), message("prompt:2"))
    assert await office.sender.drain() == 3
    assert office.channels.keys() == ["prompt:2", "dead:prompt:1"] or office.channels.keys() == [
        "dead:prompt:1",
        "prompt:2",
    ]
    assert office.ends()["prompt:1"] == ("dead", "refused for good: is_archived")


async def test_a_dead_row_without_anybody_told_comes_up_again(database: Database) -> None:
    told: list[str] = []

    def stumble(session: Session, row: Claimed, code: str) -> None:
        told.append(code)
        if len(told) == 1:
            raise RuntimeError("no manager is known")

    office = Office(database, on_dead=stumble)
    office.channels.before["prompt:1"] = [PermanentFailure("channel_not_found"), PermanentFailure("channel_not_found")]
    office.put(message("prompt:1"))
    assert await office.sender.drain(patience=1) == 0
    assert office.ends()["prompt:1"][0] == "sending"
    pass_time(database, FAST.lease_seconds + 1)
    assert await office.sender.drain(patience=1) == 1
    assert told == ["channel_not_found"] * 2


async def test_what_surely_was_not_sent_is_tried_again(database: Database) -> None:
    office = Office(database)
    office.channels.before["prompt:1"] = [NotSent("connection refused")] * 3
    office.put(message("prompt:1"), message("prompt:2"))
    assert await office.sender.drain() == 2
    assert office.channels.keys() == ["prompt:1", "prompt:2"]
    assert office.channels.looked.total() == 0


async def test_retry_after_blocks_the_workspace_and_no_other(database: Database) -> None:
    other = add_workspace(database, "T2")
    office = Office(database)
    office.channels.before["a"] = [NotSent("ratelimited", retry_after=40)]
    office.put(message("a"))
    assert await office.sender.drain(patience=1) == 0
    office.put(message("b", "C2"), message("theirs", workspace_id=other))
    assert await office.sender.drain(patience=1) == 1
    assert office.channels.keys() == ["theirs"]
    pass_time(database, 41)
    assert await office.sender.drain(patience=1) == 2
    assert sorted(office.channels.keys()) == ["a", "b", "theirs"]


async def test_a_revoked_token_pauses_the_workspace_and_keeps_the_row(database: Database) -> None:
    office = Office(database)
    office.channels.before["a"] = [PermanentFailure("token_revoked", Scope.WORKSPACE)]
    office.put(message("a"), message("b"))
    assert await office.sender.drain() == 0
    with database.begin() as session:
        assert paused_reason(session, 1) == "token_revoked"
        resume_workspace(session, 1)
    assert await office.sender.drain() == 2
    assert office.channels.keys() == ["a", "b"]


async def test_a_lost_answer_is_reconciled_and_not_sent_twice(database: Database) -> None:
    office = Office(database)
    office.channels.after["a"] = [Ambiguous("connection lost")]
    office.channels.after["b"] = [ConnectionResetError("nobody declared this one")]
    office.put(message("a"), message("b", "C2"))
    assert await office.sender.drain() == 2
    assert sorted(office.channels.keys()) == ["a", "b"]
    assert office.ends() == {"a": ("sent", "reconciled"), "b": ("sent", "reconciled")}
    assert office.observer.seen["reconciled"] == 2


async def test_a_lost_request_is_looked_for_and_sent_again(database: Database) -> None:
    office = Office(database)
    office.channels.before["a"] = [Ambiguous("timeout")]
    office.put(message("a"))
    assert await office.sender.drain() == 1
    assert office.channels.keys() == ["a"]
    assert office.ends()["a"] == ("sent", "effectively once")
    assert office.channels.looked["a"] == 1


async def test_an_ambiguous_update_is_made_again_without_looking(database: Database) -> None:
    office = Office(database)
    office.put(message("card"))
    await office.sender.drain()
    office.channels.before["card@1"] = [Ambiguous("timeout")]
    office.put(message("card@1", None, op=Op.UPDATE, target_key="card"))
    assert await office.sender.drain() == 1
    assert office.channels.updates == ["card@1"]
    assert office.channels.looked.total() == 0


async def test_who_may_not_look_sends_once_more_and_says_at_least_once(database: Database) -> None:
    office = Office(database)
    office.channels.may_look = False
    office.channels.after["a"] = [Ambiguous("timeout")]
    office.put(message("a"))
    assert await office.sender.drain() == 1
    assert office.channels.keys() == ["a", "a"]
    assert office.ends()["a"] == ("sent", "at least once")
    assert office.observer.seen["blind"] == 1


async def test_a_blind_row_is_never_sent_a_third_time_and_a_person_is_told(database: Database) -> None:
    office = Office(database)
    office.channels.may_look = False
    office.channels.before["a"] = [Ambiguous("timeout"), NotSent("connection refused"), Ambiguous("timeout")]
    office.put(message("a"))
    assert await office.sender.drain() == 2
    assert office.channels.keys() == ["dead:a"]
    assert office.ends()["a"] == ("dead", f"refused for good: {UNKNOWN}")


async def test_a_refused_look_goes_on_where_it_was_and_sending_stays_open(database: Database) -> None:
    office = Office(database)
    office.channels.after["a"] = [Ambiguous("timeout")]
    office.channels.looks["a"] = [Unfinished("page 2"), LookRefused(60), Unfinished("page 3"), LookRefused(60)]
    office.put(message("a"), message("behind it"))
    assert await office.sender.drain(patience=1) == 0
    office.put(message("b", "C2"), message("c", "C3"))
    assert await office.sender.drain(patience=1) == 2
    assert office.channels.cursors == [None, "page 2"]
    for sent in (0, 2):
        pass_time(database, 61)
        assert await office.sender.drain(patience=1) == sent
    assert office.channels.cursors == [None, "page 2", "page 2", "page 3", "page 3"]
    assert office.channels.keys() == ["a", "b", "c", "behind it"]
    assert office.ends()["a"] == ("sent", "reconciled")


async def test_while_looks_are_refused_other_replicas_do_not_ask_either(database: Database) -> None:
    office = Office(database)
    for key, channel in (("a", "C1"), ("b", "C2")):
        office.channels.after[key] = [Ambiguous("timeout")]
        office.channels.looks[key] = [LookRefused(60)]
        office.put(message(key, channel))
    assert await office.sender.drain(patience=1) == 0
    rival = Office(database, channels=office.channels)
    assert await rival.sender.drain(patience=1) == 0
    assert office.channels.looked.total() == 1


async def test_after_a_few_refusals_nobody_can_look(database: Database) -> None:
    office = Office(database, settings=replace(FAST, look_refusals=3))
    office.channels.after["a"] = [Ambiguous("timeout")]
    office.channels.looks["a"] = [LookRefused(60)] * 9
    office.put(message("a"))
    for sent in (0, 0, 1):
        assert await office.sender.drain(patience=1) == sent
        pass_time(database, 61)
    assert office.channels.looked["a"] == 3
    assert office.ends()["a"] == ("sent", "at least once")


async def test_a_look_ends_with_the_lease_of_the_last_attempt(database: Database) -> None:
    office = Office(database)
    office.channels.before["a"] = [Ambiguous("timeout"), Ambiguous("timeout")]
    windows: list[tuple[datetime, datetime | None]] = []
    look = office.transport.find

    async def find(row: Claimed) -> Found | Absent | Unfinished | CannotLook | LookRefused:
        windows.append((row.doubt_from, row.doubt_until))
        pass_time(database, 100)
        return await look(row)

    office.transport.find = find  # type: ignore[method-assign]  # the real look, noted
    office.put(message("a"))
    assert await office.sender.drain() == 1
    (first, first_end), (second, second_end) = windows
    lease = timedelta(seconds=FAST.lease_seconds)
    assert (first_end, second_end) == (first + lease, second + lease)
    assert first < second < first + timedelta(seconds=100)


async def test_a_message_that_cannot_be_rendered_stops_no_other(database: Database) -> None:
    office = Office(database)
    office.channels.broken["a"] = KeyError("account")
    office.put(message("a"), message("b"))
    assert await office.sender.drain() == 3
    assert office.ends()["a"] == ("dead", f"refused for good: {BROKEN}")
    assert set(office.channels.keys()) == {"b", "dead:a"}


async def test_a_reply_is_posted_in_its_thread_and_an_orphan_is_dropped(database: Database) -> None:
    office = Office(database)
    office.channels.moot["gone"] = "nothing changed"
    office.put(message("head"), message("gone", "C2"))
    office.put(message("reply", None, thread_key="head"), message("orphan", None, thread_key="gone"))
    assert await office.sender.drain() == 4
    head, reply = office.channels.posts
    assert (reply.key, reply.thread_ts) == ("reply", head.ts)
    assert office.ends()["orphan"][0] == "dropped"


async def test_a_sender_frozen_past_its_lease_does_not_post(database: Database) -> None:
    seconds = [0.0]
    office = Office(database, settings=replace(FAST, hands=1), steady=lambda: seconds[0])
    rival = Office(database, channels=office.channels)
    office.put(message("a"))
    sending = await frozen_in_delivery(office)
    seconds[0] = 100
    pass_time(database, FAST.lease_seconds + 1)
    assert await rival.sender.drain() == 1
    thaw(office)
    assert await sending == 0
    assert office.channels.keys() == ["a"]
    assert office.observer.seen["lost"] == 1


async def test_a_message_that_stands_twice_is_retracted_once(database: Database) -> None:
    office = Office(database, settings=replace(FAST, hands=1), steady=lambda: 0.0)
    rival = Office(database, channels=office.channels)
    office.put(message("a"))
    sending = await frozen_in_delivery(office)
    pass_time(database, FAST.lease_seconds + 1)
    assert await rival.sender.drain() == 1
    (kept,) = office.channels.posts
    thaw(office)
    assert await sending == 0
    assert office.observer.seen["doubled"] == 1
    await eventually(lambda: office.channels.posts == [kept])


async def frozen_in_delivery(office: Office) -> asyncio.Task[int]:
    office.transport.hold = asyncio.Event()
    sending = asyncio.create_task(office.sender.drain(patience=0.5))
    await office.transport.delivering.wait()
    return sending


def thaw(office: Office) -> None:
    assert office.transport.hold
    office.transport.hold.set()


async def test_one_message_a_second_in_a_channel(database: Database) -> None:
    office = Office(database, settings=replace(FAST, pace=Pace(channel_seconds=60)))
    office.put(message("a"), message("b"))
    assert await office.sender.drain(patience=1) == 1
    pass_time(database, 61)
    assert await office.sender.drain(patience=1) == 1


def test_a_lease_shorter_than_a_call_is_refused() -> None:
    with pytest.raises(ValueError, match="lease"):
        SenderSettings(lease_seconds=10, http_seconds=10)
