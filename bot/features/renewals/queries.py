"""The keys of the messages about renewals, and the SQL that only this room needs."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.outbox.types import MessageKey
from bot.store.schema import account, history
from bot.store.schema.history import OF_ACCOUNTS
from bot.store.types import as_json

QUESTION_KEY = MessageKey("renewal-question")
REVIEW_KEY = MessageKey("renewal-review")
LOSS_KEY = MessageKey("renewal-loss")
_COLUMNS = [account.c[field.name] for field in fields(Account)]


def commitments_lost(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime, until: datetime
) -> list[Account]:
    """The customers of a portfolio that pay by the month after a yearly term, as became known between two moments."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    monthly = account.c.rolling & account.c.commitment_lost_on.is_not(None)
    told = history.c.account_id == account.c.id
    changes = select(*_COLUMNS, history.c.after).join(history, told).where(
        inside,
        monthly,
        # In the words of the index, which SQLite takes for nothing else.
        text(OF_ACCOUNTS),
        history.c.workspace_id == workspace_id,
        history.c.at > since,
        history.c.at <= until,
    )  # fmt: skip
    rows = session.execute(changes.order_by(account.c.arr_minor.desc(), account.c.id))
    known = {row.id: Account(*row[:-1]) for row in rows if (as_json(row.after) or {}).get("commitment_lost_on")}
    return list(known.values())
