"""All SQL on what the bot shows to somebody who greets it."""

from __future__ import annotations

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus
from bot.store.members import Member
from bot.store.schema import account


def example_for(session: Session, me: Member) -> tuple[int, str] | None:
    """The customer of the most ARR among those that a member owns or stands in for, else among all: its id and name."""
    ours = (account.c.workspace_id == me.workspace_id) & (account.c.status == AccountStatus.CUSTOMER)
    theirs = case((account.c.owner_id == me.id, 0), (account.c.deputy_id == me.id, 1), else_=2)
    largest = account.c.arr_minor.desc().nulls_last()
    columns = account.c.id, account.c.name
    statement = select(*columns).where(ours, account.c.taken_back_at.is_(None))
    row = session.execute(statement.order_by(theirs, largest, account.c.id).limit(1)).one_or_none()
    return None if row is None else (row.id, row.name)
