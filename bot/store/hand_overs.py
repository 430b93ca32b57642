"""Who had an account, and when, by its history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.store.entities import Entity
from bot.store.schema import history


def had_account_at(session: Session, of: Account, member_id: int, since: datetime) -> list[datetime]:
    """The moments since `since` at which history shows that a member got or gave away the account."""
    changed = (history.c.workspace_id == of.workspace_id) & (history.c.account_id == of.id)
    changed &= (history.c.entity == Entity.ACCOUNT.value) & (history.c.at >= since)
    moments = []
    for at, before, after in session.execute(select(history.c.at, history.c.before, history.c.after).where(changed)):
        sides = [side for side in (before, after) if side]
        if any(member_id in (side.get("owner_id"), side.get("deputy_id")) for side in sides):
            moments.append(at)
    return moments
