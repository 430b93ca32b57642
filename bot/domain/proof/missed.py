"""A disproof stays a disproof until better evidence comes (docs/rules.md, Missed).

An outcome is missed when a figure of `measured` or better shows no progress and the due date has passed. Such a figure
is against us, so it goes on counting when it runs out, when something weaker replaces it, and when our side withdraws
it. Only better evidence ends it: a piece that stands and is undisputed, as of the same day or later, at least as well
known, that shows progress.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.enums import Grade, OutcomeKind
from bot.domain.model import Evidence, Outcome
from bot.domain.proof.disputes import Dispute, disputes_of, falls_under
from bot.domain.proof.evidence_grade import People, grade_piece
from bot.domain.proof.in_force import is_recorded, stands
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
    against = [piece for piece in _good_when_due(outcome, pieces, on) if progress(outcome, piece.value) == ZERO]
    if not against:
        return None
    weighed = _Weighed(outcome, pieces, people, on, checked, disputes_of(pieces, people, checked, on))
    better = [(piece.as_of, weighed.grade(piece)) for piece in pieces if weighed.shows_progress(piece)]
    unanswered = [piece for piece in against if not weighed.is_answered(piece, better)]
    return max(unanswered, key=lambda piece: (piece.as_of, piece.id), default=None)


def _good_when_due(outcome: Outcome, pieces: Sequence[Evidence], on: date) -> Iterable[Evidence]:
    """The figures that were on record by the day and within their shelf life on the day after the due date."""
    assert outcome.due_on is not None
    oldest = outcome.due_on.toordinal() + 1 - outcome.shelf_life_days
    return (
        piece
        for piece in pieces
        if piece.value is not None and piece.as_of.toordinal() >= oldest and is_recorded(piece, on)
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What the pieces of one outcome are worth on a day."""

    outcome: Outcome
    pieces: Sequence[Evidence]
    people: People
    on: date
    checked: Checked
    disputes: Sequence[Dispute]

    def grade(self, piece: Evidence) -> Grade:
        return grade_piece(self.outcome, piece, self.people, self.on, self.checked)[0]

    def counts(self, piece: Evidence) -> bool:
        return not falls_under(piece, self.disputes) and stands(piece, self.pieces, self.on)

    def shows_progress(self, piece: Evidence) -> bool:
        share_reached = progress(self.outcome, piece.value)
        return share_reached is not None and share_reached > ZERO and self.counts(piece)

    def is_answered(self, against: Evidence, better: Sequence[tuple[date, Grade]]) -> bool:
        """Whether a figure counts for nothing: too weak, or bettered by one as of its day or later, as well known.

        Of two figures of one day that both stand, the worse one counts, as in `grading`.
        """
        known = self.grade(against)
        if known < Grade.MEASURED:
            return True
        in_its_place = not self.counts(against)
        return any(
            grade >= known and (as_of > against.as_of or (as_of == against.as_of and in_its_place))
            for as_of, grade in better
        )
