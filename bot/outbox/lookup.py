"""Finds messages that were put into the outbox, by their key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.outbox.types import MessageKey
from bot.store.schema.outbox import outbox

Id = TypeVar("Id", int, str)


def told(session: Session, workspace_id: int, of: MessageKey, ids: Iterable[Id]) -> set[Id]:
    """Which of these rows (or occasions) have a message of their own, by the kind of key that such messages have."""
    keys = {of.of(row_id): row_id for row_id in ids}
    statement = select(outbox.c.key).where(outbox.c.workspace_id == workspace_id, outbox.c.key.in_(keys))
    return {keys[key] for key in session.execute(statement).scalars()}


def key_passed_on(of: MessageKey, row_id: Id, times: int) -> str:
    """The key of a message that was put to somebody else so many times."""
    return of.of(row_id, "to", times) if times else of.of(row_id)


def last_asked(
    session: Session, workspace_id: int, of: MessageKey, ids: Iterable[Id], most: int
) -> dict[Id, tuple[int, str]]:
    """Of each of these rows (or occasions) that somebody was asked about: how often it was passed on (`key_passed_on`),
    at most `most` times, and the channel where it was put last."""
    keys = {key_passed_on(of, row_id, times): (row_id, times) for row_id in ids for times in range(most + 1)}
    columns = select(outbox.c.key, outbox.c.channel)
    statement = columns.where(outbox.c.workspace_id == workspace_id, outbox.c.key.in_(keys))
    found: dict[Id, tuple[int, str]] = {}
    for key, channel in session.execute(statement):
        row_id, times = keys[key]
        if times >= found.get(row_id, (0, ""))[0]:
            found[row_id] = times, channel
    return found


def posts_of(session: Session, workspace_id: int, first_key: str) -> list[tuple[str, str]]:
    """(key, channel) of the posts with this key and of those whose key goes on after it with `:`, this one first.

    They are held until the transaction ends, so that none is pruned before its update is put.
    """
    key = outbox.c.key
    posted = (outbox.c.workspace_id == workspace_id) & (outbox.c.op == "post")
    posts = select(key, outbox.c.channel).where(posted).with_for_update(read=True, key_share=True)
    # ";" is the byte after ":".
    first, others = key == first_key, (key > f"{first_key}:") & (key < f"{first_key};")
    # SQLite reads all of a workspace for the two in one.
    in_one = session.get_bind().dialect.name == "postgresql"
    questions = (first | others,) if in_one else (first, others)
    return [(row.key, row.channel) for which in questions for row in session.execute(posts.where(which).order_by(key))]


def newest_posts(session: Session, workspace_id: int, first_key: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
    """(key, args) of the newest posts whose key goes on after this one with `:`, the newest first."""
    key = outbox.c.key
    posted = (outbox.c.workspace_id == workspace_id) & (outbox.c.op == "post")
    posts = select(key, outbox.c.args).where(posted, key > f"{first_key}:", key < f"{first_key};")
    return [(row.key, dict(row.args)) for row in session.execute(posts.order_by(outbox.c.id.desc()).limit(limit))]


def posts_since(
    session: Session, workspace_id: int, first_key: str, since: datetime
) -> list[tuple[str, dict[str, Any]]]:
    """(key, args) of the posts whose key goes on after this one with `:` and that were due at `since` or later.

    They are held as those of `posts_of`.
    """
    key = outbox.c.key
    posted = (outbox.c.workspace_id == workspace_id) & (outbox.c.op == "post") & (outbox.c.due_at >= since)
    posts = select(key, outbox.c.args).where(posted, key > f"{first_key}:", key < f"{first_key};").order_by(key)
    return [(row.key, row.args) for row in session.execute(posts.with_for_update(read=True, key_share=True))]


def count_since(session: Session, workspace_id: int, of: MessageKey, channel: str, since: datetime) -> int:
    """How many messages with this kind of key a channel has that were or are due at `since` or later."""
    key = outbox.c.key
    theirs = (outbox.c.workspace_id == workspace_id) & (key > f"{of.prefix}:") & (key < f"{of.prefix};")
    due = (outbox.c.channel == channel) & (outbox.c.op == "post") & (outbox.c.due_at >= since)
    return int(session.execute(select(func.count()).where(theirs, due)).scalar_one())
