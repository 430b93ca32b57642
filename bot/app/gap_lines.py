"""The open gaps of an account as lines that cards, prompts and lists show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.account.assessment import Assessment, OpenGap
from bot.domain.enums import Standing
from bot.domain.model import ProofState
from bot.domain.values.text import number, percent


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap: of an outcome (`outcome_id`, closes by evidence) or a question (`gap_id`, closes by an answer)."""

    title: str
    reason: str
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
            reason=_reason(gap),
            risk_if_never=gap.risk_if_never,
            owner=state.names.get(gap.owner_id) if gap.owner_id else None,
            next_action=gap.next_action,
            due_on=gap.due_on,
            outcome_id=gap.outcome.outcome.id if gap.outcome else None,
            gap_id=gap.gap.id if gap.gap else None,
        )
        for gap in assessment.gaps
    )


def _reason(gap: OpenGap) -> str:
    if gap.outcome is None:
        return "an open question"
    if gap.outcome.standing is Standing.PARTLY_PROVEN:
        return f"{percent(gap.outcome.credit)} of the way, {gap.outcome.reason}"
    known = gap.outcome.value
    at = "" if known is None or gap.outcome.grade is None else f"{number(known, gap.outcome.outcome.unit)}, "
    return f"{at}{gap.outcome.reason}"
