"""The next meeting's agenda in the success cadence's four lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.account.actions import open_action
from bot.domain.account.assessment import Assessment
from bot.domain.account.dangers import in_the_way
from bot.domain.account.promises import forgotten
from bot.domain.enums import Grade, OutcomeKind, RiskKind, Standing
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.proof.grading import Graded
from bot.domain.proof.next_step import next_step

_BLOCKING = frozenset(
    {
        RiskKind.SPONSOR_LEFT,
        RiskKind.PERSON_LEFT,
        RiskKind.NO_CUSTOMER_OWNER,
        RiskKind.PROOF_DISPUTED,
        RiskKind.DISPROVEN,
    }
)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Four lines, each a few points, the weightiest first. An empty line is an answer too: the template says so."""

    achieved: tuple[Fact, ...]
    blocks: tuple[Fact, ...]
    next: tuple[Fact, ...]
    success_by_then: tuple[Fact, ...]
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


def _achieved(assessment: Assessment) -> list[Fact]:
    """What is measured or better and has moved, the newest first; what is only claimed is no achievement."""
    measured = [graded for graded in assessment.outcomes if graded.grade is not None and graded.grade >= Grade.MEASURED]
    measured.sort(key=lambda graded: _as_of(graded), reverse=True)
    moved = (graded for graded in measured if graded.progress or graded.outcome.kind is OutcomeKind.STATEMENT)
    return [_achievement(graded) for graded in moved]


def _as_of(graded: Graded) -> date:
    return graded.evidence.as_of if graded.evidence is not None else date.min


def _achievement(graded: Graded) -> Fact:
    """`“Onboard in 5 days”: 6 days, 85% of the way, confirmed`."""
    return fact(
        FactCode.ACHIEVED,
        title=graded.outcome.title,
        value=graded.value,
        unit=graded.outcome.unit,
        met=graded.progress == 1,
        share=graded.progress,
        grade=graded.grade,
    )


def _blocks(assessment: Assessment) -> list[Fact]:
    on, state = assessment.on, assessment.state
    points = [danger.fact for danger in assessment.dangers if danger.kind in _BLOCKING]
    obstacles = [obstacle for obstacle in state.obstacles if in_the_way(obstacle, on)]
    obstacles.sort(key=lambda obstacle: (obstacle.due_on or date.max, obstacle.id))
    points += [
        fact(FactCode.OBSTACLE, text=obstacle.text, kind=obstacle.kind, due=obstacle.due_on) for obstacle in obstacles
    ]
    points += [promise.fact for promise in forgotten(state.promises, on)]
    return points


def _next(assessment: Assessment) -> list[Fact]:
    on, state = assessment.on, assessment.state
    actions = [action for action in state.actions if open_action(action, on)]
    actions.sort(key=lambda action: (action.due_on or date.max, action.id))
    points = []
    for action in actions:
        owner = state.names.get(action.owner_id) if action.owner_id is not None else None
        points.append(fact(FactCode.NEXT_ACTION, text=action.text, owner=owner, due=action.due_on))
    return points


def _by_then(assessment: Assessment) -> list[Fact]:
    """The step that would close each gap, the outcome that is due first at the top."""
    if not assessment.outcomes:
        return [fact(FactCode.WRITE_DOWN_SUCCESS)]
    short = [graded for graded in assessment.outcomes if graded.standing is not Standing.PROVEN]
    short.sort(key=lambda graded: (graded.outcome.due_on or date.max, graded.outcome.id))
    steps = [(graded, next_step(graded)) for graded in short]
    return [fact(FactCode.STEP_OF_OUTCOME, title=graded.outcome.title, step=step) for graded, step in steps if step]
