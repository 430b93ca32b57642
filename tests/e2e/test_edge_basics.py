"""The edge under every listener: who gets an answer, who does not, and what is said when something goes wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.features.meetings.refusals import MeetingRefusal
from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.slack.edge import Edge
from bot.slack.payload import Body, clicked, submission_id
from bot.store import accounts, schema
from bot.store.schema.outbox import outbox
from sandbox.errors import FormError
from tests.support.bot_process import Stage, staged
from tests.support.waiting import eventually

BUTTONS = ("add", "refuse", "break", "database", "send", "form", "nobody")
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "test.form",
    "title": {"type": "plain_text", "text": "Try"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": name,
            "optional": True,
            "label": {"type": "plain_text", "text": name},
            "element": {"type": "plain_text_input", "action_id": name},
        }
        for name in ("what", "why")
    ],
}


def do(session: Session, actor: Actor, now: datetime, what: str) -> None:
    """One piece of work that goes well or wrong."""
    accounts.create(session, actor.author, now, "Acme")
    match what:
        case "refuse":
            raise UserError(MeetingRefusal.COLLEAGUE_ASKED_ALREADY, "why", colleague="Maya <!channel> & {{ nobody }}")
        case "break":
            raise RuntimeError("nobody foresaw this")
        case "database":
            raise OperationalError("INSERT", {}, Exception("the server closed the connection"))
        case "send":
            args = {"kind": "digest", "place": "C0LOST", "to_person": False, "code": "is_archived"}
            assert actor.member.slack_id is not None
            message = Outgoing(
                key="sent",
                workspace_id=actor.workspace_id,
                kind="undelivered",
                channel=actor.member.slack_id,
                destination=Destination.USER,
                args=args,
                due_at=now,
            )
            put(session, message, now)


def register(app: AsyncApp, edge: Edge) -> None:
    @app.action(re.compile(r"test\.(add|refuse|break|database|send)"))
    async def act(ack: AsyncAck, body: Body) -> None:
        what = clicked(body)
        await edge.write(body, lambda session, actor, now: do(session, actor, now, what))
        await ack()

    @app.action("test.form")
    async def form(ack: AsyncAck, body: Body) -> None:
        await edge.client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.view("test.form")
    async def submitted(ack: AsyncAck, body: Body) -> None:
        what = body["view"]["state"]["values"]["what"]["what"]["value"] or "add"
        await edge.write(body, lambda session, actor, now: do(session, actor, now, what))
        await ack()


def blocks() -> list[dict[str, Any]]:
    buttons = [
        {
            "type": "button",
            "action_id": f"test.{name}",
            "value": name,
            "text": {"type": "plain_text", "text": name},
        }
        for name in BUTTONS
    ]
    return [{"type": "actions", "block_id": "try", "elements": buttons}]


@pytest.fixture(params=["socket", "http"])
async def trial(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """A bot with buttons in #cs-north, each of which ends differently."""
    async with staged(tmp_path, database=sqlite_template, delivery=request.param, register=register) as stage:
        client = AsyncWebClient(token=stage.sandbox.bot_token, base_url=stage.sandbox.api_url)
        place = stage.sandbox.world.state.find_channel("cs-north")
        assert place is not None
        await client.chat_postMessage(channel=place.id, text="Try one", blocks=blocks())
        yield stage


def account_count(stage: Stage) -> int:
    return stage.read(lambda session: session.execute(select(func.count(schema.account.c.id))).scalar_one())


async def told(stage: Stage, who: str, action: str) -> str:
    """What the person is told after pressing a button, if anything."""
    person = stage.person(who)
    before = len(person.sees("cs-north"))
    await person.click(f"test.{action}")
    new = person.sees("cs-north")[before:]
    assert all(message["ephemeral"] for message in new)
    return "\n".join(person.text(message) for message in new)


async def test_a_command_is_answered_to_its_sender_alone(stages: Stage) -> None:
    tom, maya = stages.person("tom"), stages.person("maya")
    await tom.command("/proof help")
    [reply] = tom.sees("general")
    assert reply["ephemeral"]
    assert "/proof <account> evidence" in tom.text(reply)
    assert maya.sees("general") == []


@pytest.mark.parametrize("who", ["gus", "stella"])
async def test_guests_and_strangers_get_nothing(stage: Stage, who: str) -> None:
    person = stage.person(who)
    await person.command("/proof acme")
    [reply] = person.sees("general")
    assert "members of this workspace" in person.text(reply)


async def test_work_is_committed_before_the_acknowledgement(trial: Stage) -> None:
    assert await told(trial, "tom", "add") == ""
    assert account_count(trial) == 1


