"""The way from the outbox to Slack: renders a row from fresh state, posts it once, and looks whether it arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.clock import Clock
from bot.metrics import RECONCILIATIONS
from bot.outbox.outcome import (
    Absent,
    Ambiguous,
    CannotLook,
    Claimed,
    Destination,
    Found,
    Moot,
    NotSent,
    Op,
    Refused,
    Sent,
)
from bot.outbox.transport import Lease
from bot.services.messages import Composer
from bot.slack import errors
from bot.slack.edge import template_of
from bot.slack.ids import Action, Callback
from bot.slack.last_look import LEASE, LeaseOverError
from bot.slack.markup import Message
from bot.slack.render import Renderer
from bot.store import members
from bot.store.engine import Database

EVENT_TYPE = "proofline"
# Slack's clock and the database's may differ; looking at a few messages too many costs nothing.
_CLOCK_MARGIN = timedelta(minutes=5)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message on its way: where to, what, and for an update or a reply which message it belongs to."""

    row: Claimed
    channel: str
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
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._clock = clock
        self._client = client
        self._composers = composers
        self._direct: dict[str, str] = {}

    async def prepare(self, row: Claimed) -> Prepared | Moot | Refused | NotSent:
        """Compose in a thread, render, and find the channel; a kind that nobody composes raises `LookupError`."""
        view = await asyncio.to_thread(self._compose, row)
        if isinstance(view, Moot | Refused):
            return view
        message = self._renderer.message(template_of(view), view=view, place="message", act=Action, callback=Callback)
        channel = await self._channel(row)
        return Prepared(row, channel, message) if isinstance(channel, str) else channel

    async def deliver(self, prepared: Prepared, lease: Lease) -> Sent | Refused | NotSent | Ambiguous:
        """One call, never repeated here."""
        if not lease.may_post():
            return NotSent("the lease was nearly over")
        held = LEASE.set(lease)
        try:
            answer = await self._call(prepared)
            return Sent(str(answer["channel"]), str(answer["ts"]))
        except LeaseOverError as over:
            return NotSent(str(over))
        except Exception as error:  # noqa: BLE001 - every failure has a meaning for the message
            return await self._meaning(error)
        finally:
            LEASE.reset(held)

    async def find(self, row: Claimed, since: datetime) -> Found | Absent | CannotLook | NotSent:
        """Search the conversation for the row's uuid; an update can simply be made again."""
        if row.op is Op.UPDATE:
            return Absent()
        channel = await self._channel(row)
        if isinstance(channel, NotSent):
            return channel
        if isinstance(channel, Refused):
            return CannotLook(channel.code)
        try:
            seen = await self._search(row, channel, since)
            RECONCILIATIONS.labels("found" if isinstance(seen, Found) else "absent").inc()
            return seen
        except SlackApiError as error:
            if errors.code_of(error) in errors.NO_SUCH_MESSAGE:
                return Absent()
            meaning = errors.outcome_of(error)
            return CannotLook(meaning.code) if isinstance(meaning, Refused) else NotSent(_why(meaning), _wait(meaning))
        except Exception as error:  # noqa: BLE001 - a look that failed may be tried again
            return NotSent(f"could not look: {type(error).__name__} {error}")

    async def retract(self, row: Claimed, sent: Sent) -> None:
        """Delete a message of ours that stands twice."""
        await self._client.chat_delete(channel=sent.channel, ts=sent.ts)

    def _compose(self, row: Claimed) -> object:
        with self._database.reading() as session:
            if row.destination is Destination.USER and row.op is Op.POST:
                to = members.by_slack_id(session, row.workspace_id, row.channel)
                # Slack takes a message to somebody who has left without complaint, and nobody reads it.
                if to is not None and to.is_deactivated:
                    return Refused("user_disabled")
            return self._composers[row.kind](session, row.args, self._clock.now())

    async def _channel(self, row: Claimed) -> str | Refused | NotSent:
        """The conversation's id; a user's direct messages are opened, which changes nothing if they are open."""
        known = row.target_channel or row.thread_channel
        if known or row.destination is Destination.CHANNEL:
            return known or row.channel
        if row.channel not in self._direct:
            try:
                answer = await self._client.conversations_open(users=row.channel)
            except Exception as error:  # noqa: BLE001 - nothing was posted, whatever went wrong
                meaning = await self._meaning(error)
                return meaning if isinstance(meaning, Refused | NotSent) else NotSent(meaning.why)
            self._direct[row.channel] = str(answer["channel"]["id"])
        return self._direct[row.channel]

    async def _call(self, prepared: Prepared) -> AsyncSlackResponse:
        row, message = prepared.row, prepared.message
        content: dict[str, Any] = {
            "channel": prepared.channel,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"uuid": row.uuid}},
        }
        if row.op is Op.UPDATE:
            return await self._client.chat_update(ts=row.target_ts or "", **content)
        return await self._client.chat_postMessage(
            thread_ts=row.thread_ts, unfurl_links=False, unfurl_media=False, **content
        )

    async def _meaning(self, error: Exception) -> Refused | NotSent | Ambiguous:
        """`account_inactive` is said of the person written to and of our own token alike: ask which."""
        if isinstance(error, SlackApiError) and errors.code_of(error) == "account_inactive":
            try:
                await self._client.auth_test()
            except SlackApiError as own:
                return errors.outcome_of(own)
            except Exception as unknown:  # noqa: BLE001 - nothing was posted, and nobody knows more
                return NotSent(f"could not ask Slack who we are: {unknown}")
        return errors.outcome_of(error)

    def _oldest(self, row: Claimed, since: datetime) -> datetime:
        """From when on to search. Where the clock was moved (demo, tests), Slack's stand-in follows it."""
        moved = abs(self._clock.now() - datetime.now(UTC)) > _CLOCK_MARGIN
        return (min(since, row.due_at) if moved else since) - _CLOCK_MARGIN

    async def _search(self, row: Claimed, channel: str, since: datetime) -> Found | Absent:
        window: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{self._oldest(row, since).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        cursor: str | None = None
        while True:
            if row.thread_ts:
                page = await self._client.conversations_replies(ts=row.thread_ts, cursor=cursor, **window)
            else:
                page = await self._client.conversations_history(cursor=cursor, **window)
            for message in page["messages"]:
                if _uuid(message) == row.uuid:
                    return Found(channel, str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return Absent()


def _uuid(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found = (metadata.get("event_payload") or {}).get("uuid")
    return None if found is None else str(found)


def _why(meaning: NotSent | Ambiguous) -> str:
    return f"could not look: {meaning.why}"


def _wait(meaning: NotSent | Ambiguous) -> float | None:
    return meaning.retry_after if isinstance(meaning, NotSent) else None
