"""The open gaps of an account as lines that cards, prompts and lists show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.account.assessment import Assessment
from bot.domain.enums import Standing
from bot.domain.facts import Fact
from bot.domain.model import ProofState
from bot.domain.proof import explanation


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap: of an outcome (`outcome_id`, closes by evidence) or a question (`gap_id`, closes by an answer).

    `shows` says where in the customer's system an outcome would show and who could show it, `None` for a question.
    `moved` counts how often its date was put off. `standing` is that of the outcome, `disputed` whether the customer
    disputes it.
    """

    title: str
    reason: Fact
    risk_if_never: str | None
    owner: str | None
    next_action: str | None
    due_on: date | None
    outcome_id: int | None
    gap_id: int | None
    shows: Fact | None = None
    moved: int = 0
    owner_id: int | None = None
    standing: Standing = Standing.UNPROVEN
    disputed: bool = False

    @property
    def nowhere(self) -> bool:
        """Whether neither where an outcome would show nor who could show it is known."""
        return self.shows is not None and not any(
            value for name, value in self.shows.values if name in ("where", "who")
        )

    @property
    def ref(self) -> str:
        """What a button says of it: `gap:7`, or `outcome:3` where nobody has written anything down but the outcome."""
        return f"gap:{self.gap_id}" if self.gap_id is not None else f"outcome:{self.outcome_id}"


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
            shows=explanation.would_show(gap.outcome) if gap.outcome else None,
            moved=gap.gap.times_moved if gap.gap else 0,
            owner_id=gap.owner_id,
            standing=gap.outcome.standing if gap.outcome else Standing.UNPROVEN,
            disputed=gap.outcome is not None and gap.outcome.disputed is not None,
        )
        for gap in assessment.gaps
    )
