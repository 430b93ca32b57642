"""The list of all evidence of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed, has_begun
from bot.domain.enums import Grade
from bot.domain.labels import label
from bot.domain.proof.evidence_grade import grade_piece
from bot.domain.proof.grading import runs_out_on
from bot.domain.proof.in_force import PieceState, state_of_piece
from bot.domain.values.text import day, number
from bot.features.evidence.views import EvidenceLine, EvidenceView
from bot.phrases import phrase


def evidence(session: Session, actor: Actor, account_id: int, now: datetime) -> EvidenceView:
    """Every piece of evidence, the withdrawn and disputed ones included."""
    state, assessment = assessed(session, actor, account_id, now)
    outcomes = {outcome.id: outcome for outcome in state.outcomes}
    by_id = {person.id: person for person in state.people}
    lines = []
    for piece in sorted(state.evidence, key=lambda e: (e.as_of, e.id), reverse=True):
        outcome = outcomes[piece.outcome_id]
        what = number(piece.value, outcome.unit) if piece.value is not None else piece.statement or ""
        status = ""
        piece_state = state_of_piece(piece, state.evidence, has_begun(now))
        if piece_state is PieceState.WITHDRAWN:
            status = f"withdrawn: {piece.withdrawn_why}"
        elif piece_state is PieceState.DISPUTED:
            status = f"disputed: {piece.disputed_why}"
        elif piece_state is PieceState.SUPERSEDED:
            status = "replaced by a newer piece"
        elif runs_out_on(outcome, piece) <= assessment.on:
            status = f"expired on {day(runs_out_on(outcome, piece))}"
        attestor = by_id.get(piece.attested_by or 0)
        source = label(piece.source) + (", oral" if piece.oral else "")
        grade, _ = grade_piece(outcome, piece, by_id, assessment.on)
        lines.append(
            EvidenceLine(
                evidence_id=piece.id,
                outcome=outcome.title,
                what=what,
                as_of=piece.as_of,
                source=source,
                attestor=attestor.name if attestor else None,
                link=piece.link,
                grade=label(grade),
                status=status,
                may_rise=not status and grade in (Grade.CONFIRMED, Grade.ATTRIBUTED),
            )
        )
    writable = may_write(session, actor, state.account)
    return EvidenceView(account_id, state.account.name, phrase(assessment.covered), tuple(lines), writable)
