"""The workspace and the manifest that the sandbox's own tests use."""

from dataclasses import replace
from typing import Any

from tests.support.cast import DORA, GUS, MAYA, STELLA, TOM

WORKSPACE: dict[str, Any] = {
    "team": {"id": "T0PROOF", "name": "Acme CS", "domain": "acme-cs"},
    "users": [
        replace(MAYA, title="", admin=True).declared() | {"email": "maya@example.com"},
        *(person.declared() for person in (TOM, GUS, STELLA, DORA)),
    ],
    "channels": [
        {"name": "general", "members": ["maya", "tom"], "bot": True},
        {"name": "cs-north", "members": ["maya"], "bot": True, "topic": "The north"},
        {"name": "elsewhere", "members": ["maya", "tom"]},
        {"name": "secret", "members": ["tom"], "private": True},
        {"name": "board", "members": ["maya"], "private": True, "bot": True},
        {"name": "old", "members": ["maya"], "bot": True, "archived": True},
    ],
}

SCOPES = [
    "commands",
    "chat:write",
    "app_mentions:read",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:read",
    "groups:history",
    "im:read",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
    "reactions:read",
    "reactions:write",
    "files:write",
    "team:read",
    "usergroups:read",
]

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Echo"},
    "features": {
        "bot_user": {"display_name": "echo"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/echo", "description": "Says it again", "usage_hint": "[words]"},
            {"command": "/ids", "description": "With ids", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "Begin", "type": "global", "callback_id": "begin", "description": "Begins"},
            {"name": "Keep", "type": "message", "callback_id": "keep", "description": "Keeps"},
        ],
    },
    "oauth_config": {"scopes": {"bot": SCOPES}},
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "message.im",
                "message.channels",
                "reaction_added",
                "member_joined_channel",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
