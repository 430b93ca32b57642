"""Channels that another organisation shares: what the app is told of them, and what their people send it."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import BadConfiguration, NotPossible, Sandbox
from tests.sandbox.conftest import RunApp
from tests.sandbox.fixtures import MANIFEST, WORKSPACE
from tests.support.waiting import PATIENCE_SECONDS

Json = dict[str, Any]
SHARED: Json = copy.deepcopy(WORKSPACE)
SHARED["organisations"] = [{"id": "T0HALDEN", "name": "Halden", "domain": "halden"}]
SHARED["users"] += [
    {"handle": "ingrid", "name": "Ingrid Solheim", "email": "ingrid@halden.example", "organisation": "halden"},
    {"handle": "per", "name": "Per Lie", "organisation": "halden", "hidden_email": True},
    {"handle": "nils", "name": "Nils Elsewhere", "organisation": "halden"},
]
SHARED["channels"] += [{"name": "halden-shared", "members": ["maya", "ingrid", "per"], "bot": True}]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SHARED, MANIFEST, ack_timeout=PATIENCE_SECONDS) as running:
        yield running


def channel_id(sandbox: Sandbox, name: str) -> str:
    return next(c.id for c in sandbox.world.state.channels.values() if c.name == name)


async def test_what_the_app_learns_of_the_channel_and_its_people(sandbox: Sandbox, client: AsyncWebClient) -> None:
    shared = (await client.conversations_info(channel=channel_id(sandbox, "halden-shared")))["channel"]
    assert shared["is_ext_shared"] and shared["is_shared"]
    assert shared["connected_team_ids"] == ["T0PROOF", "T0HALDEN"]
    ours = (await client.conversations_info(channel=channel_id(sandbox, "general")))["channel"]
    assert not ours["is_ext_shared"] and "connected_team_ids" not in ours
    answers = [await client.users_info(user=sandbox.person(name).id) for name in ("ingrid", "per", "nils")]
    ingrid, per, nils = (answer["user"] for answer in answers)
    assert {user["team_id"] for user in (ingrid, per, nils)} == {"T0HALDEN"}
    assert ingrid["profile"]["email"] == "ingrid@halden.example"
    assert "email" not in per["profile"]
    assert "is_stranger" not in ingrid and nils["is_stranger"]
    assert (await client.team_info(team="T0HALDEN"))["team"]["name"] == "Halden"
    with pytest.raises(SlackApiError, match="team_not_found"):
        await client.team_info(team="T0NOBODY")
    members = (await client.users_list())["members"]
    assert sandbox.person("ingrid").id not in [member["id"] for member in members]


async def test_their_people_see_only_the_channels_that_they_are_in(sandbox: Sandbox) -> None:
    ingrid = sandbox.person("ingrid")
    with pytest.raises(NotPossible, match="sees no channel"):
        ingrid.sees("general")
    assert ingrid.sees("halden-shared") == []


async def test_a_press_says_the_team_of_the_person_beside_ours(
    sandbox: Sandbox, client: AsyncWebClient, run: RunApp
) -> None:
    app, got = AsyncApp(client=client), []
    button = {"type": "button", "action_id": "press", "text": {"type": "plain_text", "text": "Press"}}
    modal = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [
            {
                "type": "input",
                "block_id": "why",
                "label": {"type": "plain_text", "text": "Why?"},
                "element": {"type": "plain_text_input", "action_id": "why"},
            }
        ],
    }

    @app.action("press")
    async def pressed(ack: Any, body: Json) -> None:
        got.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=modal)
        await ack()

    @app.view("form")
    async def submitted(ack: Any, body: Json) -> None:
        got.append(body)
        await ack()

    await run(app)
    shared = channel_id(sandbox, "halden-shared")
    await client.chat_postMessage(channel=shared, text="?", blocks=[{"type": "actions", "elements": [button]}])
    ingrid, maya = sandbox.person("ingrid"), sandbox.person("maya")
    for person in (ingrid, maya):
        await person.click("press")
        await person.submit({"why": "So it is"})
    theirs_pressed, theirs_sent, ours_pressed, ours_sent = got
    assert theirs_pressed["team"]["id"] == "T0PROOF" and theirs_pressed["user"]["team_id"] == "T0HALDEN"
    assert theirs_sent["team"]["id"] == theirs_sent["user"]["team_id"] == theirs_sent["view"]["team_id"] == "T0HALDEN"
    assert theirs_sent["view"]["app_installed_team_id"] == "T0PROOF"
    for body in (ours_pressed, ours_sent):
        assert body["team"]["id"] == body["user"]["team_id"] == "T0PROOF"


async def test_what_they_write_comes_under_their_team(sandbox: Sandbox, client: AsyncWebClient, run: RunApp) -> None:
    app = AsyncApp(client=client)
    got: list[Json] = []

    @app.middleware
    async def note(body: Json, next: Any) -> None:
        got.append(body)
        await next()

    @app.event("message")
    async def message() -> None:
        return None

    @app.event("app_mention")
    async def mention() -> None:
        return None

    await run(app)
    await sandbox.person("ingrid").say("halden-shared", "<@BOT> hello")
    await sandbox.person("maya").say("halden-shared", "hello")
    by_kind = {(body["event"]["type"], body["event"]["user"]): body for body in got}
    ingrid, maya = sandbox.person("ingrid").id, sandbox.person("maya").id
    written = by_kind["message", ingrid]
    assert (written["team_id"], written["context_team_id"]) == ("T0HALDEN", "T0PROOF")
    assert written["event"]["team"] == written["event"]["user_team"] == written["event"]["source_team"] == "T0HALDEN"
    assert written["is_ext_shared_channel"] and written["authorizations"][0]["team_id"] == "T0PROOF"
    asked = by_kind["app_mention", ingrid]
    assert (asked["team_id"], asked["event"]["team"], asked["event"]["user_team"]) == ("T0PROOF", "T0PROOF", "T0HALDEN")
    ours = by_kind["message", maya]
    assert ours["team_id"] == "T0PROOF" and "user_team" not in ours["event"] and ours["is_ext_shared_channel"]


def test_an_organisation_must_be_declared() -> None:
    wrong = copy.deepcopy(SHARED)
    wrong["users"][-1]["organisation"] = "nobody"
    with pytest.raises(BadConfiguration, match="nobody"):
        Sandbox(wrong, MANIFEST)
