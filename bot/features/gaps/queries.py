"""The keys of the messages that gaps send, and the one query of their composer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.outbox.types import MessageKey
from bot.store.entities import Entity
from bot.store.schema import gap

HANDED_KEY = MessageKey("gap-handed")


def account_of_gap(session: Session, workspace_id: int, gap_id: int) -> int | None:
    """The id of the account that a gap belongs to; None where this workspace has none."""
    ours = (gap.c.id == gap_id) & Entity.GAP.in_workspace(workspace_id)
    return session.execute(select(gap.c.account_id).where(ours)).scalar_one_or_none()
