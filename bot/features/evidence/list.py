"""The list of all evidence of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed, has_begun, seen_share
from bot.domain.enums import Grade
from bot.domain.proof.checks import checked_of, states_of_pieces
from bot.domain.proof.disputes import PieceState
from bot.domain.proof.evidence_grade import grade_piece
from bot.domain.proof.reference import is_openable
from bot.domain.proof.terms import by_outcome, counts, runs_out_on, standing_of
from bot.domain.proof.witness import witnessed
from bot.domain.values.text import number
from bot.features.evidence import agreement_looks, queries
from bot.features.evidence.countersign import Looker
from bot.features.evidence.views import EvidenceLine, EvidenceView
from bot.phrases import phrase


def evidence(session: Session, actor: Actor, account_id: int, now: datetime) -> EvidenceView:
    """Every piece of evidence, the withdrawn and disputed ones included."""
    state, assessment = assessed(session, actor, account_id, now)
    outcomes = {outcome.id: outcome for outcome in state.outcomes}
    by_id = {person.id: person for person in state.people}
    said = {answer.evidence_id: answer.name for answer in reversed(state.uncounted)}
    checked, states = checked_of(state), states_of_pieces(state, has_begun(now))
    looker, versions = Looker.of(session, actor, state, now), by_outcome(state.terms)
    keys = {piece.reference_key for piece in state.evidence if piece.reference_key is not None}
    places = queries.where_references_stand(session, actor.workspace_id, keys)
    lines = []
    for piece in sorted(state.evidence, key=lambda e: (e.as_of, e.id), reverse=True):
        outcome = outcomes[piece.outcome_id]
        what = number(piece.value, outcome.unit) if piece.value is not None else piece.statement or ""
        piece_state = states[piece.id]
        terms = standing_of(versions.get(outcome.id, ()), assessment.on)
        withdrawn, until = piece_state is PieceState.WITHDRAWN, runs_out_on(outcome, piece, terms)
        meant = counts(piece, terms)
        expired = piece_state is PieceState.STANDS and meant and until <= assessment.on
        in_force = piece_state is PieceState.STANDS and meant and not expired
        attestor = by_id.get(piece.attested_by or 0)
        grade, _ = grade_piece(outcome, piece, by_id, assessment.on, checked)
        grade = grade if terms.holds else min(grade, Grade.OBSERVED)
        lines.append(
            EvidenceLine(
                evidence_id=piece.id,
                outcome=outcome.title,
                what=what,
                as_of=piece.as_of,
                source=piece.source,
                oral=piece.oral,
                attestor=attestor.name if attestor else None,
                link=piece.link,
                witness=phrase(witnessed(piece, checked, by_id, state.names, assessment.on)),
                openable=piece.link if piece.link and is_openable(piece.link) else None,
                file_id=piece.file_id,
                may_check=in_force and looker.may_check(piece),
                grade=grade,
                state=piece_state,
                why=piece.withdrawn_why if withdrawn else piece.disputed_why,
                expired_on=until if expired else None,
                in_force=in_force,
                unconfirmed=said.get(piece.id),
                elsewhere=max(0, len(places.get(piece.reference_key or "", ())) - 1),
                may_rise=in_force and grade in (Grade.CONFIRMED, Grade.ATTRIBUTED),
            )
        )
    writable = may_write(session, actor, state.account)
    seen = seen_share(assessment)
    agreed = tuple(agreement_looks.lines(looker, now))
    covered = phrase(assessment.covered)
    return EvidenceView(account_id, state.account.name, covered, seen, tuple(lines), writable, agreed)
