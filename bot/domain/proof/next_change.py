"""The days on which time alone changes how an outcome stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.enums import Witness
from bot.domain.model import Evidence, Outcome
from bot.domain.proof import terms as goalposts
from bot.domain.proof.evidence_grade import People
from bot.domain.proof.witness import Checked, bare_until, witness

_LAST_DAY = date.max.toordinal()


def next_change(
    outcome: Outcome,
    pieces: Sequence[Evidence],
    people: People,
    terms: goalposts.Standing,
    *,
    checked: Checked,
    due: Iterable[date | None],
    on: date,
) -> date | None:
    """The earliest later day that a rule of grading compares with: a shelf life, a due date, a departure ahead, the end
    of the days that a reference counts by itself. `due` are the due dates of all terms by which it may be missed."""
    today = on.toordinal()
    soonest = _LAST_DAY
    for piece in pieces:
        runs_out = goalposts.runs_out(outcome, piece, terms)
        if today < runs_out < soonest:
            soonest = runs_out
        for day in _dated_facts(piece, people, checked, on):
            if day is not None and day > on:
                soonest = min(soonest, day.toordinal())
    for due_on in {outcome.due_on, *due}:
        if due_on is not None and due_on >= on:
            soonest = min(soonest, due_on.toordinal() + 1)
    ends = goalposts.next_change(terms.versions, on)
    if ends is not None:
        soonest = min(soonest, ends.toordinal())
    return date.fromordinal(soonest) if soonest < _LAST_DAY else None


def _dated_facts(piece: Evidence, people: People, checked: Checked, on: date) -> tuple[date | None, ...]:
    is_bare = witness(piece, checked, people, on) is Witness.REFERENCE
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
        bare_until(piece, checked) if is_bare else None,
    )
