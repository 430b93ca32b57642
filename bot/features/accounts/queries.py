"""How the accounts of a portfolio moved through the stages, as rows."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.model import StageEntry
from bot.store.schema import account, stage_entry

_COLUMNS = [stage_entry.c[field.name] for field in fields(StageEntry)]


def histories(session: Session, portfolio_id: int) -> list[list[StageEntry]]:
    """The stage entries of each account of a portfolio, former customers included: they took their time, too."""
    ours = select(account.c.id).where(account.c.portfolio_id == portfolio_id)
    statement = select(*_COLUMNS).where(stage_entry.c.account_id.in_(ours)).order_by(stage_entry.c.id)
    found: dict[int, list[StageEntry]] = {}
    for row in session.execute(statement):
        found.setdefault(row.account_id, []).append(StageEntry(*row))
    return list(found.values())
