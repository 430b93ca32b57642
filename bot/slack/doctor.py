"""Looks at everything that the bot needs and says, in a line each, what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.values.text import plural
from bot.outbox import backlog
from bot.resources import MANIFEST
from bot.settings import Settings
from bot.slack import app, sockets
from bot.slack.errors import code_of
from bot.slack.one_workspace import others_sentence
from bot.store import members, portfolios, set_aside, workspaces
from bot.store.admin import migrations
from bot.store.engine import Database
from bot.store.set_aside import SetAside

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, what was found, and, unless it is well, what to do about it."""

    about: str
    found: str
    mend: str = ""

    @property
    def well(self) -> bool:
        return not self.mend

    def __str__(self) -> str:
        return f"✓ {self.about}: {self.found}" if self.well else f"✗ {self.about}: {self.found}. {self.mend}"


@dataclass(frozen=True, slots=True)
class _Team:
    id: str
    name: str


async def examine(settings: Settings, tell: Callable[[Diagnosis], None], replicas: int = 1) -> bool:
    """Examine everything and pass each finding to `tell` at once; returns whether all is well.

    `replicas` is how many processes are meant to run.
    """
    findings: list[Diagnosis] = []

    def note(diagnoses: Iterable[Diagnosis]) -> None:
        for finding in diagnoses:
            findings.append(finding)
            tell(finding)

    database = Database(settings.database_url, listen_url=settings.listen_url)
    database_findings, usable = await asyncio.to_thread(_database, database)
    note(database_findings)
    async with app.http_session() as http:
        client = app.web_client(settings.slack_bot_token, settings.slack_api_url, http)
        team, token_findings = await _tokens(settings, client, replicas)
        note(token_findings)
        if team and usable:
            note(await _in_database(client, database, team))
        elif usable:
            note(await asyncio.to_thread(_paused, database))
    database.dispose()
    return all(finding.well for finding in findings)


def _database(database: Database) -> tuple[list[Diagnosis], bool]:
    """What is found of the database, and whether its tables are those of this version."""
    shown = database.shown_url
    try:
        behind = migrations.needs_upgrade(database)
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        return [Diagnosis("database", f"{shown} cannot be reached ({why})", "Start it, or set DATABASE_URL.")], False
    except migrations.TooNewError as error:
        return [Diagnosis("database", shown), Diagnosis("migrations", "newer than this version", str(error))], False
    state = "not those of this version yet; run brings them there when it starts" if behind else "up to date"
    return [Diagnosis("database", shown), Diagnosis("migrations", state)], not behind


async def _tokens(settings: Settings, client: AsyncWebClient, replicas: int) -> tuple[_Team | None, list[Diagnosis]]:
    findings = [await _way_in(settings, client, replicas)]
    if not settings.slack_bot_token:
        findings.append(
            Diagnosis("bot token", "SLACK_BOT_TOKEN is not set", "Copy it from OAuth & Permissions of the app.")
        )
        return None, findings
    try:
        me = await client.auth_test()
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        findings.append(_not_let_in("bot token", settings, error))
        return None, findings
    findings.append(Diagnosis("bot token", f"{me['user']} in {me['team']}"))
    findings.append(_scopes(me.headers))
    return _Team(str(me["team_id"]), str(me["team"])), findings


async def _way_in(settings: Settings, client: AsyncWebClient, replicas: int) -> Diagnosis:
    if not settings.socket_mode:
        if settings.slack_signing_secret:
            return Diagnosis("way in", f"HTTP on port {settings.port}, path /slack/events")
        return Diagnosis(
            "way in",
            "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set",
            "Set the first for Socket Mode, the second for HTTP.",
        )
    try:
        others = await sockets.count_others(client, settings.slack_app_token)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        return _not_let_in("app token", settings, error)
    state = f"Socket Mode, {plural(others, 'connection')} open"
    if others > replicas:
        # Slack gives each payload to one connection: a process that nobody knows of answers some of them.
        mend = (
            f"Expected at most {replicas}. Stop what else runs with this SLACK_APP_TOKEN, or make a new token;"
            f" if you run {others} replicas, use doctor --replicas {others}."
        )
        return Diagnosis("way in", state, mend)
    return Diagnosis("way in", state)


def _not_let_in(about: str, settings: Settings, error: Exception) -> Diagnosis:
    if isinstance(error, SlackApiError):
        mend = "Install the app again from manifest.yml, copy the new token, then start the bot again."
        return Diagnosis(about, f"Slack refuses it ({code_of(error) or error.response.status_code})", mend)
    why = str(error) or type(error).__name__
    return Diagnosis("Slack", f"{settings.slack_api_url} cannot be reached ({why})", "Check network and proxy.")


