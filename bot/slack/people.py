"""What Slack says of a user, as far as we keep or need it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.exhaustion import is_exhaustion
from bot.store.members import SlackUser
from bot.store.types import storable

_LONGEST_NAME = 200
_LONGEST_EMAIL = 320
_ANSWER_SECONDS = 1.0


def is_person(user: Mapping[str, Any]) -> bool:
    """Whether this is somebody of flesh and blood: no bot, no Slackbot."""
    return not user.get("is_bot") and user.get("id") != "USLACKBOT"


async def user_now(client: AsyncWebClient, slack_id: str) -> Mapping[str, Any] | None:
    """The user object as Slack has it at this moment; None where Slack does not say in time."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer = await client.users_info(user=slack_id)
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        return None
    user: Mapping[str, Any] = answer["user"]
    return user


def read_user(user: Mapping[str, Any], team_id: str) -> SlackUser:
    """The user object of users.info, users.list and the user events.

    Guests of any kind and people of other organisations are guests to us: they get nothing.
    """
    profile = user.get("profile") or {}
    stranger = bool(user.get("is_stranger")) or user.get("team_id", team_id) != team_id
    name = profile.get("real_name") or user.get("real_name") or user.get("name")
    return SlackUser(
        slack_id=str(user["id"]),
        name=_text(name, _LONGEST_NAME) or str(user["id"]),
        email=_text(profile.get("email"), _LONGEST_EMAIL),
        tz=_zone(user.get("tz")),
        is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")) or stranger,
        is_deactivated=bool(user.get("deleted")),
    )


def _text(given: object, longest: int) -> str | None:
    """Text as it can be kept and compared, on one line; None for nothing."""
    return " ".join(storable(str(given)).split())[:longest] or None if given else None


def _zone(name: object) -> str:
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError) as error:
        if is_exhaustion(error):
            raise
        return "UTC"
