"""The messages of confirmations: the question in the shared channel, what came of it, and who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.assessments import assess_now
from bot.domain.account.organisations import Confirmation, SlackIdentity, org_of_team
from bot.domain.enums import ConfirmationState
from bot.domain.labels import label
from bot.domain.model import Account, ProofState
from bot.domain.proof.acceptance import counts
from bot.domain.proof.checks import checked_of
from bot.domain.proof.explanation import reason
from bot.domain.proof.grading import grade
from bot.domain.values.text import number
from bot.features.confirmations import queries
from bot.features.confirmations.claims import Claim, claim_of
from bot.features.confirmations.phrases import ConfirmationPhrase
from bot.features.confirmations.views import (
    ConfirmationAnsweredView,
    ConfirmationView,
    NotAskedView,
    PersonQuestionView,
)
from bot.features.confirmations.vouching import voucher
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Op, Outgoing
from bot.phrases import phrase, say
from bot.store import accounts, confirmations, members, portfolios, proof_state
from bot.store.entities import Entity, row_of

QUESTION, ANSWERED, PERSON = "confirmation", "confirmation-answered", "person-question"
"""The names of the kinds of message."""


def put_question(session: Session, account: Account, confirmation_id: int, channel: str, now: datetime) -> None:
    """Have a question posted in the shared channel, once."""
    message = Outgoing(
        key=queries.ASK_KEY.of(confirmation_id),
        workspace_id=account.workspace_id,
        kind=QUESTION,
        channel=channel,
        args={"confirmation_id": confirmation_id},
        due_at=now,
    )
    put(session, message, now)


def refresh_question(session: Session, account: Account, confirmation_id: int, now: datetime) -> None:
    """Have the posted question show how things stand."""
    key, args = queries.ASK_KEY.of(confirmation_id), {"confirmation_id": confirmation_id}
    _update(session, account, key, QUESTION, args, now=now)


def put_person_question(session: Session, account: Account, identity_id: int, now: datetime) -> None:
    """Ask somebody who may vouch for the customer who a Slack user is; nobody where Slack reaches nobody."""
    who = voucher(session, account, now)
    if who is None or who.slack_id is None:
        return
    message = Outgoing(
        key=queries.PERSON_KEY.of(identity_id),
        workspace_id=account.workspace_id,
        kind=PERSON,
        channel=who.slack_id,
        destination=Destination.USER,
        args={"identity_id": identity_id, "account_id": account.id},
        due_at=now,
    )
    put(session, message, now)


def refresh_person_question(session: Session, account: Account, identity_id: int, now: datetime) -> None:
    """Have the question who somebody is show what was decided."""
    args = {"identity_id": identity_id, "account_id": account.id}
    _update(session, account, queries.PERSON_KEY.of(identity_id), PERSON, args, now=now)


def tell_asker(
    session: Session,
    account: Account,
    confirmation_id: int,
    now: datetime,
    *,
    news: Literal["known", "back"] | None = None,
) -> None:
    """Tell who asked, and the owner if that is somebody else, what came back.

    `news` says that it began to count later, or was taken back.
    """
    confirmation = confirmations.in_workspace(session, account.workspace_id, confirmation_id)
    assert confirmation is not None
    told = {recipients.reached(session, account.workspace_id, confirmation.asked_by)}
    told |= {recipients.answerable(session, account)}
    for member in sorted((who for who in told if who and who.slack_id), key=lambda who: who.id):
        # Who took an answer back may give another one, so each has a message of its own.
        parts = [confirmation_id, member.id, *([news] if news else []), f"{now.timestamp():.6f}"]
        message = Outgoing(
            key=queries.ANSWERED_KEY.of(*parts),
            workspace_id=account.workspace_id,
            kind=ANSWERED,
            channel=member.slack_id,
            destination=Destination.USER,
            args={"confirmation_id": confirmation_id, "account_id": account.id},
            due_at=now,
        )
        put(session, message, now)


def compose_question(session: Session, args: dict[str, Any], now: datetime) -> ConfirmationView | NotAskedView | Moot:
    """The question as it stands; for who asked, where Slack refused to post it, that it was not posted."""
    asked = _Asked.load(session, args["workspace_id"], args["confirmation_id"], now)
    if asked is None:
        return Moot("the question is gone")
    confirmation, claim = asked.confirmation, asked.claim
    if queries.was_refused(session, args["workspace_id"], confirmation.id):
        return NotAskedView(asked.name(asked.person), claim.title, confirmation.channel)
    still_open = confirmation.state is ConfirmationState.OPEN
    orgs = confirmations.orgs_of(session, asked.account)
    org = org_of_team(orgs, asked.identity.slack_team_id)
    over = confirmation.state is ConfirmationState.CALLED_OFF
    over |= still_open and (not claim.stands or asked.identity.ended_at is not None or org is None)
    answerer = confirmations.identity(session, asked.account, confirmation.answered_by)
    return ConfirmationView(
        confirmation_id=confirmation.id,
        asker=asked.asker,
        user=asked.identity.slack_user_id or "",
        person=asked.name(asked.person),
        organisation=org.name if org and org.name else asked.account.name,
        title=claim.title,
        figure=claim.figure,
        words=claim.words if claim.figure is None else None,
        money=claim.money,
        as_of=claim.as_of,
        can_correct=claim.piece is not None,
        state=confirmation.state,
        answered_by=answerer.name if answerer else None,
        answered_on=confirmation.answered_at.date() if confirmation.answered_at else None,
        corrected_to=_corrected(confirmation, claim),
        over=over,
    )


def compose_answered(session: Session, args: dict[str, Any], now: datetime) -> ConfirmationAnsweredView | Moot:
    """What came back and what it did, for who asked."""
    asked = _Asked.load(session, args["workspace_id"], args["confirmation_id"], now)
    if asked is None:
        return Moot("the question is gone")
    confirmation, claim, account = asked.confirmation, asked.claim, asked.account
    answerer = confirmations.identity(session, account, confirmation.answered_by or confirmation.person_slack_id)
    state = proof_state.load(session, account.workspace_id, account.id)
    assessment = assess_now(state, now)
    who = voucher(session, account, now)
    return ConfirmationAnsweredView(
        account_id=account.id,
        account=account.name,
        person=asked.name(answerer.person_id if answerer else asked.person),
        title=claim.title,
        what=claim.what,
        state=confirmation.state,
        words=confirmation.words,
        corrected_to=_corrected(confirmation, claim),
        is_known=answerer is not None and answerer.is_known,
        is_wrong=answerer is not None and answerer.ended_at is not None,
        voucher=who.name if who else None,
        reason=_how_it_stands(claim, state, assessment.on),
        coverage=phrase(assessment.covered),
    )


def compose_person_question(session: Session, args: dict[str, Any], now: datetime) -> PersonQuestionView | Moot:
    """The question who somebody is, or what was decided."""
    account = accounts.in_workspace(session, args["workspace_id"], args["account_id"])
    identity = confirmations.identity(session, account, args["identity_id"]) if account else None
    if account is None or identity is None:
        return Moot("the account is gone")
    row = row_of(session, account.workspace_id, Entity.PERSON, identity.person_id)
    org = org_of_team(confirmations.orgs_of(session, account), identity.slack_team_id)
    people = portfolios.mentions(session, account.workspace_id, [identity.proposed_by, identity.known_by])
    settled = True if identity.known_how else False if identity.ended_at else None
    return PersonQuestionView(
        identity_id=identity.id,
        account=account.name,
        proposer=people.get(identity.proposed_by or 0, "somebody"),
        user=identity.slack_user_id or "",
        user_name=identity.name or "",
        organisation=(org.name if org else None) or identity.slack_team_id,
        person=row["name"] if row else "",
        part=label(row["part"]) if row else "",
        settled=settled,
        by=people.get(identity.known_by or 0),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with all that its messages name; `names` are those of the account's people, by id."""

    account: Account
    confirmation: Confirmation
    identity: SlackIdentity
    claim: Claim
    asker: str
    names: Mapping[int, str]

    @property
    def person(self) -> int:
        """Whom it asks."""
        return self.identity.person_id

    @classmethod
    def load(cls, session: Session, workspace_id: int, confirmation_id: int, now: datetime) -> _Asked | None:
        """The question with this id; None where this workspace has none."""
        confirmation = confirmations.in_workspace(session, workspace_id, confirmation_id)
        account = accounts.in_workspace(session, workspace_id, confirmation.account_id) if confirmation else None
        if confirmation is None or account is None:
            return None
        identity = confirmations.identity(session, account, confirmation.person_slack_id)
        claim = claim_of(session, workspace_id, confirmation, now)
        asker = members.by_id(session, workspace_id, confirmation.asked_by)
        if identity is None or claim is None or asker is None:
            return None
        return cls(account, confirmation, identity, claim, asker.name, confirmations.person_names(session, account))

    def name(self, person_id: int) -> str:
        """The name of a person at the customer."""
        return self.names.get(person_id, "")


