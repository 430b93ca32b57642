"""The keys of the messages about renewals, and the SQL that only this room needs."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.outbox.types import MessageKey
from bot.store.schema import account

QUESTION_KEY = MessageKey("renewal-question")
REVIEW_KEY = MessageKey("renewal-review")
LOSS_KEY = MessageKey("renewal-loss")
_COLUMNS = [account.c[field.name] for field in fields(Account)]


def commitments_lost(session: Session, workspace_id: int, portfolio_id: int, since: date, until: date) -> list[Account]:
    """The customers of a portfolio that pay by the month after a yearly term which ended in these days."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    lost = account.c.rolling & (account.c.commitment_lost_on > since) & (account.c.commitment_lost_on <= until)
    rows = session.execute(select(*_COLUMNS).where(inside, lost).order_by(account.c.arr_minor.desc(), account.c.id))
    return [Account(*row) for row in rows]
