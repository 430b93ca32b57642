"""The JSON API of the browser page, spoken over HTTP as the page does."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.host import Jump
from tests.sandbox.conftest import RunApp
from tests.sandbox.samples import BUTTON, option, plain

Json = dict[str, Any]


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=sandbox.url) as session:
        yield session


async def get(page: aiohttp.ClientSession, path: str) -> Json:
    async with page.get(path) as answer:
        assert answer.status == 200, await answer.text()
        body: Json = await answer.json()
        return body


async def post(page: aiohttp.ClientSession, path: str, body: Json) -> Json:
    async with page.post(path, json=body) as answer:
        got: Json = await answer.json()
        return got


async def test_the_workspace_and_what_a_person_sees(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    workspace = await get(page, "/sandbox/workspace")
    assert workspace["team"] == {"id": "T0PROOF", "name": "Acme CS", "domain": "acme-cs"}
    assert workspace["app"]["name"] == "Echo" and workspace["clock"] is False
    assert workspace["commands"][0] == {
        "command": "/echo",
        "description": "Says it again",
        "usage_hint": "[words]",
    }
    gus = next(user for user in workspace["users"] if user["name"] == "gus")
    assert gus["is_guest"] and not gus["is_stranger"]

    maya = sandbox.person("maya")
    view = await get(page, f"/sandbox/as/{maya.id}/view")
    kinds = {channel["name"]: channel["kind"] for channel in view["channels"]}
    assert kinds["board"] == "private" and "secret" not in kinds and kinds["directmessage"] == "im"
    assert (view["modals"], view["home"]) == ([], None)


async def test_saying_reading_and_reacting(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    maya, tom = sandbox.person("maya"), sandbox.person("tom")
    channel = sandbox.world.state.find_channel("general")
    assert channel is not None
    said = await post(page, f"/sandbox/as/{maya.id}/say", {"channel": channel.id, "text": "hi <!channel> & all"})
    assert said["ok"]
    await post(page, f"/sandbox/as/{maya.id}/say", {"channel": channel.id, "text": "more", "thread_ts": said["ts"]})

    def unread(view: Json) -> int:
        return next(int(one["unread"]) for one in view["channels"] if one["id"] == channel.id)

    assert unread(await get(page, f"/sandbox/as/{tom.id}/view")) == 2
    assert unread(await get(page, f"/sandbox/as/{maya.id}/view")) == 0
    await post(page, f"/sandbox/as/{tom.id}/read", {"channel": channel.id})
    assert unread(await get(page, f"/sandbox/as/{tom.id}/view")) == 0

    react = {"channel": channel.id, "ts": said["ts"], "name": "wave"}
    await post(page, f"/sandbox/as/{tom.id}/react", react)
    messages = (await get(page, f"/sandbox/as/{tom.id}/channels/{channel.id}"))["messages"]
    assert messages[0]["text"] == "hi &lt;!channel&gt; &amp; all" and messages[0]["mentions"] == []
    assert messages[0]["reactions"] == [{"name": "wave", "users": [tom.id]}] and messages[0]["reply_count"] == 1
    assert messages[1]["thread_ts"] == said["ts"]
    await post(page, f"/sandbox/as/{tom.id}/react", react)
    assert sandbox.messages("general")[0]["reactions"] == []


async def test_a_refusal_is_a_sentence(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    maya = sandbox.person("maya")
    old = sandbox.world.state.find_channel("old")
    assert old is not None
    refused = await post(page, f"/sandbox/as/{maya.id}/say", {"channel": old.id, "text": "hi"})
    assert refused == {"ok": False, "error": "#old is archived."}
    async with page.post(f"/sandbox/as/{maya.id}/say", json={}, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("First"),
    "submit": plain("Save"),
    "blocks": [
        {"type": "actions", "block_id": "buttons", "elements": [BUTTON]},
        {
            "type": "input",
            "block_id": "account",
            "label": plain("Account"),
            "element": {"type": "external_select", "action_id": "search", "min_query_length": 1},
        },
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "words"},
            "optional": True,
        },
    ],
}


@pytest.fixture
async def with_form(app: AsyncApp, run: RunApp) -> None:
    """An app with a form that a button changes, that loads options, and that wants a note."""

    @app.command("/echo")
    async def command(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.options("search")
    async def options(ack: Any, payload: Json) -> None:
        await ack(options=[option(payload["value"])])

    @app.action("go")
    async def go(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view={**FORM, "title": plain("Second")})

    @app.view("form")
    async def form(ack: Any, view: Json) -> None:
        note = view["state"]["values"]["note"]["words"]["value"]
        await (ack() if note else ack(response_action="errors", errors={"note": "Say why"}))

    await run(app)


async def test_a_file_is_sent(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    maya = sandbox.person("maya")
    body = {"channel": "dm", "name": "book.csv", "content": base64.b64encode(b"Name\nAcme\n").decode()}
    answer = await post(page, f"/sandbox/as/{maya.id}/drop", body)
    message = maya.sees("dm")[-1]
    assert answer == {"ok": True, "ts": message["ts"]} and message["files"][0]["name"] == "book.csv"
    assert [upload["content"] for upload in sandbox.world.uploads.values()] == [b"Name\nAcme\n"]
    answer = await post(page, f"/sandbox/as/{maya.id}/drop", {**body, "content": "no base64"})
    assert answer["ok"] is False and "The request is not complete" in answer["error"]


@pytest.mark.usefixtures("with_form")
async def test_a_form_is_filled_over_the_page(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    maya, general = sandbox.person("maya"), sandbox.world.state.find_channel("general")
    assert general is not None
    me = f"/sandbox/as/{maya.id}"
    assert (await post(page, f"{me}/command", {"channel": general.id, "text": "/echo"}))["ok"]
    [modal] = (await get(page, f"{me}/view"))["modals"]
    click = {"view_id": modal["view_id"], "block_id": "buttons", "action_id": "go"}
    assert (await post(page, f"{me}/click", click))["ok"]
    await sandbox.wait_for(lambda: maya.modal and maya.modal["title"]["text"] == "Second")
    search = {"view_id": modal["view_id"], "block_id": "account", "action_id": "search", "query": "acme"}
    found = await post(page, f"{me}/options", search)
    assert found["options"][0]["value"] == "acme"
    values: Json = {"account": {"search": "acme"}, "note": {"words": None}}
    answer = await post(page, f"{me}/submit", {"view_id": modal["view_id"], "values": values})
    assert answer == {"ok": False, "errors": {"note": "Say why"}, "closed": False}
    assert (await get(page, f"{me}/view"))["modals"][0]["errors"] == {"note": "Say why"}
    values["note"]["words"] = "because"
    answer = await post(page, f"{me}/submit", {"view_id": modal["view_id"], "values": values})
    assert answer == {"ok": True, "closed": True}


async def test_changes_arrive_as_events(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    maya, tom = sandbox.person("maya"), sandbox.person("tom")
    general, board = (sandbox.world.state.find_channel(name) for name in ("general", "board"))
    assert general is not None and board is not None
    async with page.get(f"/sandbox/events?user={tom.id}") as stream:
        assert await stream.content.readline() == b": hello\n"
        await maya.say("board", "not for tom")
        await maya.say("general", "for all")
        await stream.content.readline()
        line = await stream.content.readline()
    assert json.loads(line.removeprefix(b"data: ")) == {"type": "changed", "channel": general.id}


class Hosted:
    """An app that only notes where its clock was moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.monday = now + timedelta(days=3)

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def jumps(self) -> list[Jump]:
        return [Jump("monday", "Monday 9:00", self.monday)]

    async def move_clock(self, to: datetime) -> None:
        self.now = to


async def test_the_clock_moves_the_hosted_app_too(sandbox: Sandbox, page: aiohttp.ClientSession) -> None:
    hosted = Hosted(datetime.now(UTC))
    sandbox.hosted = hosted
    clock = await get(page, "/sandbox/clock")
    assert clock["jumps"] == [{"id": "monday", "label": "Monday 9:00", "at": hosted.monday.isoformat()}]
    moved = await post(page, "/sandbox/clock", {"jump": "monday"})
    assert moved["ok"] and hosted.now == hosted.monday and sandbox.clock.now() >= hosted.monday
    back = await post(page, "/sandbox/clock", {"to": datetime.now(UTC).isoformat()})
    assert not back["ok"] and "only moves forwards" in back["error"]


async def test_the_page_itself_is_served(page: aiohttp.ClientSession) -> None:
    async with page.get("/") as answer:
        assert answer.status == 200 and answer.content_type == "text/html"
    async with page.get("/..%2Fserver.py") as answer:
        assert answer.status == 404
