"""What became of evidence that gives an outcome no credit today: the cause of a step in the bridge (docs/rules.md).

A digest keeps which piece gave each outcome its credit. When the credit is lower a week later, the fate of that piece
says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bot.domain.enums import CheckVerdict, CreditCause, Grade, OutcomeKind, Why
from bot.domain.model import Evidence
from bot.domain.proof import terms as goalposts
from bot.domain.proof.disputes import Dispute, disputes_of, falls_under
from bot.domain.proof.evidence_grade import ENTRY, grade_piece
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import is_withdrawn, stands
from bot.domain.proof.progress import ZERO, shortfall
from bot.domain.proof.witness import NO_CHECKS, independent_looks

_OF_WITNESSES = frozenset({Why.NO_WITNESS, Why.NOBODY_LOOKED})
_OF_PEOPLE = frozenset({Why.ATTESTOR_LEFT, Why.NOBODY_NAMED, Why.NOT_THE_CHAMPION})


class Fate(NamedTuple):
    """Why a piece gives no credit. `as_of` and `recorded_on` are those of the piece that took its place, if one did."""

    cause: CreditCause
    as_of: date | None = None
    recorded_on: date | None = None


def fates(graded: Graded) -> Mapping[int, Fate]:
    """The fate of every piece that could have given credit once and does not today, by its id."""
    gives_credit = None if graded.credit is ZERO else graded.proof
    lost = [piece for piece in graded.pieces if piece is not gives_credit and _could_count(piece, graded)]
    if not lost:
        return {}
    disputes = disputes_of(graded.pieces, graded.people, graded.checked, graded.on)
    return {piece.id: _fate(graded, piece, disputes) for piece in lost}


def _could_count(piece: Evidence, graded: Graded) -> bool:
    confirmed = ENTRY[piece.source][0] >= Grade.CONFIRMED or piece.id in graded.checked.by_piece
    return confirmed and piece.recorded_at.date() <= graded.on


def _fate(graded: Graded, piece: Evidence, disputes: Sequence[Dispute]) -> Fate:
    """A dispute outlives a withdrawal; then what was done to the piece; then what time and people did to it."""
    on, terms = graded.on, graded.terms
    if falls_under(piece, disputes):
        return Fate(CreditCause.DISPUTED)
    if _was_refuted(graded, piece):
        return Fate(CreditCause.FAILED_CHECK)
    if is_withdrawn(piece, on):
        return Fate(CreditCause.WITHDRAWN)
    if not stands(piece, graded.pieces, on):
        return _replaced(graded, piece)
    if worse := _worse_since(graded, piece):
        return Fate(CreditCause.FALLEN_BACK, worse.as_of, worse.recorded_at.date())
    if goalposts.runs_out(graded.outcome, piece, terms) <= on.toordinal():
        return Fate(CreditCause.EXPIRED)
    grade, why = grade_piece(graded.outcome, piece, graded.people, on, graded.checked)
    if grade >= Grade.CONFIRMED:
        replaced = graded.credit is not ZERO and goalposts.counts(piece, terms)
        return _newer_proof(graded) if replaced else Fate(CreditCause.TERMS)
    return Fate(_by_its_grade(graded, piece, why))


def _was_refuted(graded: Graded, piece: Evidence) -> bool:
    """Whether somebody opened its reference and did not find it there, by a check or a spot check."""
    looks = independent_looks(piece, graded.checked.by_piece.get(piece.id, NO_CHECKS), graded.on)
    return any(check.verdict is CheckVerdict.DOES_NOT for check in looks)


def _by_its_grade(graded: Graded, piece: Evidence, why: Why) -> CreditCause:
    """A piece that needs a witness it never needed before has fallen to the new rules; a newer one to nobody's look."""
    if why in _OF_PEOPLE:
        return CreditCause.PERSON_LEFT
    if why not in _OF_WITNESSES:
        return CreditCause.TERMS
    since = graded.checked.upgraded_on
    is_older = since is not None and piece.recorded_at.date() <= since
    return CreditCause.UPGRADE if is_older else CreditCause.FAILED_CHECK


def _replaced(graded: Graded, piece: Evidence) -> Fate:
    """A correction restates what was told."""
    successor = next((later for later in graded.pieces if later.id == piece.superseded_by), None)
    if successor is None:
        return Fate(CreditCause.RESTATED)
    return Fate(CreditCause.RESTATED, successor.as_of, successor.recorded_at.date())


def _worse_since(graded: Graded, piece: Evidence) -> Evidence | None:
    """The newest standing value, of the piece's day or later, that is behind the piece's own."""
    outcome = graded.outcome
    if piece.value is None or outcome.kind is OutcomeKind.STATEMENT:
        return None
    shown = shortfall(outcome, piece.value)
    worse: Evidence | None = None
    for later in graded.pieces:
        if later.value is None or later.as_of < piece.as_of or later.value == piece.value:
            continue
        behind = shortfall(outcome, later.value)
        if shown is not None and behind is not None and behind <= shown:
            continue
        if stands(later, graded.pieces, graded.on) and (worse is None or later.as_of > worse.as_of):
            worse = later
    return worse


def _newer_proof(graded: Graded) -> Fate:
    """A newer confirmed piece gives the credit; if it gives less, the outcome has fallen back."""
    newer = graded.proof
    return (
        Fate(CreditCause.FALLEN_BACK)
        if newer is None
        else Fate(CreditCause.FALLEN_BACK, newer.as_of, newer.recorded_at.date())
    )
