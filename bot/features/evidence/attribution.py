"""Isolates our share of a confirmed effect and records who accepted the money (docs/rules.md, Grades).

Evidence is never edited: the same observation is recorded again with its method and money, in place of the old piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import stranger
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun, rules_day
from bot.app.sensible_days import must_follow
from bot.app.shown import version_of_account
from bot.app.typed import money_of
from bot.domain.enums import Grade, Method, Part
from bot.domain.labels import labels
from bot.domain.model import Account, Evidence, Outcome, ProofState
from bot.domain.proof import evidence_grade
from bot.domain.proof.checks import checked_of, states_of_pieces
from bot.domain.proof.disputes import PieceState
from bot.domain.values.money import money
from bot.domain.values.text import number
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.evidence.refusals import EvidenceRefusal
from bot.features.evidence.views import EvidenceRecordedView, IsolateShareView
from bot.features.plan import people as plan_people
from bot.store import proof_state
from bot.store.entities import Entity

_MAY_ACCEPT = (Part.FINANCE, Part.ECONOMIC_BUYER)


@dataclass(frozen=True, slots=True)
class Isolation:
    """What the form says of a piece: `money` is an amount as typed, `accepter_name` somebody of finance who is new."""

    evidence_id: int
    submission: str
    method: Method
    note: str
    money: str = ""
    accepted_by: int | None = None
    accepter_name: str | None = None
    accepted_on: date | None = None


def attribution_form(session: Session, actor: Actor, evidence_id: int, now: datetime) -> IsolateShareView:
    """What the form shows for a piece; `UserError` when the piece is not confirmed, for there is nothing to isolate."""
    account_id = record.piece_of(session, actor, evidence_id).account_id
    seen = version_of_account(session, actor, account_id)
    piece, state, outcome = _piece(session, actor, evidence_id, now)
    amount = money(piece.money_minor, piece.currency)
    people = [person for person in state.people if person.plays(*_MAY_ACCEPT) and person.is_there(has_begun(now))]
    return IsolateShareView(
        evidence_id=evidence_id,
        account=state.account.name,
        outcome=outcome.title,
        what=number(piece.value, outcome.unit) if piece.value is not None else piece.statement or "",
        method=piece.method.value if piece.method else None,
        note=piece.method_note,
        money=f"{number(amount.major)} {amount.currency}" if amount else None,
        currency=_currency(state.account, outcome),
        people=tuple((person.id, person.name, labels(person.parts)) for person in people),
        accepted_by=piece.accepted_by,
        today=actor.today(now),
        seen=seen,
    )


def attribute(session: Session, actor: Actor, new: Isolation, now: datetime) -> EvidenceRecordedView:
    """Record the piece anew with its method, and with the money if somebody accepted it; says what that is worth."""
    record.must_still_stand(session, actor, new.evidence_id, now)
    successor = record.supersede(session, actor, new.evidence_id, _anew(session, actor, new, now), now)
    return record.recorded_view(session, actor, successor, now)


def _anew(session: Session, actor: Actor, new: Isolation, now: datetime) -> NewEvidence:
    """The same observation with what isolates our share of it."""
    piece, state, outcome = _piece(session, actor, new.evidence_id, now)
    if not new.note.strip():
        raise UserError(EvidenceRefusal.METHOD_NOTE_MISSING, "note")
    amount = money_of(new.money, _currency(state.account, outcome), "money") if new.money.strip() else None
    if new.money.strip() and (amount is None or amount.minor < 0):
        raise UserError(EvidenceRefusal.AMOUNT_UNREADABLE, "money")
    accepter = _accepter(session, actor, new, state, now)
    if accepter is not None and amount is None:
        raise UserError(EvidenceRefusal.ACCEPTED_AMOUNT_MISSING, "money")
    accepted_on = (new.accepted_on or actor.today(now)) if accepter is not None else None
    if accepted_on is not None and accepted_on > actor.today(now):
        raise UserError(EvidenceRefusal.ACCEPTED_IN_FUTURE, "accepted_on")
    must_follow(accepted_on, piece.as_of, "accepted_on", "measured")
    _must_have_been_there(state, accepter, accepted_on)
    return NewEvidence(
        account_id=piece.account_id,
        outcome_id=piece.outcome_id,
        submission=new.submission,
        source=piece.source,
        as_of=piece.as_of,
        value=None if piece.value is None else format(piece.value, "f"),
        statement=piece.statement,
        oral=piece.oral,
        link=piece.link,
        file_id=piece.file_id,
        measured_by=piece.measured_by,
        attested_by=piece.attested_by,
        method=new.method,
        method_note=new.note.strip(),
        money_minor=amount.minor if amount else None,
        currency=amount.currency if amount else None,
        accepted_by=accepter,
        accepted_on=accepted_on,
    )


def _accepter(session: Session, actor: Actor, new: Isolation, state: ProofState, now: datetime) -> int | None:
    """Finance or economic buyer who accepted the money; somebody who is only named becomes one of finance."""
    if new.accepted_by is None:
        name = (new.accepter_name or "").strip()
        return (
            plan_people.add_person(session, actor, state.account.id, now, name=name, part=Part.FINANCE)
            if name
            else None
        )
    person = next((person for person in state.people if person.id == new.accepted_by), None)
    refusal = UserError(EvidenceRefusal.NOT_THEIR_BUYER, "accepted_by")
    if person is None:
        raise stranger(session, state.account, Entity.PERSON, new.accepted_by, refusal)
    if not person.plays(*_MAY_ACCEPT):
        raise refusal
    return person.id


def _must_have_been_there(state: ProofState, accepter: int | None, on: date | None) -> None:
    """Who accepted money was at the customer on that day."""
    person = next((person for person in state.people if person.id == accepter), None)
    if person is not None and on is not None and not person.is_there(on):
        raise UserError(EvidenceRefusal.ACCEPTER_HAD_LEFT, "accepted_on", person=person.name, left=person.left_on)


def _piece(session: Session, actor: Actor, evidence_id: int, now: datetime) -> tuple[Evidence, ProofState, Outcome]:
    """A confirmed piece that stands, with its account and outcome; else `UserError` says why it cannot rise."""
    piece = record.piece_of(session, actor, evidence_id)
    state = proof_state.load(session, actor.workspace_id, piece.account_id)
    outcome = next(candidate for candidate in state.outcomes if candidate.id == piece.outcome_id)
    piece_state = states_of_pieces(state, has_begun(now))[piece.id]
    if piece_state is PieceState.SUPERSEDED:
        raise UserError(EvidenceRefusal.SUPERSEDED)
    if piece_state is not PieceState.STANDS:
        raise UserError(EvidenceRefusal.DOES_NOT_STAND)
    people = {person.id: person for person in state.people}
    grade, _ = evidence_grade.grade_piece(outcome, piece, people, rules_day(now), checked_of(state))
    if grade < Grade.CONFIRMED:
        raise UserError(EvidenceRefusal.GRADE_TOO_LOW, grade=grade)
    return piece, state, outcome


def _currency(account: Account, outcome: Outcome) -> str:
    return outcome.currency or account.currency or "USD"
