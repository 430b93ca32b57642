"""All SQL that only evidence needs."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.store.schema import person


def has_person(session: Session, account: Account, person_id: int) -> bool:
    """Whether this person is one of the account's."""
    theirs = (person.c.id == person_id) & (person.c.account_id == account.id) & person.c.taken_back_at.is_(None)
    return bool(session.execute(select(exists().where(theirs))).scalar_one())
