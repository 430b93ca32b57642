"""What most buttons do: read what a form or a list shows about one row, and show it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.references import NewFile
from bot.app.refusals import AppRefusal
from bot.slack import channels, conversation
from bot.slack.edge import Edge, Work, as_reply
from bot.slack.payload import Body, Form, clicked, number, pair

Look = Callable[[Session, Actor, int, datetime], object]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


def opens(edge: Edge, form: Look) -> Listener:
    """A listener that opens the form about the row whose id the button carries."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        row_id = number(clicked(body))
        await edge.open(body, await edge.read(body, lambda s, actor, now: form(s, actor, row_id, now)))
        await ack()

    return listener


def of_verb(*verbs: str) -> Callable[[dict[str, Any]], Awaitable[bool]]:
    """A matcher for a listener of a menu that several rooms share: whether the choice is `verb:row` of one of these."""

    async def chosen(body: dict[str, Any]) -> bool:
        return clicked(body).partition(":")[0] in verbs

    return chosen


def opens_of_verb(edge: Edge, form: Look) -> Listener:
    """A listener that opens the form about the row of a choice `verb:row`."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        _, row_id = pair(clicked(body))
        await edge.open(body, await edge.read(body, lambda s, actor, now: form(s, actor, row_id, now)))
        await ack()

    return listener


def shows(edge: Edge, look: Look, title: str, *, survey: bool = False) -> Listener:
    """A listener that shows a list or card about the row; `title` is for where it becomes a modal.

    `survey` says that the look reads very many accounts.
    """

    async def listener(ack: AsyncAck, body: Body) -> None:
        row_id = number(clicked(body))
        read = edge.survey if survey else edge.read
        await edge.show(body, await read(body, lambda s, actor, now: look(s, actor, row_id, now)), title)
        await ack()

    return listener


async def given_file(edge: Edge, form: Form, field: str = "file") -> NewFile | None:
    """The file that was given to a form, with its bytes. What cannot be read leaves the form open."""
    for slack_id, name, mime in form.files(field)[:1]:
        try:
            return NewFile(name, mime, await edge.file(slack_id))
        except UserError as refused:
            raise UserError(AppRefusal.FILE_NOT_READ, field) from refused
    return None


async def shares(edge: Edge, body: Body, look: Work[object]) -> None:
    """Show everybody in the channel, or in the thread that it stands in, what the person who clicked sees, once.

    A message behind a response_url cannot be looked for, so the press is claimed before it is posted: should the
    posting fail, the person is told, and presses again. Where people of another organisation read, nothing is shared.
    """
    channel = str((body.get("channel") or {}).get("id") or "")
    if channel:
        await channels.must_be_ours(edge.client, channel)
    view = await edge.write(body, look)
    if view is not None:
        url = edge.response_url(body)
        if url is None:
            raise LookupError("this payload came without an address for answers")
        thread = conversation.thread_of(body)
        reply = as_reply(edge.message(view), in_channel=True) | ({"thread_ts": thread} if thread else {})
        await edge.post_to(url, reply)