async def test_a_refusal_is_said_to_the_person_and_keeps_nothing(trial: Stage) -> None:
    with structlog.testing.capture_logs() as logged:
        said = await told(trial, "tom", "refuse")
    assert "Maya <!channel> & {{ nobody }} is the one being asked already." in said
    assert account_count(trial) == 0
    [refused] = [line for line in logged if line["event"] == "slack.refused"]
    assert refused["code"] == "meetings.colleague_asked_already"
    assert "Maya" not in str(logged), "a log line keeps no words of customers"


async def test_an_unexpected_error_shows_a_reference_that_the_log_has(trial: Stage) -> None:
    with structlog.testing.capture_logs() as logged:
        said = await told(trial, "tom", "break")
    found = re.search(r"Reference ([0-9a-f]{6})", said)
    assert found, said
    [failure] = [line for line in logged if line["event"] == "slack.failed"]
    assert failure["reference"] == found[1]
    assert str(failure["exc_info"]) == "nobody foresaw this"
    assert account_count(trial) == 0


async def test_one_id_leads_from_the_click_to_the_message(trial: Stage) -> None:
    with structlog.testing.capture_logs() as logged:
        await told(trial, "tom", "send")
        await trial.settle()
    assert len(trial.person("tom").dm()) == 1
    kept = trial.read(lambda session: session.execute(select(outbox.c.trace)).scalar_one())
    assert re.fullmatch("[0-9a-f]{6}", kept)
    assert [line["trace"] for line in logged if line["event"] == "outbox.sent"] == [kept]


async def test_a_closed_socket_is_replaced(stage: Stage) -> None:
    stage.sandbox.close_sockets()
    await stage.sandbox.connected()
    await stage.person("tom").command("/proof help")
    assert "/proof <account>" in stage.person("tom").text(stage.person("tom").sees("general")[-1])


async def test_a_database_that_is_away_is_said(trial: Stage) -> None:
    assert "cannot reach the database" in await told(trial, "tom", "database")


async def test_a_button_that_nobody_knows_any_more_gets_a_sentence(trial: Stage) -> None:
    said = await told(trial, "tom", "nobody")
    assert "older version" in said and "/proof" not in said
    await trial.person("tom").click("hello.help")
    assert "/proof" in trial.person("tom").text(trial.person("tom").sees("cs-north")[-1])


async def test_a_modal_stays_open_with_the_error_on_the_input_at_fault(trial: Stage) -> None:
    tom = trial.person("tom")
    await tom.click("test.form")
    with pytest.raises(FormError) as refused:
        await tom.submit({"what": "refuse"})
    assert refused.value.errors == {
        "why": "Maya <!channel> & {{ nobody }} is the one being asked already. Choose somebody else."
    }
    with pytest.raises(FormError) as away:
        await tom.submit({"what": "database"})
    assert "What you typed is not lost" in away.value.errors["what"]
    await tom.submit({"what": "add"})
    assert tom.modal is None
    assert account_count(trial) == 1


async def test_a_colleague_whom_nobody_met_yet_is_met_when_they_act(trial: Stage) -> None:
    trial.write(lambda session: session.execute(schema.member.delete()))
    assert await told(trial, "ines", "add") == ""
    assert trial.actor("ines").member.tz == "Europe/Lisbon"
    assert account_count(trial) == 1


async def test_two_deliveries_of_one_press_have_one_id(tmp_path: Path, sqlite_template: Path) -> None:
    seen: list[str] = []

    def remember(app: AsyncApp, edge: Edge) -> None:
        @app.action("test.add")
        async def act(ack: AsyncAck, body: Body) -> None:
            seen.append(submission_id(body))
            await ack()

    async with staged(tmp_path, database=sqlite_template, register=remember) as stage:
        place = stage.sandbox.world.state.find_channel("cs-north")
        assert place is not None
        client = AsyncWebClient(token=stage.sandbox.bot_token, base_url=stage.sandbox.api_url)
        await client.chat_postMessage(channel=place.id, text="Try one", blocks=blocks())
        stage.sandbox.duplicate_next()
        await stage.person("tom").click("test.add")
        await stage.sandbox.wait_for(lambda: len(seen) == 2)
        await stage.person("tom").click("test.add")
    assert len(seen) == 3
    assert seen[0] == seen[1] != seen[2]


async def test_people_who_change_or_leave_are_known_at_once(stage: Stage) -> None:
    assert stage.actor("tom").member.name == "Tom Okafor"
    user = stage.sandbox.world.state.users[stage.person("tom").id]
    user.tz = "America/Chicago"
    event = {"type": "user_change", "user": {"id": user.id, "name": "tom", "real_name": "Tom O.", "tz": user.tz}}
    stage.sandbox.world.publish("user_change", event)

    await eventually(lambda: stage.actor("tom").member.tz == "America/Chicago")
    assert stage.actor("tom").member.name == "Tom O."
