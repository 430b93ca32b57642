"""Theatre: activity that looks like value. It is named, with its facts, and never scored (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.account.dangers import Danger, dates_of, evidence_recorded_since, held_meetings, without_evidence
from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Grade,
    OutcomeKind,
    PromptState,
    Relationship,
    RiskKind,
    Theatre,
)
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import HealthReading, MeetingFact, ProofState
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import stands
from bot.domain.proof.progress import shortfall
from bot.domain.values.days import add_days, shift_day, shift_moment

ANSWERS_WITHOUT_EVIDENCE = 3
HEALTH_WINDOW = timedelta(days=90)
BEFORE_A_REVIEW = timedelta(days=30)
SETTLING_IN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of theatre with the facts that show it."""

    kind: Theatre
    fact: Fact


def findings(
    state: ProofState, outcomes: Sequence[Graded], dangers: Sequence[Danger], on: date, now: datetime
) -> tuple[Finding, ...]:
    """All theatre of an account on a day, given its graded outcomes and its dangers. A former customer has none."""
    if state.account.status is AccountStatus.FORMER:
        return ()
    named: list[Finding] = []
    if state.meetings:
        named.extend(_meetings(state, now))
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
    """Three answers in a row, or one business review, without new evidence."""
    past_meetings = held_meetings(state.meetings, now)
    answered = [meeting for meeting in past_meetings if meeting.prompt is PromptState.ANSWERED]
    answered = answered[-ANSWERS_WITHOUT_EVIDENCE:]
    if len(answered) == ANSWERS_WITHOUT_EVIDENCE and without_evidence(state, answered, now):
        unmoved = fact(FactCode.ANSWERS_WITHOUT_EVIDENCE, count=len(answered), dates=dates_of(answered))
        yield Finding(Theatre.MEETINGS, unmoved)
    reviews = [
        meeting for meeting in past_meetings if meeting.kind is CadenceKind.BUSINESS_REVIEW and meeting.starts_at <= now
    ]
    if reviews and _empty(state, reviews[-1], past_meetings, now):
        held_on = reviews[-1].starts_at.date()
        yield Finding(Theatre.MEETINGS, fact(FactCode.REVIEW_WITHOUT_EVIDENCE, on=held_on))


def _empty(state: ProofState, review: MeetingFact, past_meetings: Sequence[MeetingFact], now: datetime) -> bool:
    """A review is empty when nothing came in since the meeting before it, by its answer or by another way."""
    before = [meeting.starts_at for meeting in past_meetings if meeting.starts_at < review.starts_at]
    since = before[-1] if before else shift_moment(review.starts_at, -BEFORE_A_REVIEW)
    return not review.moved_evidence and not evidence_recorded_since(state, since, now)


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
