"""All SQL that only evidence needs."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.store.schema import person


def has_person(session: Session, account_id: int, person_id: int) -> bool:
    """Whether this person is one of the account's."""
    theirs = (person.c.id == person_id) & (person.c.account_id == account_id)
    return bool(session.execute(select(exists().where(theirs))).scalar_one())
