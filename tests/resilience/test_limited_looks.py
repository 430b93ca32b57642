"""Slack lets an app look once a minute, at 15 messages: what is in doubt comes to its end, and sending goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.slack import app
from bot.store.schema.outbox import outbox, workspace_gate
from sandbox.faults import Fault
from tests.support.bot_process import Stage, staged
from tests.support.databases import pass_time

ARGS = {"kind": "digest", "place": "C0LOST", "to_person": False, "code": "is_archived"}


def channel_id(stage: Stage, name: str) -> str:
    channel = stage.sandbox.world.state.find_channel(name)
    assert channel is not None
    return channel.id


def queue(stage: Stage, key: str, channel: str, destination: Destination = Destination.CHANNEL) -> None:
    message = Outgoing(
        key=key,
        workspace_id=stage.workspace_id,
        kind="undelivered",
        channel=channel,
        destination=destination,
        args=ARGS,
        due_at=stage.now,
    )
    stage.write(lambda session: put(session, message, stage.now))


def rows(stage: Stage) -> dict[str, Any]:
    return {row.key: row for row in stage.read(lambda session: list(session.execute(select(outbox))))}


def posted(stage: Stage, channel: str) -> Counter[str]:
    """How often each message of ours stands in a channel, by the id that it carries."""
    mine = [message["metadata"] for message in stage.sandbox.messages(channel) if message.get("metadata")]
    return Counter(metadata["event_payload"]["uuid"] for metadata in mine)


async def a_minute_passes(stage: Stage) -> None:
    """By both clocks, Slack's and the database's."""
    pass_time(stage.bot.database, 61)
    await stage.go_on(seconds=61)


async def use_up_the_look(stage: Stage, channel: str) -> None:
    """Somebody else asks with our token, so that the next look comes too early."""
    async with app.http_session() as http:
        client = app.web_client(stage.sandbox.bot_token, stage.sandbox.api_url, http)
        await client.conversations_history(channel=channel)


def never_blocked(stage: Stage) -> bool:
    gates = stage.read(lambda session: list(session.execute(select(workspace_gate))))
    return all(gate.blocked_until is None for gate in gates)


async def test_forty_messages_behind_one_lost_answer(tmp_path: Path, sqlite_template: Path) -> None:
    async with staged(tmp_path, database=sqlite_template, limited_looks=True) as stage:
        north = channel_id(stage, "cs-north")
        await use_up_the_look(stage, north)
        stage.sandbox.fault(Fault("chat.postMessage", "drop_after"))
        queue(stage, "lost", north)
        await stage.settle()
        for number in range(40):
            await stage.person("maya").say("cs-north", f"line {number}")
        queue(stage, "behind it", north)
        for minute in range(3):
            queue(stage, f"dm {minute}", stage.person("tom").id, Destination.USER)
            await a_minute_passes(stage)
            assert rows(stage)[f"dm {minute}"].state == "sent", "what Slack takes must not wait for a look"
        assert rows(stage)["lost"].note == "reconciled"
        assert rows(stage)["behind it"].state == "sent"
        assert len(posted(stage, "cs-north")) == 2 == posted(stage, "cs-north").total()
        assert never_blocked(stage)


async def test_many_lost_answers_at_once(tmp_path: Path, sqlite_template: Path) -> None:
    async with staged(tmp_path, database=sqlite_template, limited_looks=True) as stage:
        state = stage.sandbox.world.state
        places = [
            replace(state.channels[channel_id(stage, "cs-north")], id=f"C0MANY{n}", name=f"many-{n}") for n in range(8)
        ]
        for place in places:
            state.put_channel(place)
            queue(stage, place.id, place.id)
        stage.sandbox.fault(Fault("chat.postMessage", "drop_after", count=len(places)))
        await stage.settle()
        for _ in places:
            await a_minute_passes(stage)
        assert {row.note for row in rows(stage).values()} == {"reconciled"}
        assert [posted(stage, place.id).total() for place in places] == [1] * len(places)
        assert never_blocked(stage)


async def test_in_a_channel_too_busy_to_look_through_the_row_says_so(tmp_path: Path, sqlite_template: Path) -> None:
    async with staged(tmp_path, database=sqlite_template, limited_looks=True) as stage:
        north = channel_id(stage, "cs-north")
        await use_up_the_look(stage, north)
        stage.sandbox.fault(Fault("chat.postMessage", "drop_after"))
        queue(stage, "lost", north)
        await stage.settle()
        for number in range(90):
            await stage.person("maya").say("cs-north", f"line {number}")
        for _ in range(5):
            await a_minute_passes(stage)
        assert rows(stage)["lost"].note == "at least once"
        assert never_blocked(stage)


async def test_a_look_reads_from_the_claim_to_the_end_of_the_lease(tmp_path: Path, sqlite_template: Path) -> None:
    async with staged(tmp_path, database=sqlite_template, at=datetime.now(UTC)) as stage:
        north = channel_id(stage, "cs-north")
        stage.sandbox.fault(Fault("chat.postMessage", "drop_after"))
        queue(stage, "lost", north)
        await stage.settle()
        row = rows(stage)["lost"]
        [look] = [call for call in stage.sandbox.calls if call["method"] == "conversations.history"]
        oldest, latest = (float(look["request"][name]) for name in ("oldest", "latest"))
        assert row.note == "reconciled"
        assert oldest == pytest.approx(row.doubt_from.timestamp() - 300, abs=1e-3)
        assert latest == pytest.approx(row.doubt_until.timestamp() + 300, abs=1e-3)
