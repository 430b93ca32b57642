"""manifest.yml against the code: what it declares is listened to, and it asks for no scope that nothing uses."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import rooms
from bot.domain.values.clock import SystemClock
from bot.features.workspace.install import Installation, follow_people
from bot.rooms import ACTIONS, CALLBACKS
from bot.slack.edge import Edge
from bot.slack.ids import IdTable
from tests.support.bot_process import MANIFEST

ROOT = MANIFEST.parent
HISTORY = {"channels:history", "groups:history", "im:history"}
CHANNELS = {"channels:read", "groups:read"}
SCOPES_OF_METHODS: dict[str, set[str]] = {
    "api_call": set(),
    "apps_connections_open": set(),
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": HISTORY,
    "conversations_info": CHANNELS,
    "conversations_members": CHANNELS,
    "conversations_open": {"im:write"},
    "conversations_replies": HISTORY,
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "team_info": {"team:read"},
    "users_info": {"users:read", "users:read.email"},
    "users_list": {"users:read", "users:read.email"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""`api_call` is for the two methods that validate, which need no scope.

https://docs.slack.dev/reference/methods; e-mail addresses come with the users, and imports match owners by them."""
SCOPES_OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "channel_unarchive": {"channels:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": CHANNELS,
    "message.im": {"im:history"},
    "team_join": {"users:read"},
    "user_change": {"users:read"},
}

LISTENED_TO_AS = {"message.im": "message"}
"""What an event is called when it comes, where the manifest calls it otherwise."""
OPTIONAL = {"files:read", "files:write", "team:read"}
"""What an admin may leave out: files are then imported on the command line only, evidence has links only, and other
organisations go by their ids."""


class Registrations:
    """Takes listeners in place of a Bolt app and notes what they listen to."""

    def __init__(self) -> None:
        self.noted: dict[str, list[Any]] = defaultdict(list)

    def __getattr__(self, kind: str) -> Any:
        def register(constraint: Any = None, *_: Any, **__: Any) -> Any:
            self.noted[kind].append(constraint)
            return lambda listener: listener

        return register


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return cast(dict[str, Any], yaml.safe_load(MANIFEST.read_text("utf-8")))


@pytest.fixture(scope="module")
def registered() -> dict[str, list[Any]]:
    app = Registrations()
    rooms.register_listeners(cast(AsyncApp, app), cast(Edge, None))
    follow_people(cast(AsyncApp, app), cast(Any, None), Installation(1, "T1", "Team", "U1", "B1"), SystemClock())
    return app.noted


def methods_called() -> set[str]:
    """The Web API methods that the bot's code names on a client."""
    known = {name for name in dir(AsyncWebClient) if not name.startswith("_")} - {"session", "retry_handlers"}
    found = set()
    for file in Path(ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in known:
                owner = node.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                if name.strip("_").endswith(("client", "patient")):
                    found.add(node.attr)
    return found


def test_every_command_is_declared_and_listened_to(manifest: dict[str, Any], registered: dict[str, list[Any]]) -> None:
    declared = manifest["features"]["slash_commands"]
    assert (
        {entry["command"] for entry in declared}
        == {grammar.command for grammar in rooms.GRAMMARS}
        == set(registered["command"])
    )
    assert {entry["command"]: entry["usage_hint"] for entry in declared} == {
        grammar.command: grammar.usage_hint for grammar in rooms.GRAMMARS
    }


def test_every_event_is_declared_and_listened_to(manifest: dict[str, Any], registered: dict[str, list[Any]]) -> None:
    declared = manifest["settings"]["event_subscriptions"]["bot_events"]
    heard = {LISTENED_TO_AS.get(event, event) for event in declared}
    listened_to = {event["type"] if isinstance(event, dict) else event for event in registered["event"]}
    assert heard == listened_to and set(declared) == set(SCOPES_OF_EVENTS)
    assert declared == sorted(set(declared))


def test_no_shortcut_is_declared_or_listened_to(manifest: dict[str, Any], registered: dict[str, list[Any]]) -> None:
    assert "shortcuts" not in manifest["features"]
    assert not registered["shortcut"]


def test_it_asks_for_the_scopes_that_are_used_and_no_other(manifest: dict[str, Any]) -> None:
    used = {"commands"}.union(*SCOPES_OF_EVENTS.values(), *(SCOPES_OF_METHODS[name] for name in methods_called()))
    scopes = manifest["oauth_config"]["scopes"]
    assert scopes["bot_optional"] == sorted(OPTIONAL)
    assert scopes["bot"] == sorted(used - OPTIONAL)


def test_the_table_of_methods_is_that_of_the_code() -> None:
    assert methods_called() == set(SCOPES_OF_METHODS)


@pytest.mark.parametrize(("kind", "ids"), [("action", ACTIONS), ("view", CALLBACKS)])
def test_every_id_is_listened_to(kind: str, ids: IdTable, registered: dict[str, list[Any]]) -> None:
    def listens(constraint: Any, name: str) -> bool:
        return bool(constraint.fullmatch(name)) if isinstance(constraint, re.Pattern) else constraint == name

    unheard = [str(name) for name in ids if not any(listens(each, name) for each in registered[kind])]
    assert unheard == []
