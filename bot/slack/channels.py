"""Who reads a channel: people of another organisation must not, and of guests somebody is asked first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app.actor import UserError
from bot.slack import errors
from bot.slack.refusals import SlackRefusal

_LOOK_SECONDS = 2.0
_PAGE = 1000
_TEAMS = ("connected_team_ids", "shared_team_ids", "connected_limited_team_ids", "pending_connected_team_ids")
"""Where `conversations.info` names the teams that read a channel, or will once they accept."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """The Slack ids of the other organisations that share a channel, and of all its members."""

    teams: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readers:
    """The Slack ids of a channel's members, and whether another organisation shares it or is invited to."""

    shared_outside: bool
    members: tuple[str, ...] = ()


async def is_shared_outside(client: AsyncWebClient, channel: str) -> bool:
    """Whether people of another organisation read a channel or are invited to it. Raises what Slack's client raises.

    A channel of several workspaces of our own organisation (`is_org_shared`) is ours.
    """
    info = (await client.conversations_info(channel=channel))["channel"]
    return bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared"))


async def readers_of(client: AsyncWebClient, channel: str | None, field: str | None = None) -> Readers:
    """Who reads a channel that a person chose; `UserError` at `field` for one that we cannot see. Nobody for None."""
    if channel is None:
        return Readers(False)
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            if await is_shared_outside(client, channel):
                return Readers(True)
            return Readers(False, await _members(client, channel))
    except SlackApiError as error:
        if errors.code_of(error) in errors.CHANNEL_GONE | errors.NO_RIGHT:
            raise UserError(SlackRefusal.CHANNEL_UNSEEN, field) from error
        raise


async def sharing_of(client: AsyncWebClient, channel: str, own_team: str, field: str) -> Sharing:
    """Which organisations share a channel that a person chose, or are invited to it.

    Teams of our own enterprise (`internal_team_ids`) are ours. `UserError` at `field` for a channel that we cannot see.
    """
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            info = (await client.conversations_info(channel=channel))["channel"]
            if not info.get("is_member"):
                raise UserError(SlackRefusal.CHANNEL_UNSEEN, field)
            ours = {own_team, info.get("context_team_id"), *(info.get("internal_team_ids") or [])}
            named = [team for name in _TEAMS for team in info.get(name) or []]
            others = [team for team in dict.fromkeys(named) if team not in ours]
            return Sharing(tuple(others), await _members(client, channel))
    except SlackApiError as error:
        if errors.code_of(error) in errors.CHANNEL_GONE | errors.NO_RIGHT:
            raise UserError(SlackRefusal.CHANNEL_UNSEEN, field) from error
        raise


async def must_be_ours(client: AsyncWebClient, channel: str) -> None:
    """`UserError` for a channel that another organisation shares, and for one that we cannot see."""
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            shared = await is_shared_outside(client, channel)
    except SlackApiError as error:
        if errors.code_of(error) in errors.CHANNEL_GONE | errors.NO_RIGHT:
            raise UserError(SlackRefusal.READERS_UNSEEN) from error
        raise
    if shared:
        raise UserError(SlackRefusal.CHANNEL_SHARED)


async def _members(client: AsyncWebClient, channel: str) -> tuple[str, ...]:
    members: list[str] = []
    cursor = ""
    while True:
        page = await client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor)
        members += page["members"]
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return tuple(members)
