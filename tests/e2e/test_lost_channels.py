"""A channel that takes nothing any more: its manager is told once, its news goes on to them, and it can come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import bot_author
from bot.features.actions import actions
from bot.outbox.queue import put
from bot.outbox.types import Outgoing
from bot.store import ledger, portfolios, schema
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio
from bot.store.schema.outbox import outbox
from tests.support.believable import ASKED, alarm, channel_id, fill
from tests.support.bot_process import Stage
from tests.support.waiting import eventually

LOSSES: dict[str, tuple[Callable[[Stage], None], Callable[[Stage], None]]] = {
    "is_archived": (lambda s: s.sandbox.archive_channel("cs-north"), lambda s: s.sandbox.unarchive_channel("cs-north")),
    "not_in_channel": (
        lambda s: s.sandbox.remove_from_channel("cs-north"),
        lambda s: s.sandbox.add_to_channel("cs-north"),
    ),
}


def north(stage: Stage) -> Portfolio:
    found = stage.read(lambda session: portfolios.by_name(session, stage.workspace_id, "North"))
    assert found is not None
    return found


def told_of(stage: Stage, channel: str) -> list[str]:
    """What Maya was told of the loss of a channel."""
    maya = stage.person("maya")
    texts = [maya.text(message) for message in maya.dm()]
    return [text for text in texts if f"no longer post to #{channel}" in text]


def dead_codes(stage: Stage) -> set[str]:
    dead = select(outbox.c.code).where(outbox.c.state == "dead")
    return set(stage.read(lambda session: session.execute(dead).scalars().all()))


def ask_product(stage: Stage, account_id: int, text: str) -> None:
    """An action that Product is asked to do."""

    def write(session: Session) -> None:
        values: dict[str, Any] = {"account_id": account_id, "text": text, "loop": "product"}
        author = bot_author(stage.workspace_id)
        action_id = ledger.add(session, author, Entity.ACTION, stage.now, **values, opened_at=stage.now)
        actions.post_to_loop_channel(session, 1, action_id, stage.now)

    stage.write(write)


@pytest.mark.parametrize("code", LOSSES)
async def test_a_lost_channel_is_told_once_its_news_goes_to_the_manager_and_it_comes_back(
    stage: Stage, code: str
) -> None:
    lose, mend = LOSSES[code]
    alarm(stage, fill(stage).acme)
    maya = stage.person("maya")
    lose(stage)
    await stage.go_to(ASKED)
    assert len(told_of(stage, "cs-north")) == 1
    assert dead_codes(stage) == {code}
    escalated = [message for message in maya.dm() if "Acme" in message["text"]]
    assert len(escalated) == 1
    await maya.command("/portfolio")
    assert "cannot post in #cs-north" in maya.text(maya.sees()[-1])
    await maya.open_home()
    assert "cannot post in #cs-north" in maya.text(maya.home)

    await maya.click("risk.claim", message=escalated[0])
    await stage.settle()
    assert "Maya Lindqvist" in maya.text(next(m for m in maya.dm() if m["ts"] == escalated[0]["ts"]))
    assert len(told_of(stage, "cs-north")) == 1

    mend(stage)
    await eventually(lambda: north(stage).channel_lost_at is None)
    await maya.command("/portfolio")
    assert "cannot post" not in maya.text(maya.sees()[-1])
    assert stage.sandbox.messages("cs-north") == []


async def test_a_risk_that_changes_after_its_channel_was_lost_goes_to_the_manager_once(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    [told] = [message for message in stage.sandbox.messages("cs-north") if "Acme" in message["text"]]
    stage.sandbox.archive_channel("cs-north")
    before = len(maya.dm())
    await ines.click("risk.more", message=told, selected="Snooze until…")
    await ines.submit({"until": "2026-03-10", "why": "Their auditor signs off"})
    await stage.settle()
    assert len(told_of(stage, "cs-north")) == 1
    news = maya.dm()[before:]
    [moved] = [
        message for message in news if "Acme" in message["text"] and message.get("thread_ts") in (None, message["ts"])
    ]
    [note] = [message for message in news if message.get("thread_ts") == moved["ts"] and message["ts"] != moved["ts"]]
    assert "Their auditor signs off" in maya.text(moved)
    assert "Their auditor signs off" in maya.text(note)


async def test_a_lost_loop_channel_leaves_the_portfolios_own_channel_alone(stage: Stage) -> None:
    book = fill(stage)
    maya = stage.person("maya")
    stage.sandbox.archive_channel("product")
    ask_product(stage, book.acme, "SAP connector")
    alarm(stage, book.acme)
    await stage.settle()
    [told] = told_of(stage, "product")
    assert "asks Product comes to you" in told and "Request channels" in told
    assert any("Acme GmbH" in maya.text(m) and "SAP connector" in maya.text(m) for m in maya.dm())
    assert (north(stage).channel_lost_at, north(stage).lost_channels) == (None, (channel_id(stage, "product"),))

    await stage.go_to(ASKED)
    assert any("Acme" in message["text"] for message in stage.sandbox.messages("cs-north"))
    await maya.command("/portfolio")
    shown = maya.text(maya.sees()[-1])
    assert "cannot post in #product" in shown and "cannot post in #cs-north" not in shown
    await maya.open_home()
    assert "cannot post in #product" in maya.text(maya.home)

    stage.sandbox.archive_channel("cs-north")
    await stage.go_on(days=6)
    assert (len(told_of(stage, "product")), len(told_of(stage, "cs-north"))) == (1, 1)


async def test_a_loop_channel_that_comes_back_is_asked_again_and_a_new_loss_is_told_again(stage: Stage) -> None:
    book = fill(stage)
    stage.sandbox.archive_channel("product")
    ask_product(stage, book.acme, "SAP connector")
    await stage.settle()
    stage.sandbox.unarchive_channel("product")
    await eventually(lambda: not north(stage).lost_channels)
    ask_product(stage, book.acme, "Single sign-on")
    await stage.settle()
    assert ["Single sign-on" in m["text"] for m in stage.sandbox.messages("product")] == [True]
    stage.sandbox.archive_channel("product")
    ask_product(stage, book.acme, "Audit log")
    await stage.settle()
    assert len(told_of(stage, "product")) == 2


async def test_what_is_archived_twice_in_a_row_is_told_once_and_an_answer_in_direct_messages_counts(
    stage: Stage,
) -> None:
    book = fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    stage.sandbox.archive_channel("product")
    for text in ("SAP connector", "Single sign-on"):
        ask_product(stage, book.acme, text)
    await stage.settle()
    assert len(told_of(stage, "product")) == 1
    asked = next(message for message in maya.dm() if "SAP connector" in message["text"])
    await maya.click("loop.answer", message=asked)
    await maya.submit({"words": "Ships on 20 March"})
    await stage.settle()
    assert "Ships on 20 March" in maya.text(next(m for m in maya.dm() if m["ts"] == asked["ts"]))
    assert "Product answered" in ines.text(ines.dm()[-1])


async def test_a_post_that_arrives_makes_a_lost_channel_found(stage: Stage) -> None:
    fill(stage)
    await stage.settle()
    before = len(stage.sandbox.messages("cs-north"))
    await stage.go_to(stage.now + timedelta(minutes=1))
    portfolio = north(stage)
    lost: dict[str, Any] = {"channel_lost_at": stage.now, "product_channel_lost_at": stage.now}
    author = bot_author(stage.workspace_id)
    stage.write(lambda s: ledger.change(s, author, Entity.PORTFOLIO, portfolio.id, stage.now, **lost))
    await stage.settle()
    assert len(north(stage).lost_channels) == 2
    await stage.go_to(stage.now + timedelta(minutes=1))
    risk_id = stage.read(lambda session: session.execute(select(schema.risk.c.id).limit(1)).scalar_one())
    message = Outgoing(
        key="again",
        workspace_id=stage.workspace_id,
        kind="risk",
        channel=portfolio.channel,
        args={"risk_id": risk_id, "first": True},
        due_at=stage.now,
    )
    stage.write(lambda session: put(session, message, stage.now))
    await stage.settle()
    assert len(stage.sandbox.messages("cs-north")) == before + 1
    await stage.settle()  # the post may have arrived after the clock had looked
    assert north(stage).lost_channels == (portfolio.product_channel,)
