"""The list of all evidence of an account."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed, has_begun, seen_share
from bot.domain.enums import Grade, Why
from bot.domain.labels import label
from bot.domain.model import Evidence, Outcome, Person, Terms
from bot.domain.proof.checks import checked_of, states_of_pieces
from bot.domain.proof.disputes import PieceState
from bot.domain.proof.evidence_grade import Limit, grade_piece
from bot.domain.proof.grade_said import disputed_said, expired_said, piece_said
from bot.domain.proof.reference import is_openable
from bot.domain.proof.terms import by_outcome, counts, runs_out_on, standing_of
from bot.domain.proof.witness import Checked, witnessed
from bot.domain.values.text import number
from bot.features.evidence import agreement_looks
from bot.features.evidence.countersign import Looker
from bot.features.evidence.views import EvidenceLine, EvidenceView
from bot.phrases import phrase
from bot.store import references


@dataclass(frozen=True, slots=True)
class _Book:
    """What a line of evidence needs beside the piece: the record as the rules read it, who reads it, and at which
    customers each reference stands."""

    outcomes: Mapping[int, Outcome]
    people: Mapping[int, Person]
    said: Mapping[int | None, str]
    checked: Checked
    states: Mapping[int, PieceState]
    versions: Mapping[int, Sequence[Terms]]
    places: Mapping[str, Collection[object]]
    looker: Looker
    on: date
    today: date


def evidence(session: Session, actor: Actor, account_id: int, now: datetime) -> EvidenceView:
    """Every piece of evidence, the withdrawn and disputed ones included."""
    state, assessment = assessed(session, actor, account_id, now)
    looker = Looker.of(session, actor, state, now)
    keys = {piece.reference_key for piece in state.evidence if piece.reference_key is not None}
    book = _Book(
        {outcome.id: outcome for outcome in state.outcomes},
        {person.id: person for person in state.people},
        {answer.evidence_id: answer.name for answer in reversed(state.uncounted)},
        checked_of(state),
        states_of_pieces(state, has_begun(now)),
        by_outcome(state.terms),
        references.where_they_stand(session, actor.workspace_id, keys),
        looker,
        assessment.on,
        actor.today(now),
    )
    seen = seen_share(assessment)
    pieces = sorted(state.evidence, key=lambda e: (e.as_of, e.id), reverse=True)
    return EvidenceView(
        account_id,
        state.account.name,
        phrase(assessment.covered),
        seen if assessment.seen < assessment.coverage else None,
        assessment.counted,
        tuple(_line(piece, book) for piece in pieces),
        may_write(session, actor, state.account),
        actor.today(now),
        tuple(agreement_looks.lines(looker, now)),
    )


def _line(piece: Evidence, book: _Book) -> EvidenceLine:
    outcome, state = book.outcomes[piece.outcome_id], book.states[piece.id]
    terms = standing_of(book.versions.get(outcome.id, ()), book.on)
    until, meant = runs_out_on(outcome, piece, terms), counts(piece, terms)
    expired = state is PieceState.STANDS and meant and until <= book.on
    in_force = state is PieceState.STANDS and meant and not expired
    attestor = book.people.get(piece.attested_by or 0)
    limit = grade_piece(outcome, piece, book.people, book.on, book.checked)
    if not terms.holds and limit[0] > Grade.OBSERVED:
        limit = Grade.OBSERVED, Why.TERMS_NOT_AGREED
    return EvidenceLine(
        evidence_id=piece.id,
        outcome=outcome.title,
        what=number(piece.value, outcome.unit) if piece.value is not None else piece.statement or "",
        as_of=piece.as_of,
        attestor=attestor.name if attestor else None,
        part=None if attestor is None else attestor.title or label(attestor.part),
        link=piece.link,
        witness=phrase(witnessed(piece, book.checked, book.people, book.looker.state.names, book.on), book.today),
        openable=piece.link if piece.link and is_openable(piece.link) else None,
        file_id=piece.file_id,
        may_check=in_force and book.looker.may_check(piece),
        said=_said(piece, limit, book, expired_on=until if expired else None, in_force=in_force),
        state=state,
        why=piece.withdrawn_why if state is PieceState.WITHDRAWN else piece.disputed_why,
        in_force=in_force,
        unconfirmed=book.said.get(piece.id),
        elsewhere=max(0, len(book.places.get(piece.reference_key or "", ())) - 1),
        may_rise=in_force and limit[0] in (Grade.CONFIRMED, Grade.ATTRIBUTED),
    )


def _said(piece: Evidence, limit: Limit, book: _Book, *, expired_on: date | None, in_force: bool) -> str | None:
    """The grade of a piece as a sentence, or what it was until it expired or was disputed; None for other ends."""
    if expired_on is not None:
        return phrase(expired_said(piece, limit[0], expired_on), book.today)
    if book.states[piece.id] is PieceState.DISPUTED:
        return phrase(disputed_said(piece, book.people), book.today)
    if not in_force:
        return None
    names = book.looker.state.names
    return phrase(piece_said(piece, limit, book.people, names, checked=book.checked, on=book.on), book.today)
