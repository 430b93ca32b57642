"""The people of an account: adding one, and noting that one has left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError, must_write
from bot.domain.enums import Part
from bot.store import ledger, schema


def add_person(
    session: Session, actor: Actor, account_id: int, name: str, part: Part, title: str | None, now: datetime
) -> int:
    """Add somebody at the customer; returns the id, also of one who is there under this name and part already."""
    account = account_of(session, account_id)
    must_write(session, actor, account)
    clean = " ".join(name.split())
    if not clean:
        raise UserError("Give the person's name.", "name")
    table = schema.person
    known = select(table.c.id).where(
        table.c.account_id == account_id, table.c.name == clean, table.c.part == part, table.c.left_on.is_(None)
    )
    already = session.execute(known).scalars().first()
    if already is not None:
        return int(already)
    values: dict[str, Any] = {
        "account_id": account_id,
        "name": clean,
        "part": part,
        "title": (title or "").strip() or None,
    }
    return ledger.add(session, actor.author, table, now, **values)


def person_left(session: Session, actor: Actor, person_id: int, left_on: date, now: datetime) -> None:
    """Somebody left the customer; what they attested counts for less from that day on."""
    row = session.execute(select(schema.person.c.account_id).where(schema.person.c.id == person_id)).one_or_none()
    if row is None:
        raise UserError("That person is not on the list any more. Open the plan again.")
    must_write(session, actor, account_of(session, row.account_id))
    ledger.change(session, actor.author, schema.person, person_id, now, left_on=left_on)
