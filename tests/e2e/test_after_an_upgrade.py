"""Who comes from the last release goes on: with its database, the buttons of its messages, and a form that it opened.

What it left behind is in tests/data/last_release, written by its own code.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Row, select

from bot.domain.enums import RiskState
from bot.outbox.types import State
from bot.store import schema
from bot.store.admin import migrations
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from sandbox.errors import NotPossible
from sandbox.forms import elements
from sandbox.model import SLACKBOT, Channel, Json, Message
from sandbox.viewstore import open_modal
from tests.support.bot_process import Stage, staged

LEFT = Path(__file__).parents[1] / "data" / "last_release"
LEFT_AT = datetime(2026, 3, 10, 10, 5, tzinfo=UTC)
MESSAGES: list[Json] = json.loads((LEFT / "messages.json").read_text("utf-8"))
FORM: Json = json.loads((LEFT / "form.json").read_text("utf-8"))
SECOND_ANSWER = {
    "change": "belief",
    "what_changed": "Finance asks for it",
    "unproven": "Who pays",
    "next_action": "Call Ana",
}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The bot of today on the database and in the Slack that the last release left."""
    file = tmp_path / "proofline.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((LEFT / "database.sql").read_text("utf-8"))
    database = Database(f"sqlite:///{file}")
    assert migrations.current(database) == "0006"
    migrations.upgrade(database)
    assert migrations.differences(database) == []
    database.dispose()
    async with staged(tmp_path, at=LEFT_AT) as running:
        _put_back(running)
        yield running


def _put_back(stage: Stage) -> None:
    state = stage.sandbox.world.state
    for left in MESSAGES:
        channel = left["channel"]
        if channel["id"] not in state.channels:
            state.put_channel(
                Channel(channel["id"], channel["name"], "im", 0, channel["members"][0], channel["members"])
            )
        content = {key: value for key, value in left.items() if key != "channel"}
        state.restore_message(Message(channel=channel["id"], by_app=True, **content))


def left_message(action: str) -> Json:
    """The newest message of the last release that has this button."""
    having = [left for left in MESSAGES if action in {element["action_id"] for _, element in elements(left["blocks"])}]
    newest = max(having, key=lambda left: str(left["ts"]))
    return {**newest, "channel": newest["channel"]["id"]}


def now_shown(stage: Stage, left: Json) -> Json:
    """How the message looks by now."""
    [message] = [m for m in stage.sandbox.messages(left["channel"]) if m["ts"] == left["ts"]]
    return message


def posted(stage: Stage, channel: str) -> list[Json]:
    """What has come into a channel since the upgrade."""
    known = {left["ts"] for left in MESSAGES}
    return [message for message in stage.sandbox.messages(channel) if message["ts"] not in known]


def rows(stage: Stage, table: Any) -> list[Row[Any]]:
    """All rows of a table, oldest first."""
    return stage.read(lambda session: list(session.execute(select(table).order_by(table.c.id)).all()))


def updates(stage: Stage, left: Json) -> int:
    """How often the outbox has changed the message, by the row that the last release had posted it with."""
    [post] = [row for row in rows(stage, outbox) if row.sent_ts == left["ts"] and row.op == "post"]
    return len([row for row in rows(stage, outbox) if row.target_id == post.id and row.state == State.SENT])


async def test_the_card_shows_what_was_recorded_before(stage: Stage) -> None:
    ines = stage.person("ines")
    await ines.command("/proof acme")
    card = ines.text(ines.sees()[-1])
    assert "Contracts signed within 5 days" in card
    assert "9\u00a0days" in card
    assert "Whether finance agrees" in card


async def test_a_form_that_was_open_is_submitted(stage: Stage) -> None:
    open_modal(stage.sandbox.world, FORM["user"], FORM["view"])
    await the_second_answer_is_given_in_the_open_form(stage)


async def test_a_button_of_an_old_prompt_opens_the_form(stage: Stage) -> None:
    await stage.person("ines").click("prompt.answer", message=left_message("prompt.answer"))
    await the_second_answer_is_given_in_the_open_form(stage)


