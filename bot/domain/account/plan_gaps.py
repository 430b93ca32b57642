"""The success plan's three questions, and what it still leaves open: a plan with a hole says which."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.account.likeness import alike
from bot.domain.enums import Direction, OutcomeKind, Part
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Obstacle, Outcome, Person, ProofState
from bot.domain.proof.terms import by_outcome, standing_of


class Question(StrEnum):
    """What a plan answers before anyone logs in."""

    SUCCESS = "success"
    OWNERS = "owners"
    OBSTACLES = "obstacles"


_ROLES = (Part.ECONOMIC_BUYER, Part.OUTCOME_OWNER, Part.BLAMED)


@dataclass(frozen=True, slots=True)
class Hole:
    """What the plan does not say; `subject` is the row (`outcome:1`, `obstacle:2`) or empty for the whole plan."""

    question: Question
    subject: str
    fact: Fact


def holes(state: ProofState, on: date) -> tuple[Hole, ...]:
    """Every hole of an account's plan on a day, in the order of the questions."""
    outcomes = [outcome for outcome in state.outcomes if outcome.retired_on is None or outcome.retired_on > on]
    present = [person for person in state.people if person.is_there(on)]
    agreed = {outcome_id for outcome_id, versions in by_outcome(state.terms).items() if standing_of(versions, on).holds}
    return (*_success(outcomes, agreed), *_owners(outcomes, present), *_obstacles(state.obstacles, on))


def missing_parts(outcome: Outcome, *, agreed: bool) -> tuple[str, ...]:
    """What an outcome lacks before it can be judged: `baseline`, `date`; `agreed` says whether its terms are."""
    parts: list[str] = []
    if outcome.kind is OutcomeKind.NUMERIC:
        parts += _missing_of_number(outcome)
    if not agreed and "baseline" not in parts:
        parts.append("agreement")
    if outcome.due_on is None:
        parts.append("date")
    return tuple(parts)


def contradiction(outcome: Outcome) -> str | None:
    """What in an outcome contradicts itself, so that progress cannot be computed: `band`, `met` or `wrong_side`."""
    if outcome.kind is OutcomeKind.STATEMENT:
        return None
    if outcome.direction is Direction.HOLD:
        low, high = outcome.band_low, outcome.band_high
        return "band" if low is not None and high is not None and low > high else None
    if outcome.target is None or outcome.baseline is None:
        return None
    if outcome.target == outcome.baseline:
        return "met"
    up = outcome.target > outcome.baseline
    wrong = outcome.direction is not None and (outcome.direction is Direction.UP) is not up
    return "wrong_side" if wrong else None


def _missing_of_number(outcome: Outcome) -> Iterable[str]:
    if not outcome.metric:
        yield "metric"
    if outcome.direction is Direction.HOLD:
        if outcome.band_low is None and outcome.band_high is None:
            yield "band"
    elif outcome.target is None:
        yield "target"
    if outcome.baseline is None:
        yield "baseline"


def _success(outcomes: Sequence[Outcome], agreed: Container[int]) -> Iterable[Hole]:
    if not outcomes:
        yield Hole(Question.SUCCESS, "", fact(FactCode.NO_SUCCESS))
    for pair in alike(outcomes):
        looks = fact(FactCode.ALIKE, one=pair.one.title, other=pair.other.title, by_title=pair.by_title)
        yield Hole(Question.SUCCESS, f"outcome:{pair.other.id}", looks)
    for outcome in outcomes:
        missing = missing_parts(outcome, agreed=outcome.id in agreed)
        against, title = contradiction(outcome), outcome.title
        if missing:
            yield Hole(Question.SUCCESS, f"outcome:{outcome.id}", fact(FactCode.LACKS, title=title, parts=missing))
        if against:
            yield Hole(
                Question.SUCCESS, f"outcome:{outcome.id}", fact(FactCode.CONTRADICTS_ITSELF, title=title, how=against)
            )


def _owners(outcomes: Sequence[Outcome], present: Sequence[Person]) -> Iterable[Hole]:
    present_ids = {person.id for person in present}
    for outcome in outcomes:
        if outcome.owner_person_id not in present_ids:
            not_owned = fact(FactCode.NO_OWNER_THERE, title=outcome.title)
            yield Hole(Question.OWNERS, f"outcome:{outcome.id}", not_owned)
    parts = {part for person in present for part in person.parts}
    for part in _ROLES:
        if part not in parts:
            yield Hole(Question.OWNERS, "", fact(FactCode.NO_ROLE, part=part.value))


def _obstacles(obstacles: Sequence[Obstacle], on: date) -> Iterable[Hole]:
    if not obstacles:
        yield Hole(Question.OBSTACLES, "", fact(FactCode.NO_OBSTACLE))
    for obstacle in obstacles:
        if obstacle.cleared_on is not None and obstacle.cleared_on <= on:
            continue
        missing = []
        if obstacle.owner_id is None and obstacle.owner_person_id is None:
            missing.append("owner")
        if obstacle.due_on is None:
            missing.append("date")
        if missing:
            lacks = fact(FactCode.LACKS, title=obstacle.text, parts=tuple(missing))
            yield Hole(Question.OBSTACLES, f"obstacle:{obstacle.id}", lacks)
