"""All SQL on the people of an account."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import Part
from bot.domain.model import Account
from bot.store.schema import person


def person_there(session: Session, account: Account, name: str, part: Part, on: date) -> int | None:
    """The id of the person of this name and part who is at the customer on a day, if there is one."""
    same = (person.c.account_id == account.id) & (person.c.name == name) & (person.c.part == part)
    there = person.c.left_on.is_(None) | (person.c.left_on > on)  # as Person.is_there
    row_id = session.execute(select(person.c.id).where(same, there, person.c.taken_back_at.is_(None))).scalars().first()
    return None if row_id is None else int(row_id)