async def the_second_answer_is_given_in_the_open_form(stage: Stage) -> None:
    ines, prompt = stage.person("ines"), left_message("prompt.answer")
    assert ines.modal is not None
    assert ines.modal["callback_id"] == FORM["view"]["callback_id"]
    await ines.submit(SECOND_ANSWER)
    await stage.settle()
    before, answer = rows(stage, schema.answer)
    assert (before.what_changed, answer.what_changed) == ("Legal signs alone", "Finance asks for it")
    assert (answer.meeting_id, answer.unproven, answer.next_action) == (2, "Who pays", "Call Ana")
    assert "is answered" in ines.text(now_shown(stage, prompt))
    assert posted(stage, prompt["channel"]) == []
    assert updates(stage, prompt) == 1


async def test_a_risk_is_claimed_on_its_old_message(stage: Stage) -> None:
    maya, left = stage.person("maya"), left_message("risk.claim")
    updates_before = updates(stage, left)
    await maya.click("risk.claim", message=left)
    await stage.settle()
    [risk] = rows(stage, schema.risk)
    assert (risk.state, risk.owner_id) == (RiskState.CLAIMED, stage.actor("maya").member.id)
    assert "Maya Lindqvist has it" in maya.text(now_shown(stage, left))
    # The second says what the stricter rules made of the figure: its evidence has no link.
    assert [note["thread_ts"] for note in posted(stage, left["channel"])] == [left["ts"]] * 2
    # Two changes of the risk: a sender that is slower than the second tells both in one update.
    assert updates(stage, left) - updates_before in (1, 2)
    assert "0% proven" in risk.fact or "0% proven" in maya.text(now_shown(stage, left))


async def test_a_loop_is_answered_on_its_old_message(stage: Stage) -> None:
    maya, left = stage.person("maya"), left_message("loop.answer")
    await maya.click("loop.answer", message=left)
    await maya.submit({"words": "The connector is built"})
    await stage.settle()
    assert "The connector is built" in maya.text(now_shown(stage, left))
    assert posted(stage, left["channel"]) == []
    [action] = rows(stage, schema.action)
    assert action.loop_answer == "The connector is built"


async def test_the_next_week_follows_on_the_last_one(stage: Stage) -> None:
    """The series asks again, the digest comes once more, and nothing that was sent is sent again."""
    before = {row.key: (row.state, row.sent_ts) for row in rows(stage, outbox)}
    await stage.go_to(datetime(2026, 3, 16, 8, 1, tzinfo=UTC))
    await stage.go_to(datetime(2026, 3, 17, 10, 1, tzinfo=UTC))
    after = {row.key: (row.state, row.sent_ts) for row in rows(stage, outbox)}
    assert {key: after[key] for key in before} == before
    new = after.keys() - before.keys()
    assert {"digest:2", "prompt:3"} <= new
    [digest] = [message for message in posted(stage, "cs-north") if "week to" in str(message["blocks"])]
    assert "Proof counts by new rules since the upgrade of this week." in digest["text"]


async def test_no_button_of_an_old_message_is_dead(stage: Stage) -> None:
    """Each is pressed by who got it: the bot may refuse what is over by now, but it knows the button."""
    with structlog.testing.capture_logs() as logged:
        for who, left, element in buttons(stage):
            person = stage.person(who)
            selected = element["options"][0]["value"] if "options" in element else None
            try:
                await person.click(element["action_id"], message=left, value=element.get("value"), selected=selected)
            except NotPossible:
                # The button was taken off the message by what was pressed before.
                continue
            while person.modal:
                await person.close()
            await stage.settle()
    assert [line for line in logged if line["log_level"] in ("warning", "error")] == []
    assert said_by_slack(stage) == []


def buttons(stage: Stage) -> Iterator[tuple[str, Json, Json]]:
    """Every button of every old message, with somebody who sees it."""
    names = {stage.person(name).id: name for name in ("maya", "ines")}
    for left in MESSAGES:
        who = next(names[member] for member in left["channel"]["members"] if member in names)
        for _, element in elements(left["blocks"]):
            yield who, {**left, "channel": left["channel"]["id"]}, element


def said_by_slack(stage: Stage) -> list[str]:
    """What Slack itself had to say, such as that the app does not answer."""
    state = stage.sandbox.world.state
    return [message.text for place in state.channels for message in state.log(place) if message.user == SLACKBOT]
