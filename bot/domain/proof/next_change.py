"""The days on which time alone changes how an outcome stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.domain.enums import Witness
from bot.domain.model import Evidence
from bot.domain.proof import terms as goalposts
from bot.domain.proof.witness import bare_until, witness

if TYPE_CHECKING:
    from bot.domain.proof.grading import Graded

_LAST_DAY = date.max.toordinal()


def next_change(graded: Graded) -> date | None:
    """The earliest later day that any rule above compares with: a shelf life, a due date, a departure ahead, the end of
    the days that a reference counts by itself."""
    outcome, on = graded.outcome, graded.on
    today = on.toordinal()
    soonest = _LAST_DAY
    for piece in graded.pieces:
        runs_out = goalposts.runs_out(outcome, piece, graded.terms)
        if today < runs_out < soonest:
            soonest = runs_out
        for day in _dated_facts(piece, graded):
            if day is not None and day > on:
                soonest = min(soonest, day.toordinal())
    for due_on in {outcome.due_on, *(terms.due_on for terms in graded.judging)}:
        if due_on is not None and due_on >= on:
            soonest = min(soonest, due_on.toordinal() + 1)
    ends = goalposts.next_change(graded.terms.versions, on)
    if ends is not None:
        soonest = min(soonest, ends.toordinal())
    return date.fromordinal(soonest) if soonest < _LAST_DAY else None


def _dated_facts(piece: Evidence, graded: Graded) -> tuple[date | None, ...]:
    people = graded.people
    is_bare = witness(piece, graded.checked, people, graded.on) is Witness.REFERENCE
    attestor = people.get(piece.attested_by) if piece.attested_by is not None else None
    accepter = people.get(piece.accepted_by) if piece.accepted_by is not None else None
    return (
        piece.recorded_at.date(),
        piece.withdrawn_on,
        piece.superseded_on,
        piece.disputed_on,
        piece.accepted_on,
        None if attestor is None else attestor.left_on,
        None if attestor is None else attestor.returned_on,
        None if accepter is None else accepter.left_on,
        None if accepter is None else accepter.returned_on,
        bare_until(piece, graded.checked) if is_bare else None,
    )
