"""The open gaps of an account as lines that cards, prompts and lists show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.account.assessment import Assessment
from bot.domain.facts import Fact
from bot.domain.model import ProofState
from bot.domain.proof import explanation


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap: of an outcome (`outcome_id`, closes by evidence) or a question (`gap_id`, closes by an answer)."""

    title: str
    reason: Fact
    risk_if_never: str | None
    owner: str | None
    next_action: str | None
    due_on: date | None
    outcome_id: int | None
    gap_id: int | None


def gap_lines(state: ProofState, assessment: Assessment) -> tuple[GapLine, ...]:
    """The open gaps of an account, as its assessment orders them."""
    return tuple(
        GapLine(
            title=gap.title,
            reason=explanation.of_gap(gap.outcome),
            risk_if_never=gap.risk_if_never,
            owner=state.names.get(gap.owner_id) if gap.owner_id else None,
            next_action=gap.next_action,
            due_on=gap.due_on,
            outcome_id=gap.outcome.outcome.id if gap.outcome else None,
            gap_id=gap.gap.id if gap.gap else None,
        )
        for gap in assessment.gaps
    )
