"""Theatre: activity that looks like value. It is named, with its facts, and never scored (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from bot.domain.account.dangers import Danger, dates_of, evidence_recorded_since, held_meetings, without_evidence
from bot.domain.account.movement import day_before
from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Grade,
    OutcomeKind,
    PromptState,
    Relationship,
    RiskKind,
    Standing,
    Theatre,
)
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import HealthReading, MeetingFact, ProofState
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import stands
from bot.domain.proof.progress import shortfall
from bot.domain.values.days import add_days, shift_day

ANSWERS_WITHOUT_EVIDENCE = 3
CALLED_OFF_IN_A_ROW = 3
_UNDECIDED = (None, PromptState.OPEN, PromptState.AWAY)
AFTER_A_REVIEW = timedelta(days=7)
"""So long after a business review its packet may still become stronger by what was said there."""
HEALTH_WINDOW = timedelta(days=90)
SETTLING_IN = timedelta(days=90)


GradedOn = Callable[[date], Sequence[Graded]]
"""The outcomes of the account, graded as of a day."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of theatre with the facts that show it."""

    kind: Theatre
    fact: Fact


def findings(
    state: ProofState,
    outcomes: Sequence[Graded],
    dangers: Sequence[Danger],
    on: date,
    now: datetime,
    *,
    graded_on: GradedOn,
) -> tuple[Finding, ...]:
    """All theatre of an account on a day, given its graded outcomes and its dangers. A former customer has none."""
    if state.account.status is AccountStatus.FORMER:
        return ()
    named: list[Finding] = []
    if state.meetings:
        named.extend(_meetings(state, now))
        named.extend(_reviews(state, on, now, graded_on))
        named.extend(_called_off(state.meetings))
    if len(state.health) > 1:
        named.extend(_health(state, outcomes, on))
    if state.account.relationship is Relationship.WARM:
        named.extend(_relationship(state, outcomes, dangers, on))
    return tuple(named)


def next_change(state: ProofState, on: date) -> date | None:
    """The first later day on which time alone can change a finding: the end of settling in, or a health reading's age.

    A reading leaves the window; a warm relationship stops being excused by a young contract.
    """
    possible = []
    if len(state.health) > 1:
        possible += [add_days(shift_day(reading.on_date, HEALTH_WINDOW), 1) for reading in state.health]
        possible += [reading.on_date for reading in state.health]
    if state.account.relationship is Relationship.WARM and state.account.contract_start is not None:
        possible.append(shift_day(state.account.contract_start, SETTLING_IN))
    return min((day for day in possible if day > on), default=None)


def _meetings(state: ProofState, now: datetime) -> Iterable[Finding]:
    """Three answers in a row without new evidence."""
    past_meetings = held_meetings(state.meetings, now)
    answered = [meeting for meeting in past_meetings if meeting.prompt is PromptState.ANSWERED]
    answered = answered[-ANSWERS_WITHOUT_EVIDENCE:]
    if len(answered) == ANSWERS_WITHOUT_EVIDENCE and without_evidence(state, answered, now):
        unmoved = fact(FactCode.ANSWERS_WITHOUT_EVIDENCE, count=len(answered), dates=dates_of(answered))
        yield Finding(Theatre.MEETINGS, unmoved)


def _reviews(state: ProofState, on: date, now: datetime, graded_on: GradedOn) -> Iterable[Finding]:
    """The last business review brought no evidence, or ended without a stronger packet than there was before it."""
    past_meetings = held_meetings(state.meetings, now)
    reviews = [
        meeting for meeting in past_meetings if meeting.kind is CadenceKind.BUSINESS_REVIEW and meeting.starts_at <= now
    ]
    if not reviews:
        return
    review = reviews[-1]
    day = day_before(past_meetings, review.starts_at)
    held_on = review.starts_at.date()
    since = datetime.combine(add_days(day, 1), time(), UTC)
    if not review.moved_evidence and not evidence_recorded_since(state, since, day, now):
        yield Finding(Theatre.MEETINGS, fact(FactCode.REVIEW_WITHOUT_EVIDENCE, on=held_on))
        return
    after = graded_on(min(on, shift_day(held_on, AFTER_A_REVIEW)))
    if not stronger(graded_on(day), after):
        proven = sum(graded.standing is Standing.PROVEN for graded in after)
        unmoved = fact(FactCode.REVIEW_NOT_STRONGER, on=held_on, proven=proven, outcomes=len(after))
        yield Finding(Theatre.MEETINGS, unmoved)


