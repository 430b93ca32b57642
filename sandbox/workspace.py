"""Reads the workspace file: team, people, channels. Ids are made from handles and names, so they never change."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.errors import BadConfiguration
from sandbox.model import COLOURS, SLACKBOT, Channel, Json, Team, User

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_USER_KEYS = {"handle", "id", "name", "email", "tz", "title", "team_id", "organisation"}
_FLAGS = {"admin", "owner", "guest", "single_channel_guest", "stranger", "deactivated", "bot", "hidden_email"}
_CHANNEL_KEYS = {"id", "name", "members", "bot", "private", "archived", "topic", "purpose", "shared"}
_CREATED = 1_700_000_000  # when every declared channel was made; a fixed number keeps answers the same


def make_id(letter: str, *parts: str) -> str:
    """An id of Slack's shape, `letter` and ten characters, always the same for the same parts."""
    number = int.from_bytes(hashlib.sha256("\x1f".join((letter, *parts)).encode()).digest()[:8], "big")
    tail = ""
    for _ in range(10):
        number, digit = divmod(number, len(_ALPHABET))
        tail += _ALPHABET[digit]
    return f"{letter}{tail}"


def load_yaml(source: Path | Json, name: str) -> Json:
    """The mapping in a YAML file, or the mapping itself; BadConfiguration says what is wrong with it."""
    if isinstance(source, dict):
        return source
    try:
        content = yaml.safe_load(Path(source).read_text("utf-8"))
    except OSError as error:
        raise BadConfiguration(f"The {name} file {source} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise BadConfiguration(f"The {name} file {source} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise BadConfiguration(f"The {name} file {source} must hold a mapping.")
    return content


@dataclass
class Workspace:
    """A declared workspace; `users` and `channels` in the order of the file, the app's bot user not among them.

    `organisations` are those with which channels are shared, by the id of their team.
    """

    team: Team
    users: list[User]
    channels: list[Channel]
    bot_channels: set[str]
    organisations: dict[str, Team]


def load_workspace(source: Path | Json) -> Workspace:
    """Read and check a workspace; BadConfiguration names the user or channel that is wrong."""
    content = load_yaml(source, "workspace")
    _check_keys(content, {"team", "organisations", "users", "channels"}, "the workspace")
    team = _team(content.get("team") or {}, Team("T0SANDBOX", "Sandbox", "sandbox"))
    declared = [_organisation(entry) for entry in content.get("organisations") or []]
    by_domain = {organisation.domain: organisation for organisation in declared}
    users = [_user(entry, team, number, by_domain) for number, entry in enumerate(content.get("users") or [])]
    organisations = {organisation.id: organisation for organisation in declared}
    for user in users:
        if user.stranger and user.team_id not in organisations:
            organisations[user.team_id] = Team(user.team_id, f"{user.name}'s organisation", user.handle)
    users.append(User(SLACKBOT, "slackbot", "Slackbot", team.id, bot=True, color="757575"))
    entries: list[Json] = list(content.get("channels") or [])
    if not any(entry.get("name") == "general" for entry in entries):
        everyone = [user.handle for user in users if not (user.restricted or user.stranger or user.bot)]
        entries.insert(0, {"name": "general", "members": everyone, "topic": "Company-wide announcements"})
    handles = {user.handle: user.id for user in users}
    channels = [_channel(entry, handles, team) for entry in entries]
    with_bot = {channel.id for channel, entry in zip(channels, entries, strict=True) if entry.get("bot")}
    return Workspace(team, users, channels, with_bot, organisations)


def _team(declared: Json, default: Team) -> Team:
    return Team(
        id=str(declared.get("id", default.id)),
        name=str(declared.get("name", default.name)),
        domain=str(declared.get("domain", default.domain)),
    )


def _organisation(entry: Any) -> Team:
    _check_keys(entry, {"id", "name", "domain"}, "an organisation of the workspace")
    if not entry.get("domain"):
        raise BadConfiguration("an organisation of the workspace has no domain.")
    domain = str(entry["domain"])
    return _team(entry, Team(make_id("T", "organisation", domain), domain.capitalize(), domain))


def _check_keys(entry: Any, allowed: set[str], place: str) -> None:
    if not isinstance(entry, dict):
        raise BadConfiguration(f"{place} must be a mapping, not {entry!r}.")
    if unknown := sorted(set(entry) - allowed):
        raise BadConfiguration(f"{place} has unknown keys: {', '.join(unknown)}.")


def _user(entry: Any, team: Team, number: int, organisations: dict[str, Team]) -> User:
    _check_keys(entry, _USER_KEYS | _FLAGS, f"user {number + 1} of the workspace")
    if not entry.get("handle"):
        raise BadConfiguration(f"user {number + 1} of the workspace has no handle.")
    handle = str(entry["handle"])
    home = _home_of(entry, handle, organisations)
    stranger = home is not None
    # Their addresses are of their own organisation, as ours are of ours.
    theirs = next((of.domain for of in organisations.values() if of.id == home), handle)
    at = f"{theirs}.example" if stranger else "example.com"
    flags: dict[str, Any] = {flag: bool(entry.get(flag)) for flag in _FLAGS} | {"stranger": stranger}
    return User(
        id=str(entry.get("id") or make_id("U", team.id, handle)),
        handle=handle,
        name=str(entry.get("name") or handle.capitalize()),
        team_id=str(entry.get("team_id") or home or team.id),
        email=str(entry.get("email") or f"{handle}@{at}"),
        tz=str(entry.get("tz") or "Etc/UTC"),
        title=str(entry.get("title") or ""),
        color=COLOURS[number % len(COLOURS)],
        **flags,
    )


def _home_of(entry: Json, handle: str, organisations: dict[str, Team]) -> str | None:
    """The team of somebody of another organisation: the declared one, or one of their own; None for one of ours."""
    named = entry.get("organisation")
    if named is None:
        return make_id("T", "stranger", handle) if entry.get("stranger") else None
    if named not in organisations:
        raise BadConfiguration(f"user {handle} is of an organisation {named!r} that the workspace does not declare.")
    return organisations[named].id


def _channel(entry: Any, handles: dict[str, str], team: Team) -> Channel:
    _check_keys(entry, _CHANNEL_KEYS, f"channel {entry.get('name') if isinstance(entry, dict) else entry!r}")
    name = str(entry["name"])
    members: list[str] = []
    for member in entry.get("members") or []:
        if member not in handles:
            raise BadConfiguration(f"channel {name} has a member {member!r} who is no user of the workspace.")
        members.append(handles[member])
    return Channel(
        id=str(entry.get("id") or make_id("C", team.id, name)),
        name=name,
        kind="private" if entry.get("private") else "channel",
        created=_CREATED,
        creator=members[0] if members else SLACKBOT,
        members=members,
        topic=str(entry.get("topic") or ""),
        purpose=str(entry.get("purpose") or ""),
        archived=bool(entry.get("archived")),
        shared=str(entry.get("shared") or ""),
    )
