"""What a customer is asked about: a piece of evidence or an acceptance as a claim, without any words of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.assessments import has_begun
from bot.domain.account.organisations import Confirmation
from bot.domain.enums import OutcomeKind
from bot.domain.model import Acceptance, Evidence, Outcome, ProofState
from bot.domain.proof.acceptance import accepter
from bot.domain.proof.in_force import stands
from bot.domain.values.money import money
from bot.domain.values.text import number
from bot.features.confirmations.phrases import ConfirmationPhrase
from bot.phrases import say
from bot.store import proof_state


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: `title` says of what, `figure` is a number with its unit or what somebody did, else `words`.

    `money` is what somebody is said to have accepted for it: who says that the piece is right says that, too.

    It `stands` unless it is withdrawn or replaced. A disputed piece stands: the person who disputed it may say
    otherwise by themselves. `piece` and `outcome` are those of evidence, `acceptance` is that of a packet.
    """

    title: str
    figure: str | None
    words: str | None
    as_of: date
    stands: bool
    piece: Evidence | None = None
    outcome: Outcome | None = None
    acceptance: Acceptance | None = None
    money: str | None = None

    @property
    def what(self) -> str:
        """The figure, or else the words."""
        return self.figure or self.words or ""

    @property
    def is_number(self) -> bool:
        """Whether a correction of it is a number."""
        if self.piece is None or self.outcome is None:
            return False
        return self.piece.value is not None or self.outcome.kind is OutcomeKind.NUMERIC

    @property
    def unit(self) -> str | None:
        return self.outcome.unit if self.outcome is not None else None


def claims_of(state: ProofState, now: datetime) -> list[Claim]:
    """What can be asked about: acceptances, then the pieces of outcomes that are followed still; the newest first."""
    outcomes = {outcome.id: outcome for outcome in state.outcomes if outcome.retired_on is None}
    pieces = sorted(state.evidence, key=lambda piece: (piece.as_of, piece.id), reverse=True)
    followed = [piece for piece in pieces if piece.outcome_id in outcomes]
    accepted = [_acceptance_claim(acceptance, state) for acceptance in reversed(state.acceptances)]
    return accepted + [_claim(piece, outcomes[piece.outcome_id], state, now) for piece in followed]


def claim_of(session: Session, workspace_id: int, asked: Confirmation, now: datetime) -> Claim | None:
    """The claim that a question is about; None where the account has it no more."""
    state = proof_state.load(session, workspace_id, asked.account_id)
    return claim_in(state, asked.evidence_id, asked.acceptance_id, now)


def claim_in(state: ProofState, evidence_id: int | None, acceptance_id: int | None, now: datetime) -> Claim | None:
    """The claim of a piece, or of an acceptance if that is given; None where the account has none."""
    if acceptance_id is not None:
        found = (one for one in state.acceptances if one.id == acceptance_id)
        return next((_acceptance_claim(one, state) for one in found), None)
    piece = next((piece for piece in state.evidence if piece.id == evidence_id), None)
    if piece is None:
        return None
    outcome = next(outcome for outcome in state.outcomes if outcome.id == piece.outcome_id)
    return _claim(piece, outcome, state, now)


def _claim(piece: Evidence, outcome: Outcome, state: ProofState, now: datetime) -> Claim:
    in_force = stands(piece, state.evidence, has_begun(now))
    figure = None if piece.value is None else number(piece.value, outcome.unit)
    still = in_force and outcome.retired_on is None
    said = _money(piece, state)
    return Claim(outcome.title, figure, piece.statement, piece.as_of, still, piece, outcome, money=said)


def _money(piece: Evidence, state: ProofState) -> str | None:
    """The money of a piece, and who is said to have accepted it."""
    amount = money(piece.money_minor, piece.currency)
    who = next((person.name for person in state.people if person.id == piece.accepted_by), None)
    if amount is None or who is None:
        return None
    in_full = f"{number(amount.major)} {amount.currency}"
    return say(ConfirmationPhrase.WORTH, amount=in_full, who=who, on=piece.accepted_on)


def _acceptance_claim(acceptance: Acceptance, state: ProofState) -> Claim:
    person = accepter(acceptance, state)
    title, who = say(ConfirmationPhrase.PACKET), person.name if person is not None else None
    figure = say(ConfirmationPhrase.ACCEPTED_BY, who=who)
    still = acceptance.withdrawn_on is None and person is not None
    return Claim(title, figure, None, acceptance.accepted_on, still, acceptance=acceptance)
