"""All SQL that only the packet needs, and the keys of its messages."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.domain.enums import CheckVerdict
from bot.domain.model import Acceptance, Account
from bot.outbox.types import MessageKey
from bot.store.schema import acceptance, evidence, look, person

LOOK_KEY = MessageKey("acceptance-look")
UNOPENED_KEY = MessageKey("acceptance-unopened")
WITHDRAWN_KEY = MessageKey("acceptance-withdrawn")


def last_verdict(session: Session, of: Acceptance, member_id: int) -> CheckVerdict | None:
    """What a colleague said last of an acceptance; None if they never looked."""
    # within: the acceptance was reached by its workspace
    theirs = (look.c.acceptance_id == of.id) & (look.c.member_id == member_id)
    newest = select(look.c.verdict).where(theirs).order_by(look.c.id.desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()


def other_day_of(session: Session, of: Account, key: str, on: date) -> date | None:
    """Another day for which the account has this reference, for an acceptance or for evidence; None if it has none."""
    # within: the account was reached by its workspace
    accepted = (acceptance.c.account_id == of.id) & (acceptance.c.reference_key == key)
    # within: the account was reached by its workspace
    shown = (evidence.c.account_id == of.id) & (evidence.c.reference_key == key)
    for used in (
        select(acceptance.c.accepted_on).where(accepted, acceptance.c.accepted_on != on),
        select(evidence.c.as_of).where(shown, evidence.c.as_of != on),
    ):
        day: date | None = session.execute(used.limit(1)).scalar_one_or_none()
        if day is not None:
            return day
    return None


def was_found_wanting(session: Session, of: Account, key: str) -> bool:
    """Whether somebody opened this reference of an acceptance of the account, and it did not show it."""
    # within: the account was reached by its workspace
    failed = (look.c.account_id == of.id) & (look.c.reference_key == key) & look.c.acceptance_id.is_not(None)
    return bool(session.execute(select(exists().where(failed, look.c.verdict == CheckVerdict.DOES_NOT))).scalar_one())


def person_name(session: Session, of: Account, person_id: int | None) -> str | None:
    """The name of one of an account's people; None where it is nobody of theirs."""
    theirs = (person.c.account_id == of.id) & (person.c.id == person_id)
    # within: the account was reached by its workspace
    return session.execute(select(person.c.name).where(theirs)).scalar_one_or_none()
