"""The one door for people of other organisations: what they press and fill in where we share a channel with them.

Who they are is what Slack answers (`users.info`), not what the payload says. Everybody of ours is refused here, as
everybody else is refused everywhere else (`Edge`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.orm import Session

from bot.app import submissions
from bot.app.actor import UserError
from bot.app.outsider import Outsider
from bot.slack.edge import Edge
from bot.slack.payload import Body, sender_of, submission_of
from bot.slack.people import is_person, read_user
from bot.slack.refusals import SlackRefusal

T = TypeVar("T")
Json = dict[str, Any]
Work = Callable[[Session, Outsider, datetime], T]
Next = Callable[[], Awaitable[None]]

MOST_ASKED_ABOUT = 40
"""About how many people Slack is asked at once: more would not be answered in time."""
_LOOK_SECONDS = 1.5


class Door:
    """Lets people of other organisations in, to the use cases that take an `Outsider`."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def write(self, body: Body, do: Work[T]) -> T | None:
        """As `Edge.write`, for somebody of another organisation; `UserError` for everybody of ours."""
        user, submission = await self._user(body), submission_of(body)

        def unit(session: Session, workspace_id: int, now: datetime) -> T | None:
            outsider = outsider_of(user, workspace_id)
            done: list[T] = []
            submissions.once(session, outsider, submission, lambda: done.append(do(session, outsider, now)), now)
            return done[0] if done else None

        return await self._edge.work_for_anybody(body, unit, writes=True)

    async def read(self, body: Body, look: Work[T]) -> T:
        """As `Edge.read`, for somebody of another organisation; `UserError` for everybody of ours."""
        user = await self._user(body)
        return await self._edge.work_for_anybody(
            body, lambda session, workspace_id, now: look(session, outsider_of(user, workspace_id), now), writes=False
        )

    async def _user(self, body: Body) -> Json:
        sender = sender_of(body)
        if sender.home_team_id == sender.team_id:
            raise UserError(SlackRefusal.OUTSIDERS_ONLY)
        [user] = await users(self._edge.client, [sender.user_id])
        enterprise = (body.get("enterprise") or {}).get("id")
        if is_ours(user, sender.team_id, enterprise):
            raise UserError(SlackRefusal.OUTSIDERS_ONLY)
        return user


def keep_out(app: AsyncApp, open_to_outsiders: Collection[str]) -> None:
    """Refuse what people of other organisations press and send, before any listener reads it.

    `open_to_outsiders` are the ids of the actions and forms that go through a `Door`.
    """

    @app.middleware
    async def guard(body: Body, next: Next) -> None:
        if isinstance(body.get("user"), Mapping):
            sender = sender_of(body)
            used = [action.get("action_id") for action in body.get("actions") or ()]
            used += [(body.get("view") or {}).get("callback_id")] if not used else []
            if sender.home_team_id != sender.team_id and not set(used) <= set(open_to_outsiders):
                raise UserError(SlackRefusal.SENDER_NOT_A_MEMBER)
        await next()


def is_ours(user: Json, own_team: str, own_enterprise: str | None) -> bool:
    """Whether Slack counts a user to our workspace, or to another one of our enterprise."""
    theirs = (user.get("enterprise_user") or {}).get("enterprise_id")
    return user.get("team_id") in (None, "", own_team) or (own_enterprise is not None and theirs == own_enterprise)


def outsider_of(user: Json, workspace_id: int) -> Outsider:
    """Somebody of another organisation by the user object that Slack gave for them."""
    known = read_user(user, str(user["team_id"]))
    left = known.is_guest or known.is_deactivated or not is_person(user)
    return Outsider(workspace_id, known.slack_id, str(user["team_id"]), known.name, known.email, known.tz, left)


async def users(client: AsyncWebClient, slack_ids: Collection[str]) -> list[Json]:
    """What Slack says of these users; `UserError` where it does not say, or they are too many to ask about."""
    if len(slack_ids) > MOST_ASKED_ABOUT:
        raise UserError(SlackRefusal.READERS_UNKNOWN)
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            answers = await asyncio.gather(*(client.users_info(user=slack_id) for slack_id in slack_ids))
    except (SlackApiError, TimeoutError) as error:
        raise UserError(SlackRefusal.OUTSIDER_UNKNOWN) from error
    return [answer["user"] for answer in answers]


async def team_names(client: AsyncWebClient, teams: Iterable[str]) -> dict[str, str]:
    """What Slack calls these organisations; one that it does not name, for want of `team:read`, goes by its id."""

    async def name(team: str) -> str:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                return str((await client.team_info(team=team))["team"]["name"])
        except (SlackApiError, TimeoutError):
            return team

    wanted = sorted(set(teams))
    return dict(zip(wanted, await asyncio.gather(*map(name, wanted)), strict=True))
