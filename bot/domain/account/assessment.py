"""The assessment of one account. Card, digest, escalations and packet are views of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.domain.account import dangers as account_dangers
from bot.domain.account import judgement, promises, stages
from bot.domain.account import theatre as account_theatre
from bot.domain.account.actions import open_action
from bot.domain.account.dangers import Danger
from bot.domain.account.judgement import Judged
from bot.domain.account.movement import with_movement
from bot.domain.account.stages import StageStanding
from bot.domain.account.theatre import Finding
from bot.domain.enums import AccountStatus, PromptState, Severity, Standing
from bot.domain.facts import Fact
from bot.domain.model import Account, Evidence, Gap, Outcome, ProofState, Terms
from bot.domain.proof import terms
from bot.domain.proof.checks import checked_of
from bot.domain.proof.coverage import coverage, covered
from bot.domain.proof.evidence_grade import People
from bot.domain.proof.grading import Graded, grade
from bot.domain.proof.witness import Checked
from bot.domain.values.money import Money, money

NO_EVIDENCE: tuple[Evidence, ...] = ()
NO_TERMS: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenGap:
    """What is unproven: a gap somebody wrote down, or an outcome that nobody wrote a gap for (`gap` is `None`).

    `next_action` is the open step that would close it, `None` once the one it had is done.
    """

    title: str
    gap: Gap | None
    outcome: Graded | None
    owner_id: int | None
    next_action: str | None
    due_on: date | None
    risk_if_never: str | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the rules say of one account on one day.

    `outcomes` are the graded outcomes that are not retired, in the order of the ledger. `retired` are those that were
    retired without a proof that others had seen, and whose retirement no manager has agreed to, as they stood on that
    day: they count
    without credit.
    """

    state: ProofState
    on: date
    now: datetime
    outcomes: tuple[Graded, ...]
    coverage: Decimal
    dangers: tuple[Danger, ...]
    theatre: tuple[Finding, ...]
    retired: tuple[Graded, ...] = ()

    @property
    def stage(self) -> StageStanding:
        """Where the account stands by its ledger, or where a human put it."""
        return stages.stage_of(self.state, self.outcomes, self.coverage, self.on)

    @property
    def judged(self) -> Judged:
        """The last human judgement and the later facts that contradict it."""
        return judgement.judged(self.state, self.outcomes, self.dangers, self.now)

    @property
    def next_change_on(self) -> date | None:
        """The first day on which time alone can change anything here but ages in days.

        Until then, and until the ledger changes, the value may be kept. It is `on` itself when a meeting later today
        can still pass in silence.
        """
        return _next_change(self)

    @property
    def account(self) -> Account:
        return self.state.account

    @property
    def arr(self) -> Money | None:
        """The account's ARR, `None` when it is unknown."""
        return money(self.state.account.arr_minor, self.state.account.currency)

    @property
    def proven(self) -> tuple[Graded, ...]:
        return self._of(Standing.PROVEN)

    @property
    def partly_proven(self) -> tuple[Graded, ...]:
        return self._of(Standing.PARTLY_PROVEN)

    @property
    def disproven(self) -> tuple[Graded, ...]:
        return self._of(Standing.DISPROVEN)

    @property
    def unproven(self) -> tuple[Graded, ...]:
        return self._of(Standing.UNPROVEN)

    @property
    def covered(self) -> Fact:
        """`40%`, or that nobody has written down what success means."""
        return covered(self.coverage, self.counted)

    @property
    def counted(self) -> int:
        """How many outcomes are below the line."""
        return len(self.outcomes) + len(self.retired)

    @property
    def seen(self) -> Decimal:
        """The share of success, 0..1, whose proof somebody outside the account team has seen; at most the coverage."""
        return coverage(self.outcomes, len(self.retired), seen=True)

    @property
    def gaps(self) -> tuple[OpenGap, ...]:
        """Open gaps: written ones first, by due date, then every outcome short of proven that has none."""
        return _gaps(self)

    @property
    def next_meeting_at(self) -> datetime | None:
        """The next customer meeting: one that was asked about already and is not off, or the next of a series."""
        starts = [meeting.starts_at for meeting in self.state.meetings if meeting.prompt is not PromptState.OFF]
        if self.state.next_meeting_at is not None:
            starts.append(self.state.next_meeting_at)
        return min((starts_at for starts_at in starts if starts_at > self.now), default=None)

    @property
    def days_to_renewal(self) -> int | None:
        """Days until the renewal, negative once it has passed, `None` when it is unknown."""
        renewal = self.state.account.renewal_date
        return None if renewal is None else (renewal - self.on).days

    @property
    def worst_first(self) -> tuple[int, int, int, Decimal, int, str]:
        """The key that sorts accounts worst first.

        Former customers last, then the severest danger, how many of that severity, least coverage, largest ARR, name.
        """
        return worst_first(self.state.account, self.coverage, self.dangers)

    def _of(self, standing: Standing) -> tuple[Graded, ...]:
        return tuple(graded for graded in self.outcomes if graded.standing is standing)


def worst_first(
    account: Account, covered_share: Decimal, dangers: Sequence[Danger]
) -> tuple[int, int, int, Decimal, int, str]:
    """The key of `Assessment.worst_first`, from an account's coverage and its dangers."""
    top = dangers[0].severity if dangers else 0
    many = sum(danger.severity is Severity.HIGH for danger in dangers)
    former = account.status is AccountStatus.FORMER
    return int(former), -int(top), -many, covered_share, -(account.arr_minor or 0), account.name


