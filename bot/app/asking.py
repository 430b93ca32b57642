"""Who is to be asked about an account now: nobody twice, and never only somebody who cannot answer any more.

A question about an account is put once. It is put again, to whoever answers now, where the one who was asked last has
left, is away, or has handed the account over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.app.recipients import there, turns
from bot.app.reviewers import reviewer
from bot.domain.model import Account
from bot.outbox import lookup
from bot.outbox.types import MessageKey
from bot.store.members import Member

PASSED_ON = 5
"""So many times a question is put to somebody else."""

log = structlog.get_logger("questions")


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A question to be put: to whom, with which key, and the post of who was asked before (its key and channel)."""

    key: str
    person: Member
    instead_of: tuple[str, str] | None = None


def to_ask(
    session: Session, of: MessageKey, due: Mapping[str, tuple[Account, bool]], now: datetime
) -> dict[str, ToAsk]:
    """Which of these questions about accounts of one workspace are to be put now; each by what its key ends on.

    With the account stands whether the question is for who oversees it, and not for its owner.
    """
    if not due:
        return {}
    accounts = {account.id: account for account, _ in due.values()}
    last = lookup.last_asked(session, next(iter(accounts.values())).workspace_id, of, due, PASSED_ON)
    people = turns(session, accounts.values())
    found: dict[str, ToAsk] = {}
    for question, (account, of_manager) in due.items():
        passed_on, channel = last.get(question, (None, None))
        if channel in _can_answer(people[account.id], account, now, of_manager=of_manager):
            continue
        person = (None if of_manager else there(people[account.id], now)) or reviewer(session, account)
        if person is None or person.slack_id is None:
            log.warning("questions.nobody_to_ask", account=account.id)
        elif channel is None or passed_on is None:
            found[question] = ToAsk(of.of(question), person)
        elif channel != person.slack_id and passed_on < PASSED_ON:
            before = lookup.key_passed_on(of, question, passed_on)
            key = lookup.key_passed_on(of, question, passed_on + 1)
            found[question] = ToAsk(key, person, (before, channel))
    return found


def _can_answer(people: Sequence[Member], account: Account, now: datetime, *, of_manager: bool) -> set[str | None]:
    """The Slack ids of those who are there to answer; who oversees the account, only where nobody of its team is."""
    here = [member for member in people if not member.is_away(now)]
    team = [member for member in here if member.id in (account.owner_id, account.deputy_id)]
    return {member.slack_id for member in (here if of_manager else team or here)}