def stronger(before: Sequence[Graded], after: Sequence[Graded]) -> bool:
    """Whether a packet would hold more after than before: an outcome with more credit, a better grade, or newer
    evidence that is measured or better. An outcome that was not there before counts by what it has now."""
    then = {graded.outcome.id: _strength(graded) for graded in before}
    nothing = (Decimal(0), -1, date.min)
    return any(_strength(graded) > then.get(graded.outcome.id, nothing) for graded in after)


def _strength(graded: Graded) -> tuple[Decimal, int, date]:
    """Credit, grade, and the day of what carries it; a grade below measured is no part of a packet's strength."""
    if graded.grade is None or graded.grade < Grade.MEASURED or graded.evidence is None:
        return Decimal(0), -1, date.min
    return graded.credit, int(graded.grade), graded.evidence.as_of


def _called_off(meetings: Sequence[MeetingFact]) -> Iterable[Finding]:
    """The newest meetings that were decided on were all called off, three or more in a row."""
    decided = [meeting for meeting in meetings if meeting.prompt not in _UNDECIDED]
    count = 0
    while count < len(decided) and decided[-1 - count].prompt is PromptState.OFF:
        count += 1
    if count >= CALLED_OFF_IN_A_ROW:
        off = fact(FactCode.MEETINGS_OFF, count=count, dates=dates_of(decided[-min(count, 5) :]))
        yield Finding(Theatre.MEETINGS, off)


def _health(state: ProofState, outcomes: Sequence[Graded], on: date) -> Iterable[Finding]:
    """The newest health figure is above an earlier one of the same source, and since then no outcome moved."""
    readings = sorted((r for r in state.health if shift_day(on, -HEALTH_WINDOW) <= r.on_date <= on), key=_by_day)
    if not readings:
        return
    newest = readings[-1]
    first = next((r for r in readings if r.source == newest.source), newest)
    if newest.score <= first.score or any(moved_since(state, graded, first.on_date, on) for graded in outcomes):
        return
    rose = fact(FactCode.HEALTH_ROSE, low=first.score, high=newest.score, since=first.on_date)
    yield Finding(Theatre.HEALTH, rose)


def _by_day(reading: HealthReading) -> tuple[date, int]:
    return reading.on_date, reading.id


def moved_since(state: ProofState, graded: Graded, since: date, on: date) -> bool:
    """Whether evidence in force, of `since` or later, shows a better value than was known before, or new words."""
    outcome = graded.outcome
    if graded.evidence is None or graded.grade is None or graded.grade < Grade.MEASURED:
        return False
    if outcome.kind is OutcomeKind.STATEMENT:
        return graded.evidence.as_of >= since
    if graded.value is None or graded.value_as_of is None or graded.value_as_of < since:
        return False
    pieces = [piece for piece in state.evidence if piece.outcome_id == outcome.id]
    earlier = [
        piece for piece in pieces if piece.as_of < since and piece.value is not None and stands(piece, pieces, on)
    ]
    before = max(earlier, key=lambda piece: piece.as_of).value if earlier else outcome.baseline
    if before is None:
        return True
    now_short, then_short = shortfall(outcome, graded.value), shortfall(outcome, before)
    return now_short is not None and then_short is not None and now_short < then_short


def _relationship(
    state: ProofState, outcomes: Sequence[Graded], dangers: Sequence[Danger], on: date
) -> Iterable[Finding]:
    """Said to be warm, while the sponsor is gone or nothing is even measured; a contract under 90 days is excused."""
    sponsor_left = next((danger for danger in dangers if danger.kind is RiskKind.SPONSOR_LEFT), None)
    if sponsor_left is not None:
        yield Finding(Theatre.RELATIONSHIP, fact(FactCode.WARM_BUT, danger=sponsor_left.fact))
        return
    start = state.account.contract_start
    if start is not None and on - start < SETTLING_IN:
        return
    if not any(graded.grade is not None and graded.grade >= Grade.MEASURED for graded in outcomes):
        yield Finding(Theatre.RELATIONSHIP, fact(FactCode.WARM_UNMEASURED))