def assess(state: ProofState, on: date, now: datetime) -> Assessment:
    """Assess one account: `on` is the day of the rules (the UTC date of `now`, or an earlier one with its state)."""
    state = with_movement(state, on)
    grading = _Grading.of(state)
    outcomes, retired = grading.running(on), grading.retired_unproven(on)
    covered_share = coverage(outcomes, len(retired))
    dangers = account_dangers.dangers(state, outcomes, covered_share, on, now, retired=retired)
    theatre = account_theatre.findings(state, outcomes, dangers, on, now, graded_on=grading.running)
    return Assessment(state, on, now, outcomes, covered_share, dangers, theatre, retired)


def graded_outcomes(state: ProofState, on: date) -> tuple[Graded, ...]:
    """Every outcome of the account that is not retired by the day, graded."""
    return _Grading.of(state).running(on)


@dataclass(frozen=True, slots=True)
class _Grading:
    """What is needed to grade the outcomes of a state: evidence and terms by outcome, people by id, and the checks."""

    outcomes: tuple[Outcome, ...]
    people: People
    evidence: dict[int, list[Evidence]]
    terms: dict[int, list[Terms]]
    checked: Checked

    @classmethod
    def of(cls, state: ProofState) -> _Grading:
        evidence: dict[int, list[Evidence]] = {}
        for piece in state.evidence:
            pieces = evidence.get(piece.outcome_id)
            if pieces is None:
                evidence[piece.outcome_id] = [piece]
            else:
                pieces.append(piece)
        people = {person.id: person for person in state.people}
        return cls(state.outcomes, people, evidence, terms.by_outcome(state.terms), checked_of(state))

    def running(self, on: date) -> tuple[Graded, ...]:
        return tuple(
            self._grade(outcome, on)
            for outcome in self.outcomes
            if outcome.retired_on is None or outcome.retired_on > on
        )

    def retired_unproven(self, on: date) -> tuple[Graded, ...]:
        """What was retired and is not agreed to, as it stood on the day of retirement.

        Left out is one that was proven by what somebody outside the account team had seen: a link alone would let an
        outcome go for good.
        """
        retired = [
            self._grade(outcome, outcome.retired_on)
            for outcome in self.outcomes
            if outcome.retired_on is not None
            and outcome.retired_on <= on
            and (outcome.retire_agreed_on is None or outcome.retire_agreed_on > on)
        ]
        return tuple(graded for graded in retired if graded.standing is not Standing.PROVEN or graded.seen < 1)

    def _grade(self, outcome: Outcome, on: date) -> Graded:
        pieces, versions = self.evidence.get(outcome.id, NO_EVIDENCE), self.terms.get(outcome.id, NO_TERMS)
        return grade(outcome, pieces, self.people, on, self.checked, versions=versions)


def _gaps(assessment: Assessment) -> tuple[OpenGap, ...]:
    by_id = {graded.outcome.id: graded for graded in assessment.outcomes}
    written = [gap for gap in assessment.state.gaps if _is_open(gap, by_id, assessment.on)]
    steps = _steps(assessment.state, assessment.on)
    written.sort(key=lambda gap: (gap.due_on or date.max, gap.id))
    named = {gap.outcome_id for gap in written}
    gaps = [
        OpenGap(
            gap.title,
            gap,
            by_id.get(gap.outcome_id) if gap.outcome_id is not None else None,
            gap.owner_id,
            steps.get(gap.id, gap.next_action),
            gap.due_on or _due_of(by_id, gap.outcome_id),
            gap.risk_if_never or _risk_of(by_id, gap.outcome_id),
        )
        for gap in written
    ]
    owner = assessment.state.account.owner_id
    for graded in assessment.outcomes:
        outcome = graded.outcome
        if graded.standing is not Standing.PROVEN and outcome.id not in named:
            gaps.append(OpenGap(outcome.title, None, graded, owner, None, outcome.due_on, outcome.risk_if_never))
    return tuple(gaps)


def _is_open(gap: Gap, by_id: dict[int, Graded], on: date) -> bool:
    """A question is open until somebody closes it, the gap of an outcome while the outcome is there and unproven."""
    if gap.closed_on is not None and gap.closed_on <= on:
        return False
    graded = by_id.get(gap.outcome_id) if gap.outcome_id is not None else None
    return gap.outcome_id is None or (graded is not None and graded.standing is not Standing.PROVEN)


def _steps(state: ProofState, on: date) -> dict[int, str | None]:
    """By gap, for those that a step was set for: the open step that is due first, `None` if none of them is open."""
    steps: dict[int, str | None] = {action.gap_id: None for action in state.actions if action.gap_id is not None}
    waiting = [action for action in state.actions if action.gap_id is not None and open_action(action, on)]
    for action in sorted(waiting, key=lambda action: (action.due_on or date.max, action.id), reverse=True):
        steps[action.gap_id or 0] = action.text
    return steps


def _due_of(by_id: dict[int, Graded], outcome_id: int | None) -> date | None:
    graded = by_id.get(outcome_id) if outcome_id is not None else None
    return None if graded is None else graded.outcome.due_on


def _risk_of(by_id: dict[int, Graded], outcome_id: int | None) -> str | None:
    graded = by_id.get(outcome_id) if outcome_id is not None else None
    return None if graded is None else graded.outcome.risk_if_never


def _next_change(assessment: Assessment) -> date | None:
    state, on = assessment.state, assessment.on
    days = [graded.next_change_on for graded in assessment.outcomes]
    retirements = (day for outcome in state.outcomes for day in (outcome.retired_on, outcome.retire_agreed_on))
    days += [day for day in retirements if day is not None and day > on]
    days += [
        account_dangers.next_change(state, on, assessment.now),
        stages.next_change(state, on),
        promises.next_change(state.promises, on),
        account_theatre.next_change(state, on),
    ]
    return min((day for day in days if day is not None), default=None)
