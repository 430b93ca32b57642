"""Finds messages that were put into the outbox, by their key."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.outbox.types import MessageKey
from bot.store.schema.outbox import outbox


def told(session: Session, workspace_id: int, of: MessageKey, ids: Iterable[int]) -> set[int]:
    """Which of these rows have a message of their own, by the kind of key that such messages have."""
    keys = {of.of(row_id): row_id for row_id in ids}
    statement = select(outbox.c.key).where(outbox.c.workspace_id == workspace_id, outbox.c.key.in_(keys))
    return {keys[key] for key in session.execute(statement).scalars()}
