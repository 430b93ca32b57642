"""The next meeting's agenda in the success cadence's four lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.account.actions import open_action
from bot.domain.account.assessment import Assessment
from bot.domain.account.promises import forgotten
from bot.domain.enums import Grade, OutcomeKind, RiskKind, Standing
from bot.domain.labels import label
from bot.domain.proof.coverage import NO_OUTCOME
from bot.domain.proof.grading import Graded
from bot.domain.proof.next_step import next_step
from bot.domain.values.text import day, number, percent, quoted

_BLOCKING = frozenset({RiskKind.SPONSOR_LEFT, RiskKind.NO_CUSTOMER_OWNER, RiskKind.PROOF_DISPUTED, RiskKind.DISPROVEN})


@dataclass(frozen=True, slots=True)
class Agenda:
    """Four lines, each a few points, the weightiest first. An empty line is an answer too: the template says so."""

    achieved: tuple[str, ...]
    blocks: tuple[str, ...]
    next: tuple[str, ...]
    success_by_then: tuple[str, ...]
    next_meeting_at: datetime | None


def agenda(assessment: Assessment, most: int = 3) -> Agenda:
    """The agenda of an account's next meeting, at most so many points a line."""
    return Agenda(
        tuple(_achieved(assessment))[:most],
        tuple(_blocks(assessment))[:most],
        tuple(_next(assessment))[:most],
        tuple(_by_then(assessment))[:most],
        assessment.next_meeting_at,
    )


def _achieved(assessment: Assessment) -> list[str]:
    """What is measured or better and has moved, the newest first; what is only claimed is no achievement."""
    measured = [graded for graded in assessment.outcomes if graded.grade is not None and graded.grade >= Grade.MEASURED]
    measured.sort(key=lambda graded: _as_of(graded), reverse=True)
    moved = (graded for graded in measured if graded.progress or graded.outcome.kind is OutcomeKind.STATEMENT)
    return [achievement(graded) for graded in moved]


def _as_of(graded: Graded) -> date:
    return graded.evidence.as_of if graded.evidence is not None else date.min


def achievement(graded: Graded) -> str:
    """`“Onboard in 5 days”: 6 days, 85% of the way, confirmed`."""
    parts = []
    if graded.value is not None:
        parts.append(number(graded.value, graded.outcome.unit))
    if graded.progress is not None:
        parts.append("target met" if graded.progress == 1 else f"{percent(graded.progress)} of the way")
    parts.append("" if graded.grade is None else label(graded.grade))
    return f"{quoted(graded.outcome.title)}: {', '.join(part for part in parts if part)}"


def _blocks(assessment: Assessment) -> list[str]:
    on, state = assessment.on, assessment.state
    points = [danger.fact for danger in assessment.dangers if danger.kind in _BLOCKING]
    obstacles = [obstacle for obstacle in state.obstacles if obstacle.cleared_on is None or obstacle.cleared_on > on]
    obstacles.sort(key=lambda obstacle: (obstacle.due_on or date.max, obstacle.id))
    for obstacle in obstacles:
        due = f", due {day(obstacle.due_on)}" if obstacle.due_on else ", no date"
        points.append(f"{quoted(obstacle.text)} ({label(obstacle.kind)}{due})")
    points += [promise.fact for promise in forgotten(state.promises, on)]
    return points


def _next(assessment: Assessment) -> list[str]:
    on, state = assessment.on, assessment.state
    actions = [action for action in state.actions if open_action(action, on)]
    actions.sort(key=lambda action: (action.due_on or date.max, action.id))
    points = []
    for action in actions:
        owner = state.names.get(action.owner_id, "nobody") if action.owner_id is not None else "nobody"
        due = f" by {day(action.due_on)}" if action.due_on else ""
        points.append(f"{quoted(action.text)}: {owner}{due}")
    return points


def _by_then(assessment: Assessment) -> list[str]:
    """The step that would close each gap, the outcome that is due first at the top."""
    if not assessment.outcomes:
        return [f"Write down what success means: {NO_OUTCOME}"]
    short = [graded for graded in assessment.outcomes if graded.standing is not Standing.PROVEN]
    short.sort(key=lambda graded: (graded.outcome.due_on or date.max, graded.outcome.id))
    steps = [(graded, next_step(graded)) for graded in short]
    return [f"{quoted(graded.outcome.title)}: {step}" for graded, step in steps if step]
