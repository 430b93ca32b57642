"""A disproof stays a disproof until better evidence comes (docs/rules.md, Missed).

An outcome is missed when a figure of `measured` or better shows no progress and the due date has passed. Such a figure
is against us, so it goes on counting when it runs out, when something weaker replaces it, and when our side withdraws
it. Only better evidence ends it: a piece that stands and is undisputed, as of the same day or later, at least as well
known, that shows progress.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.enums import Grade, OutcomeKind
from bot.domain.model import Evidence, Outcome
from bot.domain.proof.evidence_grade import People, grade_piece
from bot.domain.proof.in_force import is_disputed, is_recorded, stands
from bot.domain.proof.progress import ZERO, progress
from bot.domain.proof.witness import Checked


def missed_by(
    outcome: Outcome, pieces: Sequence[Evidence], people: People, on: date, checked: Checked
) -> Evidence | None:
    """The figure that shows that the outcome was missed; `None` while it is not due, or better evidence is there.

    `pieces` are all of the outcome's, the withdrawn and superseded ones too. Of several figures it is the newest. One
    that had run out before the outcome was due shows nothing of the due date.
    """
    if outcome.due_on is None or outcome.due_on >= on or outcome.kind is OutcomeKind.STATEMENT:
        return None
    against = [piece for piece in _still_good_when_due(outcome, pieces, on) if progress(outcome, piece.value) == ZERO]
    if not against:
        return None
    better = [
        (piece.as_of, _grade(piece, outcome, people, on, checked))
        for piece in pieces
        if _shows_progress(outcome, piece, pieces, on)
    ]
    unanswered = [
        piece
        for piece in against
        if not _answered(piece, _grade(piece, outcome, people, on, checked), better, pieces, on)
    ]
    return max(unanswered, key=lambda piece: (piece.as_of, piece.id), default=None)


def _still_good_when_due(outcome: Outcome, pieces: Sequence[Evidence], on: date) -> Iterable[Evidence]:
    """The figures that were on record by the day and within their shelf life on the day after the due date."""
    assert outcome.due_on is not None
    oldest = outcome.due_on.toordinal() + 1 - outcome.shelf_life_days
    return (
        piece
        for piece in pieces
        if piece.value is not None and piece.as_of.toordinal() >= oldest and is_recorded(piece, on)
    )


def _shows_progress(outcome: Outcome, piece: Evidence, pieces: Sequence[Evidence], on: date) -> bool:
    if is_disputed(piece, on) or not stands(piece, pieces, on):
        return False
    share_reached = progress(outcome, piece.value)
    return share_reached is not None and share_reached > ZERO


def _answered(against: Evidence, known: Grade, better: Sequence[_Known], pieces: Sequence[Evidence], on: date) -> bool:
    """Whether a figure counts for nothing: too weak, or bettered by one of its day or later, at least as well known.

    Of two figures of one day that both stand, the worse one counts, as in `grading`.
    """
    if known < Grade.MEASURED:
        return True
    counts = not is_disputed(against, on) and stands(against, pieces, on)
    return any(
        grade >= known and (as_of > against.as_of or (as_of == against.as_of and not counts)) for as_of, grade in better
    )


def _grade(piece: Evidence, outcome: Outcome, people: People, on: date, checked: Checked) -> Grade:
    return grade_piece(outcome, piece, people, on, checked)[0]


_Known = tuple[date, Grade]
