"""What is in the outbox reaches Slack once: over the real client, through Slack's refusals and lost connections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox.pacing import paused_reason
from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.store.schema.outbox import outbox
from sandbox.faults import Fault
from tests.support.bot_process import Stage, staged

ARGS = {"kind": "digest", "place": "C0LOST", "to_person": False, "code": "is_archived"}


def channel_id(stage: Stage, name: str) -> str:
    channel = stage.sandbox.world.state.find_channel(name)
    assert channel is not None
    return channel.id


def queue(stage: Stage, key: str, channel: str, destination: Destination = Destination.CHANNEL) -> None:
    """Put a message that needs nothing but its args."""
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


def row_of(stage: Stage, key: str) -> Any:
    return stage.read(lambda session: session.execute(select(outbox).where(outbox.c.key == key)).one())


def texts(stage: Stage, messages: Sequence[dict[str, Any]]) -> str:
    return "\n".join(stage.person("maya").text(message) for message in messages)


async def test_a_message_carries_the_id_that_finds_it_again(stage: Stage) -> None:
    queue(stage, "one", channel_id(stage, "cs-north"))
    queue(stage, "two", stage.person("tom").id, Destination.USER)
    await stage.settle()
    [in_channel], [direct] = stage.sandbox.messages("cs-north"), stage.person("tom").dm()
    for key, message in (("one", in_channel), ("two", direct)):
        row = row_of(stage, key)
        assert (row.sent_ts, row.note) == (message["ts"], "effectively once")
        assert message["metadata"] == {"event_type": "proofline", "event_payload": {"uuid": row.uuid}}


@pytest.mark.parametrize(
    ("fault", "note"),
    [
        (Fault("chat.postMessage", "drop_after"), "reconciled"),
        (Fault("chat.postMessage", "drop_before"), "effectively once"),
        (Fault("chat.postMessage", "error500"), "effectively once"),
        (Fault("chat.postMessage", "error:internal_error"), "effectively once"),
        (Fault("chat.postMessage", "ratelimited", retry_after=1), "effectively once"),
        (Fault("conversations.open", "drop_after"), "effectively once"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_a_message_arrives_once_whatever_breaks(stage: Stage, fault: Fault, note: str) -> None:
    stage.sandbox.fault(fault)
    queue(stage, "one", stage.person("tom").id, Destination.USER)
    await stage.settle()
    assert len(stage.person("tom").dm()) == 1
    assert row_of(stage, "one").note == note


async def test_a_revoked_token_pauses_the_workspace_until_it_is_installed_again(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with staged(tmp_path, database=sqlite_template) as stage:
        tom = stage.person("tom").id
        stage.sandbox.revoke_token()
        queue(stage, "one", tom, Destination.USER)
        await stage.settle()
        reason = stage.read(lambda session: paused_reason(session, stage.workspace_id))
        assert reason == "token_revoked"
        assert row_of(stage, "one").finished_at is None
    async with staged(tmp_path) as again:
        await again.settle()
        assert again.read(lambda session: paused_reason(session, again.workspace_id)) is None
        assert len(again.person("tom").dm()) == 1
