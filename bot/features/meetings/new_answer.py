"""An answer as somebody typed it, before it is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.enums import Change, DecisionOf, Loop


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer as typed; `submission` names the form or draft that it came from.

    `settled_gaps` are ids of question gaps that the form offered and that do not stay; a gap that belongs to an outcome
    closes by evidence only. Of the open steps in `offered_steps`, those in `done_steps` are done. The next step is for
    the gap `for_gap_id`, or for the outcome `for_outcome_id`, else for what the answer itself calls unproven.
    `opens_gap` is False where `unproven` only says why a gap stays that is there already.
    """

    account_id: int
    submission: str
    change: Change
    meeting_id: int | None = None
    what_changed: str | None = None
    unproven: str | None = None
    settled_gaps: frozenset[int] = frozenset()
    next_action: str | None = None
    next_owner_id: int | None = None
    next_due: date | None = None
    loop: Loop = Loop.OURSELVES
    for_gap_id: int | None = None
    for_outcome_id: int | None = None
    offered_steps: frozenset[int] = frozenset()
    done_steps: frozenset[int] = frozenset()
    decision: str | None = None
    decision_of: DecisionOf | None = None
    opens_gap: bool = True


def trimmed(text: str | None) -> str | None:
    """What was typed, without the space around it; None if nothing is left."""
    return (text or "").strip() or None
