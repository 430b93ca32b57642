"""Which person of the customer a Slack user is: said by the account team, known once somebody else says so too.

A user whose address Slack shows is known by it, if the address came by an import or from somebody who may vouch: an
address that owner or deputy typed makes no witness (DESIGN, Witness).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import row_of
from bot.app.actor import Actor, UserError
from bot.app.hand_overs import is_of_team
from bot.app.outsider import Outsider
from bot.app.shown import hold
from bot.domain.account.organisations import SlackIdentity
from bot.domain.enums import BoundHow, KnownHow
from bot.domain.model import Account
from bot.features.confirmations import counting, posting, queries
from bot.features.confirmations.refusals import ConfirmationRefusal
from bot.features.confirmations.vouching import must_vouch, vouches
from bot.store import confirmations, ledger
from bot.store.entities import Entity
from bot.store.ledger import Author

_KNOWN = {BoundHow.ADMIN: KnownHow.ADMIN, BoundHow.MANAGER: KnownHow.MANAGER}


def note(
    session: Session, by: Author, account: Account, row: Mapping[str, Any], now: datetime, *, email: str | None
) -> int:
    """Note that a person is a Slack user; returns the row's id. Unless it is known at once, somebody else is asked.

    `row` are the columns of who is whom, `email` the address that Slack shows for the user.
    """
    how, known_by = _known_at_once(session, account, row["person_id"], by.member_id, email=email, now=now)
    known: dict[str, Any] = {"known_how": how, "known_by": known_by, "known_at": now} if how else {}
    identity_id = ledger.add(session, by, Entity.PERSON_SLACK, now, **row, **known)
    if how is None:
        posting.put_person_question(session, account, identity_id, now)
    return identity_id


def by_email(session: Session, account: Account, outsider: Outsider, now: datetime) -> SlackIdentity | None:
    """Note and return who somebody is by the address that Slack shows, if that is the only proof one needs; or None."""
    people = queries.people_with_email(session, account, outsider.email) if outsider.email else []
    if len(people) != 1 or not _is_vouched(session, account, people[0], now):
        return None
    row: dict[str, Any] = {
        "account_id": account.id,
        "person_id": people[0],
        "slack_user_id": outsider.slack_id,
        "slack_team_id": outsider.team_id,
        "name": outsider.name,
        "proposed_by": None,
        "proposed_at": now,
    }
    identity_id = note(session, outsider.author, account, row, now, email=outsider.email)
    return confirmations.identity(session, account, identity_id)


def confirm_person(session: Session, actor: Actor, person_slack_id: int, now: datetime) -> None:
    """Say that a Slack user is the person they are said to be: what they have said counts from now on. Once."""
    account, identity, how = _settleable(session, actor, person_slack_id, now)
    known: dict[str, Any] = {"known_how": _KNOWN[how], "known_by": actor.member.id, "known_at": now}
    undecided = {"known_how": None, "ended_at": None}
    if not ledger.change(session, actor.author, Entity.PERSON_SLACK, identity.id, now, only_if=undecided, **known):
        raise UserError(ConfirmationRefusal.PERSON_SETTLED)
    posting.refresh_person_question(session, account, identity.id, now)
    for said in confirmations.confirmations_of(session, account):
        if said.answered_by == identity.id and said.counted_at is None:
            counting.count(session, actor.author, said, identity, now, account=account)
            posting.tell_asker(session, account, said.id, now, news="known")


def reject_person(session: Session, actor: Actor, person_slack_id: int, now: datetime) -> None:
    """Say that a Slack user is not the person they are said to be: what they have said counts for nothing. Once."""
    account, identity, _ = _settleable(session, actor, person_slack_id, now)
    undecided = {"known_how": None, "ended_at": None}
    if not ledger.change(session, actor.author, Entity.PERSON_SLACK, identity.id, now, only_if=undecided, ended_at=now):
        raise UserError(ConfirmationRefusal.PERSON_SETTLED)
    posting.refresh_person_question(session, account, identity.id, now)
    for said in confirmations.confirmations_of(session, account):
        if said.person_slack_id == identity.id:
            posting.refresh_question(session, account, said.id, now)
            posting.tell_asker(session, account, said.id, now, news="known")


def _settleable(
    session: Session, actor: Actor, person_slack_id: int, now: datetime
) -> tuple[Account, SlackIdentity, BoundHow]:
    account, _ = row_of(session, actor, Entity.PERSON_SLACK, person_slack_id)
    account, how = must_vouch(session, actor, account.id, now)
    hold(session, account.id, now)
    identity = confirmations.identity(session, account, person_slack_id)
    assert identity is not None
    return account, identity, how


def _known_at_once(
    session: Session, account: Account, person_id: int, member_id: int | None, *, email: str | None, now: datetime
) -> tuple[KnownHow | None, int | None]:
    how = vouches(session, account, member_id, now)
    if how is not None:
        return _KNOWN[how], member_id
    same = email is not None and person_id in queries.people_with_email(session, account, email)
    return (KnownHow.EMAIL, None) if same and _is_vouched(session, account, person_id, now) else (None, None)


def _is_vouched(session: Session, account: Account, person_id: int, now: datetime) -> bool:
    """Whether a person's address came from somebody who may vouch for this customer, or by an import that was not made
    by who has the account, or had it lately."""
    given = queries.who_gave_the_email(session, account, person_id)
    if given is None:
        return False
    member_id, imported = given
    if imported and (member_id is None or not is_of_team(session, account, member_id, now)):
        return True
    return vouches(session, account, member_id, now) is not None
