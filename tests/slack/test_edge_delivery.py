"""What is in the outbox reaches Slack once: over the real client, through Slack's refusals and lost connections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.words import CadenceKind
from bot.outbox.gates import paused_reason
from bot.outbox.outcome import Destination, Outgoing
from bot.outbox.queue import put
from bot.services.actor import bot_author
from bot.services.scheduling import NewCadence, set_cadence
from bot.store import accounts, ledger, schema
from bot.store.delivery import outbox
from sandbox.faults import Fault
from tests.slack.bot_process import Stage, eventually, staged

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


def portfolio_in_danger(stage: Stage, channel: str) -> int:
    """A portfolio of Maya's with two accounts for which nobody wrote down what success means; returns its id."""
    tom, maya = stage.actor("tom"), stage.actor("maya")

    def prepare(session: Session) -> int:
        values: dict[str, Any] = {"name": "North", "channel": channel, "manager_id": maya.member.id}
        values["workspace_id"] = stage.workspace_id
        portfolio_id = ledger.add(session, bot_author(stage.workspace_id), schema.portfolio, stage.now, **values)
        long_ago = stage.now.date() - timedelta(days=100)
        for name in ("Acme", "Bolt"):
            details = {"owner_id": tom.member.id, "portfolio_id": portfolio_id, "contract_start": long_ago}
            accounts.create(session, tom.author, stage.now, name, **details)
        return portfolio_id

    return stage.write(prepare)


async def test_a_lost_channel_is_told_to_the_manager_once(stage: Stage) -> None:
    lost = channel_id(stage, "cs-north")
    stage.sandbox.remove_from_channel("cs-north")
    north = portfolio_in_danger(stage, lost)
    await stage.settle()
    [told] = stage.person("maya").dm()
    assert "no longer post to #cs-north" in stage.person("maya").text(told)
    dead = select(outbox.c.code).where(outbox.c.state == "dead")
    assert set(stage.read(lambda session: session.execute(dead).scalars().all())) == {"not_in_channel"}

    stage.sandbox.add_to_channel("cs-north")
    lost_at = select(schema.portfolio.c.channel_lost_at).where(schema.portfolio.c.id == north)
    await eventually(lambda: stage.read(lambda session: session.execute(lost_at).scalar_one()) is None)
    queue(stage, "again", lost)
    await stage.settle()
    assert len(stage.sandbox.messages("cs-north")) == 1


async def test_the_deputy_is_asked_in_place_of_an_owner_who_left(stage: Stage) -> None:
    tom, ines = stage.actor("tom"), stage.actor("ines")

    def prepare(session: Session) -> None:
        people = {"owner_id": tom.member.id, "deputy_id": ines.member.id}
        account_id = accounts.create(session, tom.author, stage.now, "Acme", **people)
        first = NewCadence(
            account_id, CadenceKind.WEEKLY_SYNC, stage.now.date() + timedelta(days=2), "15:00", "weekly", "UTC"
        )
        set_cadence(session, tom, first, stage.now)

    stage.write(prepare)
    stage.sandbox.deactivate_user("tom")
    await stage.go_on(days=1, hours=23)
    [asked] = stage.person("ines").dm()
    assert "Acme" in stage.person("ines").text(asked)
    assert stage.person("tom").dm() == []


async def test_a_revoked_token_pauses_the_workspace_until_it_is_installed_again(tmp_path: Path, migrated: Path) -> None:
    async with staged(tmp_path, database=migrated) as stage:
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
