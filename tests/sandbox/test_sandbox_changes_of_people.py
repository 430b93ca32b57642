"""The app hears of accounts that are deactivated, and of channels that are archived and unarchived."""

import copy
from collections.abc import Callable, Coroutine
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.sandbox.fixtures import MANIFEST, WORKSPACE

HEARD = ["channel_archive", "channel_unarchive", "group_archive", "group_unarchive", "user_change"]


def noting(events: list[dict[str, Any]]) -> Callable[..., Coroutine[Any, Any, None]]:
    async def note(client: SocketModeClient, request: SocketModeRequest) -> None:
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        events.append(request.payload["event"])

    return note


async def test_the_app_hears_who_left_and_what_was_archived() -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["settings"]["event_subscriptions"]["bot_events"] += HEARD
    events: list[dict[str, Any]] = []
    async with Sandbox(WORKSPACE, manifest) as sandbox:
        client: Any = SocketModeClient(sandbox.app_token, web_client=AsyncWebClient(base_url=sandbox.api_url))
        client.socket_mode_request_listeners.append(noting(events))
        await client.connect()
        await sandbox.connected()
        sandbox.deactivate_user("tom")
        for channel in ("cs-north", "board", "secret"):
            sandbox.archive_channel(channel)
            sandbox.unarchive_channel(channel)
        await sandbox.wait_for(lambda: len(events) >= 5)
        ids = {name: sandbox.world.state.find_channel(name) for name in ("cs-north", "board")}
        await client.close()
    left = next(event for event in events if event["type"] == "user_change")
    assert (left["user"]["name"], left["user"]["deleted"]) == ("tom", True)
    moved = sorted((event["type"], event["channel"]) for event in events if event is not left)
    places = {"channel": ids["cs-north"], "group": ids["board"]}
    wanted = [(f"{kind}_{what}", c.id) for kind, c in places.items() if c for what in ("archive", "unarchive")]
    assert moved == wanted
