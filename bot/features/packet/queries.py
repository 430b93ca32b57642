"""Who of us recorded that the packet was accepted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.store import schema


def acceptance_recorded_by(session: Session, of: Account) -> tuple[int, str] | None:
    """Id and name of the member who recorded the last acceptance of an account's packet; None if nobody of ours did."""
    table, who = schema.history, schema.member
    changes = (table.c.workspace_id == of.workspace_id) & (table.c.account_id == of.id) & (table.c.entity == "account")
    columns = (table.c.after, who.c.id, who.c.name)
    lines = select(*columns).outerjoin(who, who.c.id == table.c.member_id).where(changes).order_by(table.c.id.desc())
    for after, member_id, name in session.execute(lines):
        if "packet_accepted_on" in after:
            return None if member_id is None else (member_id, name)
    return None
