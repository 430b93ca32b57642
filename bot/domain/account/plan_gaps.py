"""The success plan's three questions, and what it still leaves open: a plan with a hole says which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.enums import Direction, OutcomeKind, Part
from bot.domain.model import Obstacle, Outcome, Person, ProofState
from bot.domain.values.text import listed, quoted


class Question(StrEnum):
    """What a plan answers before anyone logs in."""

    SUCCESS = "success"
    OWNERS = "owners"
    OBSTACLES = "obstacles"


_ROLES = (
    (Part.ECONOMIC_BUYER, "Nobody is named who has the authority"),
    (Part.OUTCOME_OWNER, "Nobody is named who does the work"),
    (Part.BLAMED, "Nobody is named who is blamed if it fails"),
)


@dataclass(frozen=True, slots=True)
class Hole:
    """What the plan does not say; `subject` is the row (`outcome:1`, `obstacle:2`) or empty for the whole plan."""

    question: Question
    subject: str
    missing: str


def holes(state: ProofState, on: date) -> tuple[Hole, ...]:
    """Every hole of an account's plan on a day, in the order of the questions."""
    outcomes = [outcome for outcome in state.outcomes if outcome.retired_on is None or outcome.retired_on > on]
    present = [person for person in state.people if person.is_there(on)]
    return (*_success(outcomes), *_owners(outcomes, present), *_obstacles(state.obstacles, on))


def missing_parts(outcome: Outcome) -> tuple[str, ...]:
    """What an outcome lacks before it can be judged: `a baseline`, `a date`."""
    parts: list[str] = []
    if outcome.kind is OutcomeKind.NUMERIC:
        parts += _missing_of_number(outcome)
    if outcome.due_on is None:
        parts.append("a date")
    return tuple(parts)


def contradiction(outcome: Outcome) -> str | None:
    """What in an outcome contradicts itself, so that progress cannot be computed."""
    if outcome.kind is OutcomeKind.STATEMENT:
        return None
    if outcome.direction is Direction.HOLD:
        low, high = outcome.band_low, outcome.band_high
        return "its band is upside down" if low is not None and high is not None and low > high else None
    if outcome.target is None or outcome.baseline is None:
        return None
    if outcome.target == outcome.baseline:
        return "its target is where it stands already"
    up = outcome.target > outcome.baseline
    wrong = outcome.direction is not None and (outcome.direction is Direction.UP) is not up
    return "its target lies on the wrong side of the baseline" if wrong else None


def _missing_of_number(outcome: Outcome) -> Iterable[str]:
    if not outcome.metric:
        yield "a metric"
    if outcome.direction is Direction.HOLD:
        if outcome.band_low is None and outcome.band_high is None:
            yield "a band to stay in"
    elif outcome.target is None:
        yield "a target"
    if outcome.baseline is None:
        yield "a baseline"
    elif outcome.baseline_agreed_by is None:
        yield "the customer's yes to the baseline"


def _success(outcomes: Sequence[Outcome]) -> Iterable[Hole]:
    if not outcomes:
        yield Hole(Question.SUCCESS, "", "Nobody has written down what success means")
    for outcome in outcomes:
        missing, against = missing_parts(outcome), contradiction(outcome)
        if missing:
            yield Hole(Question.SUCCESS, f"outcome:{outcome.id}", f"{quoted(outcome.title)} lacks {listed(missing)}")
        if against:
            yield Hole(Question.SUCCESS, f"outcome:{outcome.id}", f"{quoted(outcome.title)}: {against}")


def _owners(outcomes: Sequence[Outcome], present: Sequence[Person]) -> Iterable[Hole]:
    present_ids = {person.id for person in present}
    for outcome in outcomes:
        if outcome.owner_person_id not in present_ids:
            title = quoted(outcome.title)
            yield Hole(Question.OWNERS, f"outcome:{outcome.id}", f"Nobody at the customer owns {title}")
    parts = {person.part for person in present}
    for part, missing in _ROLES:
        if part not in parts:
            yield Hole(Question.OWNERS, "", missing)


def _obstacles(obstacles: Sequence[Obstacle], on: date) -> Iterable[Hole]:
    if not obstacles:
        yield Hole(Question.OBSTACLES, "", "Nobody has written down what will slow this down")
    for obstacle in obstacles:
        if obstacle.cleared_on is not None and obstacle.cleared_on <= on:
            continue
        missing = []
        if obstacle.owner_id is None and obstacle.owner_person_id is None:
            missing.append("an owner")
        if obstacle.due_on is None:
            missing.append("a date")
        if missing:
            fact = f"{quoted(obstacle.text)} lacks {listed(missing)}"
            yield Hole(Question.OBSTACLES, f"obstacle:{obstacle.id}", fact)
