"""The way from the outbox to Slack: renders a row from fresh state, posts it once, and looks whether it arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.app.message_kinds import Composer
from bot.domain.values.clock import Clock
from bot.metrics import RECONCILIATIONS
from bot.outbox.transport import Lease
from bot.outbox.types import (
    SHARED_OUTSIDE,
    Absent,
    Ambiguous,
    CannotLook,
    Claimed,
    Destination,
    Found,
    LookRefused,
    Moot,
    NotSent,
    Op,
    PermanentFailure,
    Scope,
    Sent,
    Unfinished,
)
from bot.slack import channels, errors
from bot.slack.edge import template_of
from bot.slack.lease_guard import LEASE, LeaseOverError
from bot.slack.markup import Message
from bot.slack.render import Renderer
from bot.store import members
from bot.store.engine import AWAY, Database, Use

EVENT_TYPE = "proofline"
_Made: TypeAlias = "Prepared | Moot | PermanentFailure | Exception"
# Slack's clock and the database's may differ; looking at a few messages too many costs nothing.
_CLOCK_MARGIN = timedelta(minutes=5)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message on its way, and the row that says where to and which message it updates or replies to."""

    row: Claimed
    message: Message


class Gateway:
    """Implements `bot.outbox.transport.Transport` for Slack's Web API."""

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        clock: Clock,
        client: AsyncWebClient,
        composers: Mapping[str, Composer],
        *,
        in_channels: Collection[str] = (),
        opening_seconds: float = 5.0,
    ) -> None:
        """`in_channels`: the kinds of message that channels get, whose readers are looked at before each post.

        `opening_seconds`: how long opening direct messages may take, less than the sender gives one call.
        """
        self._database = database
        self._renderer = renderer
        self._clock = clock
        self._client = client
        self._composers = composers
        self._in_channels = frozenset(in_channels)
        self._opening_seconds = opening_seconds
        self._direct: dict[str, str] = {}

    async def prepare(self, rows: Sequence[Claimed]) -> list[_Made]:
        """Compose and render in a thread; a kind that nobody composes is a `LookupError`."""
        return await asyncio.to_thread(self._made, rows)

    async def deliver(self, prepared: Prepared, lease: Lease) -> Sent | PermanentFailure | NotSent | Ambiguous:
        """Find the channel and post there with one call, never repeated here."""
        channel = await self._channel(prepared.row)
        if not isinstance(channel, str):
            return channel
        if (refused := await self._strangers(prepared.row, channel)) is not None:
            return refused
        if not lease.may_post():
            return NotSent("the lease was nearly over")
        context_token = LEASE.set(lease)
        try:
            answer = await self._call(prepared, channel)
            return Sent(str(answer["channel"]), str(answer["ts"]))
        except LeaseOverError as over:
            return NotSent(str(over))
        except Exception as error:  # noqa: BLE001 - every failure has a meaning for the message
            return await self._meaning(error)
        finally:
            LEASE.reset(context_token)

    async def _strangers(self, row: Claimed, channel: str) -> PermanentFailure | NotSent | None:
        """Why a channel gets no message: another organisation shares it, or nobody knows; None where we may post."""
        if row.kind not in self._in_channels or row.destination is not Destination.CHANNEL:
            return None
        try:
            shared = await channels.is_shared_outside(self._client, channel)
        except Exception as error:  # noqa: BLE001 - nothing was posted, whatever went wrong
            meaning = await self._meaning(error)
            if isinstance(meaning, PermanentFailure) and meaning.code in errors.NO_RIGHT:
                return PermanentFailure(meaning.code)
            return meaning if isinstance(meaning, PermanentFailure | NotSent) else NotSent(meaning.why)
        return PermanentFailure(SHARED_OUTSIDE) if shared else None

    async def find(
        self, row: Claimed
    ) -> Found | Absent | Unfinished | CannotLook | LookRefused | NotSent | PermanentFailure:
        """Search a page of the conversation for the row's uuid; an update can simply be made again."""
        if row.op is Op.UPDATE:
            return Absent()
        channel = await self._channel(row)
        if isinstance(channel, NotSent):
            return channel
        if isinstance(channel, PermanentFailure):
            return _cannot_look(channel)
        try:
            return await self._search(row, channel)
        except SlackApiError as error:
            if errors.code_of(error) in errors.NO_SUCH_MESSAGE:
                return Absent()
            if errors.code_of(error) == "invalid_cursor" and row.look_cursor:
                return await self.find(replace(row, look_cursor=None))  # Slack forgot it: look from the beginning
            return _look_failed(await self._meaning(error))
        except Exception as error:  # noqa: BLE001 - a look that failed may be tried again
            return NotSent(f"could not look: {type(error).__name__} {error}")

    async def retract(self, row: Claimed, sent: Sent) -> None:
        """Delete a message of ours that stands twice."""
        await self._client.chat_delete(channel=sent.channel, ts=sent.ts)

    def _made(self, rows: Sequence[Claimed]) -> list[_Made]:
        """All in one session; if one of them breaks it, each in its own."""
        try:
            views = self._composed(rows)
            return [
                view if isinstance(view, Moot | PermanentFailure) else self._rendered(row, view) for row, view in views
            ]
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - the sender decides what becomes of a row that cannot be rendered
            return [error] if len(rows) == 1 else [item for row in rows for item in self._made([row])]

    def _composed(self, rows: Sequence[Claimed]) -> list[tuple[Claimed, object]]:
        views: dict[int, object] = {}
        with self._database.reading(Use.COMPOSING) as session:
            direct = [row for row in rows if row.destination is Destination.USER and row.op is Op.POST]
            deactivated = members.who_left(session, {(row.workspace_id, row.channel) for row in direct})
            # Slack takes a message to somebody who has left without complaint, and nobody reads it.
            views |= {
                row.id: PermanentFailure("user_disabled")
                for row in direct
                if (row.workspace_id, row.channel) in deactivated
            }
            kinds: dict[str, list[Claimed]] = {}
            for row in rows:
                if row.id not in views:
                    kinds.setdefault(row.kind, []).append(row)
            for kind, same in kinds.items():
                # A composer reads by ids, so it is told whose they are.
                args = [row.args | {"workspace_id": row.workspace_id} for row in same]
                composed = self._composers[kind](session, args, self._clock.now())
                views |= {row.id: view for row, view in zip(same, composed, strict=True)}
        return [(row, views[row.id]) for row in rows]

    def _rendered(self, row: Claimed, view: object) -> Prepared:
        name = template_of(view)
        return Prepared(row, self._renderer.message(name, view=view, place="message"))

    async def _channel(self, row: Claimed) -> str | PermanentFailure | NotSent:
        """The conversation's id; a user's direct messages are opened, which changes nothing if they are open."""
        channel = row.target_channel or row.thread_channel
        if channel or row.destination is Destination.CHANNEL:
            return channel or row.channel
        if row.channel not in self._direct:
            try:
                async with asyncio.timeout(self._opening_seconds):
                    answer = await self._client.conversations_open(users=row.channel)
            except Exception as error:  # noqa: BLE001 - nothing was posted, whatever went wrong
                meaning = await self._meaning(error)
                return meaning if isinstance(meaning, PermanentFailure | NotSent) else NotSent(meaning.why)
            self._direct[row.channel] = str(answer["channel"]["id"])
        return self._direct[row.channel]

    async def _call(self, prepared: Prepared, channel: str) -> AsyncSlackResponse:
        row, message = prepared.row, prepared.message
        content: dict[str, Any] = {
            "channel": channel,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"uuid": row.uuid}},
        }
        if row.op is Op.UPDATE:
            return await self._client.chat_update(ts=row.target_ts or "", **content)
        return await self._client.chat_postMessage(
            thread_ts=row.thread_ts, unfurl_links=False, unfurl_media=False, **content
        )

    async def _meaning(self, error: Exception) -> PermanentFailure | NotSent | Ambiguous:
        """`account_inactive` is said of the person written to and of our own token alike: ask which."""
        if isinstance(error, SlackApiError) and errors.code_of(error) == "account_inactive":
            try:
                await self._client.auth_test()
            except SlackApiError as own:
                meaning = errors.outcome_of(own)
                # Slack refuses to tell us who we are: whatever its word for it, that is about the workspace.
                return (
                    PermanentFailure(meaning.code, Scope.WORKSPACE)
                    if isinstance(meaning, PermanentFailure)
                    else meaning
                )
            except Exception as unknown:  # noqa: BLE001 - nothing was posted, and nobody knows more
                return NotSent(f"could not ask Slack who we are: {unknown}")
        return errors.outcome_of(error)

    def _window(self, row: Claimed) -> dict[str, str]:
        """Between which moments to search. Where the clock was moved (demo, tests), Slack's stand-in follows it."""
        if abs(self._clock.now() - datetime.now(UTC)) > _CLOCK_MARGIN:
            return {"oldest": _stamp(min(row.doubt_from, row.due_at) - _CLOCK_MARGIN)}
        window = {"oldest": _stamp(row.doubt_from - _CLOCK_MARGIN)}
        return window | ({"latest": _stamp(row.doubt_until + _CLOCK_MARGIN)} if row.doubt_until else {})

    async def _search(self, row: Claimed, channel: str) -> Found | Absent | Unfinished:
        window: dict[str, Any] = {
            "channel": channel,
            "cursor": row.look_cursor,
            "include_all_metadata": True,
            "limit": _PAGE,
            **self._window(row),
        }
        if row.thread_ts:
            page = await self._client.conversations_replies(ts=row.thread_ts, **window)
        else:
            page = await self._client.conversations_history(**window)
        for message in page["messages"]:
            if _uuid(message) == row.uuid:
                RECONCILIATIONS.labels("found").inc()
                return Found(channel, str(message["ts"]))
        if cursor := (page.get("response_metadata") or {}).get("next_cursor"):
            return Unfinished(str(cursor))
        RECONCILIATIONS.labels("absent").inc()
        return Absent()


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _uuid(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    uuid = (metadata.get("event_payload") or {}).get("uuid")
    return None if uuid is None else str(uuid)


def _cannot_look(refused: PermanentFailure) -> CannotLook | PermanentFailure:
    """What a refused look means: a right that is missing stays so, but a revoked token is about the workspace."""
    shut_out = refused.scope is Scope.WORKSPACE and refused.code not in errors.NO_RIGHT
    return refused if shut_out else CannotLook(refused.code)


def _look_failed(
    meaning: PermanentFailure | NotSent | Ambiguous,
) -> CannotLook | LookRefused | NotSent | PermanentFailure:
    match meaning:
        case PermanentFailure():
            return _cannot_look(meaning)
        case NotSent(_, retry_after) if retry_after is not None:
            RECONCILIATIONS.labels("refused").inc()
            return LookRefused(retry_after)
        case NotSent(why) | Ambiguous(why):
            return NotSent(f"could not look: {why}")
