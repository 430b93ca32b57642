"""Puts evidence on record, and disputes or withdraws it; evidence itself is never edited."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, row_of, stranger, writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import assess_now, rules_day
from bot.app.references import NewFile, Reference, kept_again, must_be_a_link
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, must_be_as_shown
from bot.app.typed import must_be_money
from bot.domain.account.assessment import graded_outcomes
from bot.domain.enums import Grade, Method, Source, Standing
from bot.domain.model import Account, Evidence, Outcome, ProofState
from bot.domain.proof.checks import checked_of
from bot.domain.proof.grade_said import carrier, graded_said
from bot.domain.proof.grading import grade
from bot.domain.proof.terms import by_outcome
from bot.domain.proof.witness import witnessed
from bot.domain.values.numbers import figure_of
from bot.features.evidence import queries
from bot.features.evidence.references import refer
from bot.features.evidence.refusals import EvidenceRefusal
from bot.features.evidence.views import EvidenceRecordedView
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.moved import note_movement
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_BELONGS_TO_ANSWER = timedelta(days=3)
_MEANING = ("retired_on", "title", "kind", "metric", "unit", "direction")
"""What a figure says depends on these columns of its outcome."""
ENDED = ("disputed_on", "withdrawn_on", "superseded_by")
"""The columns that end a piece of evidence."""


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """One observation as typed into a form; `submission` names that form.

    `link` and `file` are where somebody else could look; `file_id` is a file that is kept already.
    """

    account_id: int
    outcome_id: int
    submission: str
    source: Source
    as_of: date
    value: str | None = None
    statement: str | None = None
    oral: bool = False
    link: str | None = None
    measured_by: str | None = None
    attested_by: int | None = None
    method: Method | None = None
    method_note: str | None = None
    money_minor: int | None = None
    currency: str | None = None
    accepted_by: int | None = None
    accepted_on: date | None = None
    file: NewFile | None = None
    file_id: int | None = None


def record(session: Session, actor: Actor, new: NewEvidence, now: datetime) -> int:
    """Record one piece of evidence; returns its id."""
    account = writable(session, actor, new.account_id)
    new = replace(new, account_id=account.id)
    outcome_of(session, account, new.outcome_id)
    about = ShownRow(Entity.OUTCOME, new.outcome_id, _MEANING, dict.fromkeys(_MEANING, "outcome"))
    must_be_as_shown(session, actor, account.id, now, about)
    outcome = outcome_of(session, account, new.outcome_id)
    if new.as_of > actor.today(now):
        raise UserError(EvidenceRefusal.AS_OF_IN_FUTURE, "as_of")
    value = _value(outcome, new.value)
    if value is None and not (new.statement or "").strip():
        raise UserError(EvidenceRefusal.VALUE_MISSING, "value", kind=outcome.kind)
    must_be_money(new.money_minor, new.currency, "money")
    link = (new.link or "").strip() or None
    must_be_a_link(link)
    _check_person(session, account, new.attested_by, "attested_by")
    _check_person(session, account, new.accepted_by, "accepted_by")
    shown = _reference(session, actor, account, replace(new, link=link), now)
    row: dict[str, Any] = asdict(replace(new, file=None)) | {
        "value": value,
        "link": link,
        "file_id": shown.file_id,
        "reference_key": shown.key,
        "statement": (new.statement or "").strip() or None,
        "recorded_at": now,
        "recorded_by": actor.member.id,
    }
    del row["file"]
    evidence_id = ledger.add(session, actor.author, Entity.EVIDENCE, now, **row)
    _note_what_moved(session, actor, account.id, evidence_id, now)
    return evidence_id


def recorded_view(session: Session, actor: Actor, evidence_id: int, now: datetime) -> EvidenceRecordedView:
    """How the outcome of a piece of evidence stands now."""
    account, row = row_of(session, actor, Entity.EVIDENCE, evidence_id)
    state = proof_state.load(session, account.workspace_id, account.id)
    assessment = assess_now(state, now)
    # Not from the assessment: it leaves out an outcome that was retired while the form was open.
    outcome = next(candidate for candidate in state.outcomes if candidate.id == row["outcome_id"])
    pieces = [piece for piece in state.evidence if piece.outcome_id == outcome.id]
    checked, versions = checked_of(state), by_outcome(state.terms).get(outcome.id, ())
    people = {person.id: person for person in state.people}
    graded = grade(outcome, pieces, people, assessment.on, checked, versions=versions)
    proven = graded.standing is Standing.PROVEN
    can_rise = graded.evidence_id == evidence_id and graded.grade in (Grade.CONFIRMED, Grade.ATTRIBUTED)
    piece = next(piece for piece in pieces if piece.id == evidence_id)
    return EvidenceRecordedView(
        evidence_id,
        account.id,
        state.account.name,
        graded.outcome.title,
        phrase(graded_said(graded, carrier(graded), state.names), actor.today(now)),
        proven,
        can_rise,
        graded.grade is Grade.ATTRIBUTED,
        phrase(assessment.covered),
        assessment.counted,
        phrase(witnessed(piece, checked, people, state.names, assessment.on)),
        _before_contract(account, row["as_of"]),
    )


def _before_contract(account: Account, as_of: date) -> date | None:
    """The start of the contract, where a piece is as of a day before it: somebody should look at that again."""
    start = account.contract_start
    return start if start is not None and as_of < start else None


def dispute(
    session: Session, actor: Actor, evidence_id: int, now: datetime, *, by_person: int | None, why: str
) -> None:
    """Record that the customer disputes a piece of evidence; the rules make a risk of it."""
    account = must_still_stand(session, actor, evidence_id, now)
    _check_person(session, account, by_person, "disputed_by")
    if not why.strip():
        raise UserError(EvidenceRefusal.DISPUTE_WITHOUT_REASON, "why")
    today = actor.today(now)
    values: dict[str, Any] = {"disputed_on": today, "disputed_by": by_person, "disputed_why": why.strip()}
    if not ledger.change(
        session, actor.author, Entity.EVIDENCE, evidence_id, now, only_if={"disputed_on": None}, **values
    ):
        raise UserError(EvidenceRefusal.DISPUTED_ALREADY)


def withdraw(session: Session, actor: Actor, evidence_id: int, why: str, now: datetime) -> None:
    """Take a piece back because it was wrong; it stays in the record with the reason."""
    must_still_stand(session, actor, evidence_id, now)
    if not why.strip():
        raise UserError(EvidenceRefusal.WITHDRAWAL_WITHOUT_REASON, "why")
    values: dict[str, Any] = {"withdrawn_on": actor.today(now), "withdrawn_why": why.strip()}
    if not ledger.change(
        session, actor.author, Entity.EVIDENCE, evidence_id, now, only_if={"withdrawn_on": None}, **values
    ):
        raise UserError(EvidenceRefusal.WITHDRAWN_ALREADY)
    piece = piece_of(session, actor, evidence_id)
    answer = meeting_queries.answer_by_id(session, actor.workspace_id, piece.answer_id) if piece.answer_id else None
    if answer is not None:
        note_movement(session, actor.author, answer, now)


def supersede(session: Session, actor: Actor, evidence_id: int, new: NewEvidence, now: datetime) -> int:
    """Record `new` in place of an older piece, which stays readable but is no longer in force."""
    must_still_stand(session, actor, evidence_id, now)
    successor = record(session, actor, new, now)
    values: dict[str, Any] = {"superseded_by": successor, "superseded_on": actor.today(now)}
    if not ledger.change(
        session, actor.author, Entity.EVIDENCE, evidence_id, now, only_if={"superseded_by": None}, **values
    ):
        raise UserError(EvidenceRefusal.SUPERSEDED)
    return successor


def _note_what_moved(session: Session, actor: Actor, account_id: int, evidence_id: int, now: datetime) -> None:
    """Note whether the piece changed the standing of its outcome. Within three days of an answer it belongs to that."""
    state = proof_state.load(session, actor.workspace_id, account_id)
    without = replace(state, evidence=tuple(piece for piece in state.evidence if piece.id != evidence_id))
    today = rules_day(now)
    values: dict[str, Any] = {}
    if _standings(state, today) != _standings(without, today):
        values["changed_standing"] = True
    answer = meeting_queries.last_answer(session, actor.workspace_id, account_id)
    if answer is not None and now - answer.answered_at <= _BELONGS_TO_ANSWER:
        values["answer_id"] = answer.id
    ledger.change(session, actor.author, Entity.EVIDENCE, evidence_id, now, **values)
    if "answer_id" in values and answer is not None:
        note_movement(session, actor.author, answer, now)


def _standings(state: ProofState, on: date) -> list[Standing]:
    return [graded.standing for graded in graded_outcomes(state, on)]


def piece_of(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """A piece of evidence of an account that `actor` may write."""
    _, row = writable_row(session, actor, Entity.EVIDENCE, evidence_id)
    return Evidence(**{field.name: row[field.name] for field in fields(Evidence)})


def must_still_stand(session: Session, actor: Actor, evidence_id: int, now: datetime) -> Account:
    """The account of a piece to change, if nobody has ended the piece since the form showed it; else `UserError`."""
    account, _ = writable_row(session, actor, Entity.EVIDENCE, evidence_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.EVIDENCE, evidence_id, ENDED))
    return account


def _reference(session: Session, actor: Actor, account: Account, new: NewEvidence, now: datetime) -> Reference:
    if new.file_id is not None:
        return kept_again(session, account, new.file_id)
    return refer(session, account, actor.member.id, now, link=new.link, file=new.file, as_of=new.as_of)


def _value(outcome: Outcome, typed: str | None) -> Decimal | None:
    if not (typed or "").strip():
        return None
    value = figure_of(typed or "", outcome.unit)
    if value is None:
        raise UserError(EvidenceRefusal.VALUE_NO_NUMBER, "value", unit=outcome.unit)
    return value


def _check_person(session: Session, account: Account, person_id: int | None, field: str) -> None:
    if person_id is None:
        return
    if not queries.has_person(session, account, person_id):
        refusal = UserError(AppRefusal.PERSON_OF_ANOTHER_ACCOUNT, field, account=account.name)
        raise stranger(session, account, Entity.PERSON, person_id, refusal)
