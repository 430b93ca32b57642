"""Asks a person of the customer, in a channel that we share with them, whether a piece or an acceptance is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import stranger, writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.refusals import AppRefusal
from bot.app.shown import hold
from bot.domain.account.organisations import org_of_team
from bot.domain.enums import ConfirmationState
from bot.domain.labels import label
from bot.domain.model import Account, Person
from bot.domain.values.slugs import folded
from bot.features.confirmations import identities, posting, queries
from bot.features.confirmations.claims import Claim, claim_in, claims_of
from bot.features.confirmations.organisations import Team
from bot.features.confirmations.refusals import ConfirmationRefusal
from bot.features.confirmations.views import (
    AskConfirmationView,
    AskedView,
    AskWhoView,
    CustomerChoice,
    PieceChoice,
    UserChoice,
)
from bot.features.confirmations.vouching import manager_name, voucher
from bot.store import confirmations, ledger, proof_state
from bot.store.entities import Entity

_AGAIN_AFTER = timedelta(hours=20)
"""How long nobody is asked about the same piece again: a day, so that one hour earlier on the next day will do."""
_PACKET = "packet."
_MOST_PIECES = 100  # what a menu of Slack takes


@dataclass(frozen=True, slots=True)
class SlackPerson:
    """A Slack user of another organisation in a channel, as Slack says."""

    slack_user: str
    slack_team: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class SharedChannel:
    """What Slack says of a channel: the other organisations that share it, and their people in it (no guests)."""

    channel: str
    teams: tuple[Team, ...]
    people: tuple[SlackPerson, ...]


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """About which piece or acceptance, and whom. `slack_user` is who that is in Slack, None while nobody has said."""

    evidence_id: int | None
    person_id: int
    slack_user: str | None = None
    acceptance_id: int | None = None


def ask_form(session: Session, actor: Actor, account_id: int, now: datetime) -> AskConfirmationView:
    """The form that asks for a confirmation of any piece or acceptance of an account that stands."""
    return _form(session, actor, writable(session, actor, account_id), None, now)


def ask_about_form(session: Session, actor: Actor, evidence_id: int, now: datetime) -> AskConfirmationView:
    """The same form, with one piece chosen."""
    account, _ = writable_row(session, actor, Entity.EVIDENCE, evidence_id)
    return _form(session, actor, account, value_of(evidence_id, None), now)


def ask_about_acceptance_form(session: Session, actor: Actor, acceptance_id: int, now: datetime) -> AskConfirmationView:
    """The same form, with an acceptance chosen."""
    account, _ = writable_row(session, actor, Entity.ACCEPTANCE, acceptance_id)
    return _form(session, actor, account, value_of(None, acceptance_id), now)


def value_of(piece: int | None, acceptance: int | None) -> str:
    """What forms carry of a piece, its id, and of an acceptance, `packet.` and its id."""
    return str(piece) if acceptance is None else f"{_PACKET}{acceptance}"


def named_by(text: str) -> tuple[str | None, str | None]:
    """What stands in such a text: the id of a piece, or that of an acceptance; neither is checked."""
    return (None, text.removeprefix(_PACKET)) if text.startswith(_PACKET) else (text, None)


def who_form(
    session: Session, actor: Actor, new: NewQuestion, shared: SharedChannel, now: datetime
) -> AskWhoView | None:
    """Asks who the person is in Slack; None where that is said already, and they are in the channel."""
    account, _, person = _checked(session, actor, new, now)
    people = _of_theirs(session, account, shared, now)
    if _user_of(session, account, new.person_id, people) is not None:
        return None
    named = {identity.slack_user_id: identity.person_id for identity in confirmations.identities_of(session, account)}
    free = [somebody for somebody in people if named.get(somebody.slack_user, person.id) == person.id]
    likely = [somebody for somebody in free if _same(somebody, person)]
    return AskWhoView(
        about=value_of(new.evidence_id, new.acceptance_id),
        person_id=person.id,
        channel=shared.channel,
        account=account.name,
        person=person.name,
        users=tuple(UserChoice(somebody.slack_user, somebody.name) for somebody in free),
        likely=likely[0].slack_user if len(likely) == 1 else None,
    )


def ask(session: Session, actor: Actor, new: NewQuestion, shared: SharedChannel, now: datetime) -> int:
    """Post the question in the shared channel; returns its id. An open question about the same is called off."""
    account, claim, person = _checked(session, actor, new, now)
    hold(session, account.id, now)
    people = _of_theirs(session, account, shared, now)
    chosen = new.slack_user or _user_of(session, account, person.id, people)
    user = next((somebody for somebody in people if somebody.slack_user == chosen), None)
    if user is None:
        raise UserError(ConfirmationRefusal.NOT_IN_CHANNEL, "slack_user", person=person.name)
    _call_off_earlier(session, actor, account, claim, now)
    identity_id = _identity(session, actor, account, (person, user), now)
    confirmation_id = ledger.add(
        session,
        actor.author,
        Entity.CONFIRMATION,
        now,
        account_id=account.id,
        evidence_id=claim.piece.id if claim.piece is not None else None,
        acceptance_id=claim.acceptance.id if claim.acceptance is not None else None,
        person_slack_id=identity_id,
        channel=shared.channel,
        asked_by=actor.member.id,
        asked_at=now,
        state=ConfirmationState.OPEN,
    )
    posting.put_question(session, account, confirmation_id, shared.channel, now)
    return confirmation_id


def asked_view(session: Session, actor: Actor, confirmation_id: int, now: datetime) -> AskedView:
    """Who was asked what, and what happens next."""
    account, row = writable_row(session, actor, Entity.CONFIRMATION, confirmation_id)
    state = proof_state.load(session, account.workspace_id, account.id)
    claim = claim_in(state, row["evidence_id"], row["acceptance_id"], now)
    identity = confirmations.identity(session, account, row["person_slack_id"])
    assert claim is not None and identity is not None
    names = confirmations.person_names(session, account)
    who = voucher(session, account, now)
    return AskedView(
        account=account.name,
        person=names[identity.person_id],
        what=claim.what,
        channel=row["channel"],
        is_known=identity.is_known,
        voucher=who.name if who else None,
    )


def _form(session: Session, actor: Actor, account: Account, chosen: str | None, now: datetime) -> AskConfirmationView:
    state = proof_state.load(session, account.workspace_id, account.id)
    claims = [claim for claim in claims_of(state, now) if claim.stands][:_MOST_PIECES]
    people = [person for person in state.people if person.is_there(has_begun(now))]
    if not claims:
        raise UserError(ConfirmationRefusal.NOTHING_TO_CONFIRM, account=account.name)
    pieces = tuple(_choice(claim) for claim in claims)
    if chosen is not None and all(piece.value != chosen for piece in pieces):
        raise UserError(ConfirmationRefusal.PIECE_DOES_NOT_STAND)
    if not people:
        raise UserError(ConfirmationRefusal.NO_PEOPLE, account=account.name)
    return AskConfirmationView(
        account_id=account.id,
        account=account.name,
        pieces=pieces,
        chosen=chosen,
        people=tuple(CustomerChoice(person.id, person.name, label(person.part)) for person in people),
    )


def _checked(session: Session, actor: Actor, new: NewQuestion, now: datetime) -> tuple[Account, Claim, Person]:
    """The account, the claim and the person of a question that may be asked."""
    account = _account_of(session, actor, new)
    state = proof_state.load(session, account.workspace_id, account.id)
    claim = claim_in(state, new.evidence_id, new.acceptance_id, now)
    person = next((person for person in state.people if person.id == new.person_id), None)
    if person is None:
        refusal = UserError(AppRefusal.PERSON_OF_ANOTHER_ACCOUNT, "person", account=account.name)
        raise stranger(session, account, Entity.PERSON, new.person_id, refusal)
    if not person.is_there(has_begun(now)):
        raise UserError(ConfirmationRefusal.PERSON_LEFT, "person", person=person.name)
    if claim is None or not claim.stands:
        raise UserError(ConfirmationRefusal.PIECE_DOES_NOT_STAND, "evidence")
    if claim.acceptance is not None and claim.acceptance.person_id != person.id:
        who = next((one.name for one in state.people if one.id == claim.acceptance.person_id), None)
        raise UserError(ConfirmationRefusal.NOT_WHO_ACCEPTED, "person", person=who)
    return account, claim, person


def _account_of(session: Session, actor: Actor, new: NewQuestion) -> Account:
    """The account of what is asked about, if the actor may write it."""
    rows = ((Entity.EVIDENCE, new.evidence_id), (Entity.ACCEPTANCE, new.acceptance_id))
    named = [writable_row(session, actor, entity, row_id)[0] for entity, row_id in rows if row_id is not None]
    if not named:
        raise UserError(ConfirmationRefusal.PIECE_DOES_NOT_STAND, "evidence")
    return named[-1]


def _choice(claim: Claim) -> PieceChoice:
    piece_id = claim.piece.id if claim.piece is not None else None
    acceptance_id = claim.acceptance.id if claim.acceptance is not None else None
    return PieceChoice(value_of(piece_id, acceptance_id), claim.title, claim.what, claim.as_of)


def _of_theirs(session: Session, account: Account, shared: SharedChannel, now: datetime) -> list[SlackPerson]:
    """The customer's people in a channel; `UserError` where an organisation reads it that is not the customer's."""
    if not shared.teams:
        raise UserError(ConfirmationRefusal.CHANNEL_NOT_SHARED, "channel")
    orgs = confirmations.orgs_of(session, account)
    foreign = [team.name for team in shared.teams if org_of_team(orgs, team.slack_team) is None]
    if foreign:
        manager = manager_name(session, account, now)
        raise UserError(
            ConfirmationRefusal.ORG_NOT_BOUND, "channel", teams=foreign, account=account.name, manager=manager
        )
    people = [somebody for somebody in shared.people if org_of_team(orgs, somebody.slack_team) is not None]
    if not people:
        raise UserError(ConfirmationRefusal.NOBODY_OF_THEIRS, "channel", account=account.name)
    return people


def _user_of(session: Session, account: Account, person_id: int, people: list[SlackPerson]) -> str | None:
    """The Slack id under which a person is noted, if that user is among these people."""
    here = {somebody.slack_user for somebody in people}
    theirs = [i for i in confirmations.identities_of(session, account) if i.person_id == person_id]
    return next((i.slack_user_id for i in reversed(theirs) if i.slack_user_id in here), None)


def _same(somebody: SlackPerson, person: Person) -> bool:
    by_email = bool(person.email) and (somebody.email or "").lower() == (person.email or "").lower()
    return by_email or folded(somebody.name) == folded(person.name)


def _call_off_earlier(session: Session, actor: Actor, account: Account, claim: Claim, now: datetime) -> None:
    """End open questions about the same; `UserError` if it was asked about within a day, unless Slack refused that."""
    names = confirmations.person_names(session, account)
    piece_id = claim.piece.id if claim.piece is not None else None
    acceptance_id = claim.acceptance.id if claim.acceptance is not None else None
    for earlier in confirmations.confirmations_of(session, account, piece_id, acceptance_id):
        arrived = not queries.was_refused(session, account.workspace_id, earlier.id)
        if earlier.state is ConfirmationState.OPEN and arrived and now - earlier.asked_at < _AGAIN_AFTER:
            asked = confirmations.identity(session, account, earlier.person_slack_id)
            name = names.get(asked.person_id) if asked else None
            raise UserError(ConfirmationRefusal.ASKED_TODAY, "evidence", person=name)
        still_open = {"state": ConfirmationState.OPEN}
        called_off = ConfirmationState.CALLED_OFF
        if ledger.change(
            session, actor.author, Entity.CONFIRMATION, earlier.id, now, only_if=still_open, state=called_off
        ):
            posting.refresh_question(session, account, earlier.id, now)


def _identity(session: Session, actor: Actor, account: Account, who: tuple[Person, SlackPerson], now: datetime) -> int:
    """The row that says who the person is in Slack, made if it is new; `UserError` if the user is noted as another."""
    person, user = who
    existing = [i for i in confirmations.identities_of(session, account) if i.slack_user_id == user.slack_user]
    if existing and existing[0].person_id != person.id:
        name = confirmations.person_names(session, account).get(existing[0].person_id, person.name)
        raise UserError(ConfirmationRefusal.USER_IS_SOMEBODY_ELSE, "slack_user", person=name)
    if existing:
        return existing[0].id
    if confirmations.is_somebody_else(session, account, person.id, user.slack_user):
        raise UserError(ConfirmationRefusal.USER_IS_NOT_THAT_PERSON, "slack_user", person=person.name)
    row: dict[str, Any] = {
        "account_id": account.id,
        "person_id": person.id,
        "slack_user_id": user.slack_user,
        "slack_team_id": user.slack_team,
        "name": user.name,
        "proposed_by": actor.member.id,
        "proposed_at": now,
    }
    return identities.note(session, actor.author, account, row, now, email=user.email)
