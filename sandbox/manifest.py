"""Reads the app's manifest: what it may do decides what the sandbox delivers to it and lets it call."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import BadConfiguration
from sandbox.model import Json
from sandbox.workspace import load_yaml

# An event reaches the app only with the scope that Slack asks for it; events that are not here need none.
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_created": "channels:read",
    "channel_unarchive": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "user_change": "users:read",
    "team_join": "users:read",
}


_SECTIONS = {"_metadata", "display_information", "features", "oauth_config", "settings", "functions", "workflows"}
_SECTIONS |= {"datastores", "outgoing_domains", "types", "metadata_events", "external_auth_providers"}


@dataclass(frozen=True)
class Command:
    """A slash command as the manifest declares it."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """A shortcut; `type` is "global" or "message"."""

    type: str
    callback_id: str
    name: str


@dataclass(frozen=True)
class Manifest:
    """The parts of a manifest that change what an app sees and may do."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: dict[str, Command]
    shortcuts: dict[str, Shortcut]
    interactivity: bool
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool

    def wants(self, event: str) -> bool:
        """Whether the app subscribed to `event` ("message.im", say) and holds the scope for it."""
        needed = EVENT_SCOPES.get(event)
        return event in self.events and (needed is None or needed in self.scopes)


def load_manifest(source: Path | Json) -> Manifest:
    """Read manifest.yml (or the mapping in it); BadConfiguration when it is no manifest."""
    content = load_yaml(source, "manifest")
    display = content.get("display_information")
    if not isinstance(display, dict) or not display.get("name"):
        raise BadConfiguration("The manifest has no display_information.name.")
    features: Json = content.get("features") or {}
    settings: Json = content.get("settings") or {}
    home: Json = features.get("app_home") or {}
    scopes: Json = (content.get("oauth_config") or {}).get("scopes") or {}
    return Manifest(
        name=str(display["name"]),
        bot_name=str((features.get("bot_user") or {}).get("display_name") or display["name"]),
        scopes=frozenset([*(scopes.get("bot") or []), *(scopes.get("bot_optional") or [])]),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or []),
        commands=_commands(features.get("slash_commands") or []),
        shortcuts={
            entry["callback_id"]: Shortcut(str(entry["type"]), str(entry["callback_id"]), str(entry["name"]))
            for entry in features.get("shortcuts") or []
        },
        interactivity=bool((settings.get("interactivity") or {}).get("is_enabled")),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled")),
    )


def problems_of(content: Any) -> list[Json]:
    """What Slack has against a manifest: a message and a JSON pointer each. It looks at what this sandbox uses."""
    if not isinstance(content, dict):
        return [{"message": "Must be an object", "pointer": "/"}]
    problems: list[Json] = []
    unknown = content.keys() - _SECTIONS
    problems += [{"message": f"Unsupported property: {name}", "pointer": f"/{name}"} for name in sorted(unknown)]
    if not (content.get("display_information") or {}).get("name"):
        problems.append({"message": "Missing required field: name", "pointer": "/display_information"})
    features, settings = content.get("features") or {}, content.get("settings") or {}
    over_socket = bool(settings.get("socket_mode_enabled"))
    for index, command in enumerate(features.get("slash_commands") or []):
        pointer = f"/features/slash_commands/{index}"
        if not str(command.get("command", "")).startswith("/"):
            problems.append({"message": "Must start with a slash", "pointer": f"{pointer}/command"})
        if not command.get("description"):
            problems.append({"message": "Missing required field: description", "pointer": pointer})
        if not (over_socket or command.get("url")):
            problems.append({"message": "Slash command requires a URL or Socket Mode", "pointer": pointer})
    for name in ("event_subscriptions", "interactivity"):
        part = settings.get(name) or {}
        if (part.get("bot_events") or part.get("is_enabled")) and not (over_socket or part.get("request_url")):
            sentence = f"{name} requires either Request URL or Socket Mode Enabled"
            problems.append({"message": sentence, "pointer": f"/settings/{name}"})
    return problems


def _commands(entries: list[Json]) -> dict[str, Command]:
    commands = {}
    for entry in entries:
        name = str(entry["command"])
        if not name.startswith("/"):
            raise BadConfiguration(f"The manifest's slash command {name!r} must start with a slash.")
        commands[name] = Command(
            command=name,
            description=str(entry.get("description") or ""),
            usage_hint=str(entry.get("usage_hint") or ""),
            should_escape=bool(entry.get("should_escape")),
        )
    return commands
