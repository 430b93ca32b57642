"""Records the workspace and its people: at the start from Slack's lists, later from its events."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.values.clock import Clock
from bot.domain.values.slugs import folded
from bot.features.meetings import away_status
from bot.features.undelivered import lost_channels, reroute
from bot.features.workspace.phrases import WorkspacePhrase
from bot.outbox.pacing import resume_workspace
from bot.outbox.types import PermanentFailure
from bot.phrases import say
from bot.slack import errors
from bot.slack.one_workspace import others_sentence
from bot.slack.people import is_person, read_user
from bot.store import members, workspaces
from bot.store.engine import Database

_PAGE = 200

log = structlog.get_logger("slack")


@dataclass(frozen=True, slots=True)
class Installation:
    """The workspace that our token belongs to, and our user and bot there."""

    workspace_id: int
    team_id: str
    team: str
    bot_user_id: str
    bot_id: str


class OtherWorkspaceError(Exception):
    """The database holds another workspace than the token's; the message says what to do."""


async def install(client: AsyncWebClient, database: Database, now: datetime, *, alone: bool = True) -> Installation:
    """Ask Slack for our workspace and record it; resume one that was paused for a revoked token.

    Accounts that were imported before the bot first reached Slack become this workspace's. Raises `SlackApiError` when
    the token does not hold and, if it must be `alone`, `OtherWorkspaceError` when the database holds another one.
    """
    me = await client.auth_test()
    team_id, team = str(me["team_id"]), str(me["team"])

    def remember() -> int:
        with database.begin() as session:
            workspaces.adopt(session, team_id, team)
            if alone and (problem := others_sentence(session, team_id, team)):
                raise OtherWorkspaceError(problem)
            workspace_id = workspaces.remember(session, team_id, team, now)
            if resume_workspace(session, workspace_id):
                log.info("slack.resumed", team=team_id)
            return workspace_id

    workspace_id = await asyncio.to_thread(remember)
    return Installation(workspace_id, team_id, team, str(me["user_id"]), str(me["bot_id"]))


async def sync_members(client: AsyncWebClient, database: Database, where: Installation, clock: Clock) -> int:
    """Remember all people of the workspace, page by page; returns how many there are.

    Who changed while nobody listened is treated as if the event came now: a status that says away, somebody who left.
    At the first meeting nobody can have taken somebody else's name yet, so there an imported owner is found by name.
    """
    if not await asyncio.to_thread(_has_met_slack, database, where):
        return await _meet_first(client, database, where)
    met, cursor = 0, ""
    while True:
        page = await client.users_list(limit=_PAGE, cursor=cursor)
        people = [user for user in page["members"] if is_person(user)]
        await asyncio.to_thread(_follow, database, where, people, clock.now())
        met += len(people)
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return met


async def _meet_first(client: AsyncWebClient, database: Database, where: Installation) -> int:
    """Remember everybody once all are known: only then it is known which names are unique."""
    people: list[Mapping[str, Any]] = []
    cursor = ""
    while True:
        page = await client.users_list(limit=_PAGE, cursor=cursor)
        people += [user for user in page["members"] if is_person(user)]
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    users = [read_user(user, where.team_id) for user in people]
    names = Counter(folded(user.name) for user in users if not user.is_guest and not user.is_deactivated)
    unique = frozenset(name for name, count in names.items() if count == 1)
    for start in range(0, len(people), _PAGE):
        await asyncio.to_thread(_remember, database, where, people[start : start + _PAGE], unique)
    return len(people)


def _has_met_slack(database: Database, where: Installation) -> bool:
    with database.reading() as session:
        return members.has_met_slack(session, where.workspace_id)


def _remember(
    database: Database, where: Installation, people: list[Mapping[str, Any]], unique: Collection[str] = ()
) -> None:
    with database.begin() as session:
        for user in (read_user(person, where.team_id) for person in people):
            members.remember(session, where.workspace_id, user, by_name=folded(user.name) in unique)


def _follow(database: Database, where: Installation, users: Collection[Mapping[str, Any]], now: datetime) -> None:
    """Remember changed people and do what their status says; if they left, their prompts go to a substitute."""
    with database.begin() as session:
        for user in users:
            _follow_one(session, where, user, now)


def _follow_one(session: Session, where: Installation, user: Mapping[str, Any], now: datetime) -> None:
    user_now = read_user(user, where.team_id)
    known = members.by_slack_id(session, where.workspace_id, user_now.slack_id) if user_now.is_deactivated else None
    member = members.remember(session, where.workspace_id, user_now)
    if member.is_deactivated and known is not None and not known.is_deactivated:
        log.info("slack.member_left", member=member.id)
        reroute.reassign_prompts_of_leaver(session, member, now)
    away_status.status_changed(session, Actor(member, "status"), away_status.status_of(user), now)


def follow_people(app: AsyncApp, database: Database, where: Installation, clock: Clock) -> None:
    """Listen for people who join, change or leave, and for channels that take our messages again."""

    @app.event("user_change")
    @app.event("team_join")
    async def changed(event: Mapping[str, Any]) -> None:
        user = event["user"]
        if is_person(user):
            await asyncio.to_thread(_follow, database, where, [user], clock.now())

    @app.event("member_joined_channel")
    async def joined(event: Mapping[str, Any]) -> None:
        if event["user"] == where.bot_user_id:
            await asyncio.to_thread(_mark_recovered, database, where, str(event["channel"]), clock.now())

    @app.event("channel_unarchive")
    @app.event("group_unarchive")
    async def unarchived(event: Mapping[str, Any]) -> None:
        await asyncio.to_thread(_mark_recovered, database, where, str(event["channel"]), clock.now())


def _mark_recovered(database: Database, where: Installation, channel: str, now: datetime) -> None:
    """A lost channel takes messages again; if we are not in it, the next post fails and marks it as lost."""
    with database.begin() as session:
        lost_channels.mark_channel_recovered(session, where.workspace_id, channel, now)


def connection_failure_sentence(error: Exception, api_url: str) -> str:
    """Why Slack did not let us in, and how to mend it."""
    if not isinstance(error, SlackApiError):
        return say(WorkspacePhrase.UNREACHABLE, url=api_url, error=str(error))
    code = errors.code_of(error) or error.response.status_code
    if isinstance(errors.outcome_of(error), PermanentFailure):
        return say(WorkspacePhrase.TOKEN_REFUSED, code=code)
    return say(WorkspacePhrase.NOT_ANSWERING, code=code)
