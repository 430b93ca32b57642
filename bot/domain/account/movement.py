"""Which evidence moves anything: what counts for an answer, for a meeting series, and for closing a risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.enums import CheckVerdict, PromptState, Source
from bot.domain.model import Evidence, MeetingFact, ProofState
from bot.domain.proof.in_force import is_withdrawn
from bot.domain.values.days import shift_day

OUR_SIDE = frozenset({Source.OUR_WORD, Source.OUR_TELEMETRY})
"""What never counts as movement, whatever is linked to it."""
BEFORE_THE_FIRST = timedelta(days=30)
"""How far back evidence counts for an answer that has no meeting before it."""
_TOOK_PLACE = (PromptState.ANSWERED, PromptState.SILENT)


def has_witness(piece: Evidence) -> bool:
    """Whether somebody outside the account team could check this piece as it was recorded.

    It has a reference, or came by a way on which nobody of ours could type it. That a bare reference counts for 14 days
    only is about grades, not movement.
    """
    return piece.reference_key is not None or piece.arrived_as is not None


def refuted(state: ProofState) -> frozenset[int]:
    """The pieces of which somebody who looked said that their reference does not show it; they move nothing."""
    return frozenset(check.evidence_id for check in state.checks if check.verdict is CheckVerdict.DOES_NOT)


def counts(piece: Evidence, on: date) -> bool:
    """Whether a piece speaks for itself: it has a witness, was not withdrawn, and is not our word or telemetry."""
    return piece.source not in OUR_SIDE and has_witness(piece) and not is_withdrawn(piece, on)


def moves(piece: Evidence, after: date, on: date) -> bool:
    """Whether a piece is movement since the meeting of the day `after`.

    It counts and its as-of date is later than that day; or it changed the standing of its outcome. Our word and our
    telemetry never do. A piece from before this rule (`changed_standing` is `None`) is movement, as it was then.
    """
    if is_withdrawn(piece, on):
        return False
    if piece.changed_standing is None:
        return True
    if piece.source in OUR_SIDE:
        return False
    return piece.changed_standing or (has_witness(piece) and piece.as_of > after)


def with_movement(state: ProofState, on: date) -> ProofState:
    """The state with `moved_evidence` of each answered meeting worked out from its answer's evidence."""
    pieces_of: dict[int, list[Evidence]] = {}
    failed = refuted(state)
    for piece in state.evidence:
        if piece.answer_id is not None and piece.id not in failed:
            pieces_of.setdefault(piece.answer_id, []).append(piece)
    meetings = []
    for meeting in state.meetings:
        moved = meeting.moved_evidence
        if meeting.answer_id is not None:
            pieces = pieces_of.get(meeting.answer_id)
            moved = pieces is not None and _any_moves(pieces, day_before(state.meetings, meeting.starts_at), on)
        meetings.append(meeting if meeting.moved_evidence is moved else replace(meeting, moved_evidence=moved))
    return state if all(map(_same, meetings, state.meetings)) else replace(state, meetings=tuple(meetings))


def day_before(meetings: Sequence[MeetingFact], starts_at: datetime) -> date:
    """The day after which evidence counts for a meeting: that of the last meeting that took place on an earlier day, or
    30 days earlier. Meetings that were called off did not take place."""
    day = starts_at.date()
    days = (meeting.starts_at.date() for meeting in meetings if meeting.prompt in _TOOK_PLACE)
    return max((earlier for earlier in days if earlier < day), default=shift_day(day, -BEFORE_THE_FIRST))


def _any_moves(pieces: Sequence[Evidence], after: date, on: date) -> bool:
    return any(moves(piece, after, on) for piece in pieces)


def _same(one: MeetingFact, other: MeetingFact) -> bool:
    return one is other
