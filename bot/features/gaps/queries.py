"""All SQL on gaps by themselves, and the key of the message that they send."""

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


def open_gap_of_outcome(session: Session, workspace_id: int, outcome_id: int) -> int | None:
    """The id of the gap that somebody wrote down for an outcome and that is not closed."""
    ours = (gap.c.outcome_id == outcome_id) & Entity.GAP.in_workspace(workspace_id)
    return session.execute(select(gap.c.id).where(ours, gap.c.closed_on.is_(None)).order_by(gap.c.id)).scalars().first()
