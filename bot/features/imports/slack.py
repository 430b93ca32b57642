"""Files that people drop into the bot's messages, and the buttons under them. The message changes by the outbox.

Slack tells of a file in two ways. `file_shared` comes only with `files:read`, so without that scope nobody could be
told what is missing; a message in direct messages needs `im:history`, which delivery looks for its own messages with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.features.imports import drop_shown, dropped_files
from bot.features.imports.dropped_files import MOST_FILES, Drop
from bot.features.imports.ids import ImportActionId
from bot.features.imports.refusals import ImportRefusal
from bot.slack.edge import Edge
from bot.slack.files import SharedFile, shared_files
from bot.slack.payload import Body, clicked, number

log = structlog.get_logger("slack")

_Decide = Callable[[Session, Actor, int, datetime], None]


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of dropped files."""

    @app.event({"type": "message", "subtype": "file_share"})
    async def messaged(body: Body) -> None:
        event = body["event"]
        if event.get("channel_type") == "im" and not event.get("bot_id"):
            await _take(edge, body, shared_files(event), str(event.get("ts") or ""))

    @app.action(ImportActionId.IMPORT_FILE)
    async def import_file(ack: AsyncAck, body: Body) -> None:
        row_id, _, kind = clicked(body).partition(":")
        await edge.write(
            body,
            lambda session, actor, now: dropped_files.import_dropped(
                session, actor, number(row_id), now, kind=kind or None
            ),
        )
        await ack()

    @app.action(re.compile(re.escape(ImportActionId.CHOOSE_KIND)))
    async def choose_kind(ack: AsyncAck, body: Body) -> None:
        row_id, _, kind = clicked(body).partition(":")
        await edge.write(
            body, lambda session, actor, now: dropped_files.choose_kind(session, actor, number(row_id), kind, now)
        )
        await ack()

    decisions: dict[ImportActionId, _Decide] = {
        ImportActionId.CANCEL_FILE: dropped_files.cancel_dropped,
        ImportActionId.UNDO_FILE: dropped_files.undo_dropped,
    }
    for action_id, decide in decisions.items():
        app.action(action_id)(_decides(edge, decide))


def _decides(edge: Edge, decide: _Decide) -> Callable[..., object]:
    async def listener(ack: AsyncAck, body: Body) -> None:
        row_id = number(clicked(body))
        await edge.write(body, lambda session, actor, now: decide(session, actor, row_id, now))
        await ack()

    return listener


async def _take(edge: Edge, body: Body, files: list[SharedFile], shared_ts: str) -> None:
    """Keep the files of one message. What nobody may import is not even read."""
    allowed = await edge.read(body, dropped_files.may_import)
    drops = []
    for file in files[:MOST_FILES]:
        drop = Drop(file.slack_id, shared_ts, file.name)
        drops.append(await _read(edge, body, drop) if allowed else drop)
    refused = drop_shown.of_refusal(UserError(ImportRefusal.TOO_MANY_FILES, most=MOST_FILES))
    drops += [Drop(file.slack_id, shared_ts, file.name, refusal=refused) for file in files[MOST_FILES:][:MOST_FILES]]
    await edge.write(body, lambda session, actor, now: dropped_files.take(session, actor, tuple(drops), now))


async def _read(edge: Edge, body: Body, drop: Drop) -> Drop:
    """A file with its content and preview, or with why there is none. A large one is previewed by the clock."""
    whole = partial(Drop, drop.slack_id, drop.shared_ts, drop.name)
    try:
        content = await edge.file(drop.slack_id)
    except UserError as refused:
        return whole(refusal=drop_shown.of_refusal(refused))
    if dropped_files.is_large(content):
        return whole(content)
    try:
        preview = await edge.read(
            body, lambda session, actor, now: dropped_files.preview(session, actor, drop.name, content, now)
        )
        return whole(content, preview)
    except UserError as refused:
        return whole(refusal=drop_shown.of_refusal(refused))
    except Exception:
        log.exception("imports.no_preview", file=drop.slack_id)
        return whole(content)  # the clock tries it once more, and its message says what became of it
