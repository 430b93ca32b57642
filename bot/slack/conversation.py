"""What people write to the bot: in its direct messages, or in a channel where they mention it.

A direct message is answered by one, a mention by a message that only its writer sees, both in the thread that they
wrote in. There is no response_url to answer through, and Slack delivers again what was not acknowledged in time.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from bot.slack.edge import ANSWER_SECONDS, Edge
from bot.slack.markup import Message
from bot.slack.payload import Body, sender_of
from bot.store.types import storable

_SLACKBOT = "USLACKBOT"
_WRITTEN = (None, "thread_broadcast")
"""The subtypes of a message that is new and written by a person; edits and deletions have others."""


def is_to_us(body: Body) -> bool:
    """Whether one of ours wrote something new to us: no app or bot, no edit, no file, nobody of elsewhere."""
    event, sender = body.get("event") or {}, sender_of(body)
    if sender.home_team_id != sender.team_id:
        return False
    by_person = bool(event.get("user")) and event["user"] != _SLACKBOT and not event.get("bot_id")
    new = event.get("subtype") in _WRITTEN and not event.get("edited") and not event.get("hidden")
    return by_person and new and (is_direct(body) or event.get("type") == "app_mention")


def is_direct(body: Body) -> bool:
    """Whether it was written in our direct messages with a person."""
    event = body.get("event") or {}
    return event.get("type") == "message" and event.get("channel_type") == "im"


def thread_of(body: Body) -> str | None:
    """The thread in which something was written, or in which the message stands that was clicked."""
    place = body.get("event") or body.get("container") or {}
    thread = place.get("thread_ts")
    return str(thread) if thread else None


def stands_in_a_thread(body: Body) -> bool:
    """Whether it was written or clicked in a thread of a channel, where an answer can be shared."""
    channel = (body.get("event") or {}).get("channel") or (body.get("channel") or {}).get("id") or ""
    return thread_of(body) is not None and not str(channel).startswith("D")


def words_of(body: Body, our_user_id: str | None) -> str:
    """What was written, as Slack sends it, without the mentions of us."""
    text = str((body.get("event") or {}).get("text") or "")
    if our_user_id:
        text = re.sub(rf"<@{re.escape(our_user_id)}(\|[^>]*)?>", " ", text)
    return storable(text).strip()


async def say(edge: Edge, body: Body, message: Message) -> None:
    """Answer what was written to us. Raises `SlackApiError` where Slack does not take it."""
    event = body["event"]
    content: dict[str, Any] = {"channel": str(event["channel"]), "text": message.text, "blocks": message.blocks}
    if thread := thread_of(body):
        content["thread_ts"] = thread
    async with asyncio.timeout(ANSWER_SECONDS):
        if is_direct(body):
            await edge.client.chat_postMessage(**content, unfurl_links=False, unfurl_media=False)
        else:
            await edge.client.chat_postEphemeral(**content, user=str(event["user"]))