def _how_it_stands(claim: Claim, state: ProofState, on: date) -> str:
    """What the outcome of a piece is worth now, or whether an acceptance counts."""
    if claim.acceptance is not None:
        withdrawn = claim.acceptance.withdrawn_on is not None
        return say(ConfirmationPhrase.ACCEPTANCE, withdrawn=withdrawn, counts=counts(claim.acceptance, state, on))
    assert claim.outcome is not None
    pieces = [piece for piece in state.evidence if piece.outcome_id == claim.outcome.id]
    people = {person.id: person for person in state.people}
    return phrase(reason(grade(claim.outcome, pieces, people, on, checked_of(state))))


def _corrected(confirmation: Confirmation, claim: Claim) -> str | None:
    if confirmation.state is not ConfirmationState.CORRECTED:
        return None
    value = confirmation.value
    return confirmation.words if value is None else number(value, claim.unit)


def _update(session: Session, account: Account, key: str, kind: str, args: dict[str, Any], *, now: datetime) -> None:
    for post, _ in lookup.posts_of(session, account.workspace_id, key):
        update = Outgoing(
            key=f"{post}@{now.timestamp():.6f}",
            workspace_id=account.workspace_id,
            kind=kind,
            op=Op.UPDATE,
            target_key=post,
            args=args,
            due_at=now,
        )
        put(session, update, now)