def _scopes(headers: Any) -> Diagnosis:
    """Slack names the scopes of a token in the headers of every answer."""
    header = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    manifest = yaml.safe_load(MANIFEST.read_text("utf-8"))
    required = set(manifest["oauth_config"]["scopes"]["bot"])
    if header is None:
        return Diagnosis("scopes", "Slack does not say")
    missing = sorted(required - {scope.strip() for scope in header.split(",")})
    if missing:
        mend = "Update the app from manifest.yml and install it again."
        return Diagnosis("scopes", f"missing {', '.join(missing)}", mend)
    return Diagnosis("scopes", f"all {len(required)} given")


async def _in_database(client: AsyncWebClient, database: Database, team: _Team) -> list[Diagnosis]:
    result = await asyncio.to_thread(_known, database, team)
    if isinstance(result, Diagnosis):
        return [result]
    findings, channels = result
    if not channels:
        findings.append(Diagnosis("channels", "no portfolio has one", "Set one with /portfolio setup in Slack."))
    return [*findings, *[await _channel(client, name, channel) for name, channel in channels]]


def _known(database: Database, team: _Team) -> Diagnosis | tuple[list[Diagnosis], list[tuple[str, str]]]:
    with database.reading() as session:
        workspace_id = workspaces.id_of(session, team.id)
        others = others_sentence(session, team.id, team.name)
        if workspace_id is None:
            new = Diagnosis("workspace", f"{team.name} is new to this database; run takes it in when it starts")
            return _other_workspace(others) if others else new
        paused = next((entry for entry in backlog.paused(session) if entry.team_id == team.id), None)
        everybody = members.of_workspace(session, workspace_id)
        unlinked = [member.name for member in everybody if not (member.slack_id or member.is_deactivated)]
        saved = portfolios.of_workspace(session, workspace_id)
        waiting = sum(backlog.depth(session).values())
        resting = set_aside.of_workspace(session, workspace_id)
    findings = [
        *([_other_workspace(others)] if others else []),
        _sending_paused(paused, "The token is well again: start the bot again, and it sends what waits.")
        if paused
        else Diagnosis("sending", f"{waiting} messages waiting"),
        Diagnosis(
            "owners",
            f"{len(unlinked)} not found in Slack: {_some(unlinked)}",
            "Invite them, or import with their email.",
        )
        if unlinked
        else Diagnosis("owners", "all found in Slack"),
        _clock(resting),
    ]
    return findings, [(portfolio.name, portfolio.channel) for portfolio in saved if portfolio.channel]


def _other_workspace(sentence: str) -> Diagnosis:
    return Diagnosis("workspace", "the bot does not start with this database and token", sentence)


def _clock(resting: list[SetAside]) -> Diagnosis:
    """What the clock has set aside, each with the reference under which the log has the reason."""
    if not resting:
        return Diagnosis("clock", "nothing is set aside")
    entries = [f"{row.job}, {row.kind} {row.unit_id} ({row.failures} times, {row.reference})" for row in resting]
    whole = "The log has the reason of each under its reference. What is set aside is tried again by itself."
    return Diagnosis("clock", f"{len(resting)} set aside: {_some(entries)}", whole)


def _paused(database: Database) -> list[Diagnosis]:
    """What is known to be paused, although Slack does not let us in to say which workspace the token is for."""
    with database.reading() as session:
        paused_workspaces = backlog.paused(session)
    mend = "Once the token is well, start the bot again, and it sends what waits."
    return [_sending_paused(entry, mend) for entry in paused_workspaces]


def _sending_paused(entry: backlog.Paused, mend: str) -> Diagnosis:
    return Diagnosis("sending", f"paused for {entry.name} since Slack said {entry.code}", mend)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


async def _channel(client: AsyncWebClient, portfolio: str, channel: str) -> Diagnosis:
    about = f"channel of {portfolio}"
    try:
        answer = await client.conversations_info(channel=channel)
    except SlackApiError as error:
        return Diagnosis(about, f"{channel}: {code_of(error)}", "Choose another with /portfolio setup.")
    except (aiohttp.ClientError, TimeoutError) as error:
        return Diagnosis(about, f"{channel} could not be looked at ({error})", "Try again.")
    name = f"#{answer['channel'].get('name', channel)}"
    if answer["channel"].get("is_archived"):
        return Diagnosis(about, f"{name} is archived", "Choose another with /portfolio setup.")
    if answer["channel"].get("is_ext_shared") or answer["channel"].get("is_pending_ext_shared"):
        state = f"{name} is shared with another organisation, so I do not post there"
        return Diagnosis(about, state, "Choose another with /portfolio setup.")
    if not answer["channel"].get("is_member"):
        return Diagnosis(about, f"the bot is not in {name}", "Write /invite @Proofline there.")
    return Diagnosis(about, name)
