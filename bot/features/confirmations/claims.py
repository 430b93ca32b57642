"""What a customer is asked about: a piece of evidence as a claim, in their own words and without any of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.assessments import has_begun
from bot.domain.enums import OutcomeKind
from bot.domain.model import Evidence, Outcome, ProofState
from bot.domain.proof.in_force import stands
from bot.domain.values.text import number
from bot.store import proof_state


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece with its outcome; it `stands` unless it is withdrawn or replaced.

    A disputed one stands: the person who disputed it may say otherwise by themselves.
    """

    piece: Evidence
    outcome: Outcome
    stands: bool

    @property
    def figure(self) -> str | None:
        """The figure with its unit; None where the piece has words only."""
        return None if self.piece.value is None else number(self.piece.value, self.outcome.unit)

    @property
    def what(self) -> str:
        """The figure, or else the words."""
        return self.figure or self.piece.statement or ""

    @property
    def is_number(self) -> bool:
        """Whether a correction of it is a number."""
        return self.piece.value is not None or self.outcome.kind is OutcomeKind.NUMERIC


def claims_of(state: ProofState, now: datetime) -> list[Claim]:
    """The pieces of an account's outcomes that are followed still, the newest first."""
    outcomes = {outcome.id: outcome for outcome in state.outcomes if outcome.retired_on is None}
    pieces = sorted(state.evidence, key=lambda piece: (piece.as_of, piece.id), reverse=True)
    followed = [piece for piece in pieces if piece.outcome_id in outcomes]
    return [_claim(piece, outcomes[piece.outcome_id], state.evidence, now) for piece in followed]


def claim_of(session: Session, workspace_id: int, account_id: int, evidence_id: int, now: datetime) -> Claim | None:
    """The claim of one piece; None where the account has no such piece."""
    state = proof_state.load(session, workspace_id, account_id)
    piece = next((piece for piece in state.evidence if piece.id == evidence_id), None)
    if piece is None:
        return None
    outcome = next(outcome for outcome in state.outcomes if outcome.id == piece.outcome_id)
    return _claim(piece, outcome, state.evidence, now)


def _claim(piece: Evidence, outcome: Outcome, siblings: Sequence[Evidence], now: datetime) -> Claim:
    in_force = stands(piece, siblings, has_begun(now))
    return Claim(piece, outcome, in_force and outcome.retired_on is None)
