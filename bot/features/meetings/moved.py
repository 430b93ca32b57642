"""Notes on an answer whether it moved evidence, by the evidence that belongs to it (`bot.domain.account.movement`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.assessments import rules_day
from bot.domain.account import movement
from bot.domain.model import ProofState
from bot.features.meetings.rows import Answer
from bot.store import ledger, proof_state
from bot.store.entities import Entity
from bot.store.ledger import Author


def note_movement(session: Session, by: Author, answer: Answer, now: datetime) -> bool:
    """Note whether an answer moved evidence, as things stand now; returns it. Repeated, it changes nothing."""
    state = proof_state.load(session, by.workspace_id, answer.account_id)
    moved = moved_by(state, answer, now)
    ledger.change(session, by, Entity.ANSWER, answer.id, now, moved_evidence=moved)
    return moved


def moved_by(state: ProofState, answer: Answer, now: datetime) -> bool:
    """Whether an answer moved evidence. One that belongs to no meeting is measured from the meeting before it."""
    today = rules_day(now)
    for meeting in movement.with_movement(state, today).meetings:
        if meeting.answer_id == answer.id:
            return bool(meeting.moved_evidence)
    after = movement.day_before(state.meetings, answer.answered_at)
    theirs = (piece for piece in state.evidence if piece.answer_id == answer.id)
    return any(movement.moves(piece, after, today) for piece in theirs)
