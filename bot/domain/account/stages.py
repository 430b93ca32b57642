"""Where an account stands between signature and renewal, by what its ledger shows (docs/rules.md).

An account is in the first stage whose exit test it fails, so it may move backwards. A human may overrule, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from bot.domain.enums import Direction, Grade, OutcomeKind, Stage
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Account, Outcome, ProofState, StageEntry
from bot.domain.proof.acceptance import PACKET_GOOD_FOR, counting
from bot.domain.proof.coverage import RENEWABLE
from bot.domain.proof.grading import Graded
from bot.domain.values.days import add_days, shift_day

ENOUGH_TO_TELL = 5


@dataclass(frozen=True, slots=True)
class StageStanding:
    """The stage of an account on a day.

    `computed` is what the ledger shows; `stage` differs from it only when a human overruled it with `reason`.
    `needs` is the test to leave `computed`; `ready` says that even the last one, the renewal's, is passed.
    """

    stage: Stage
    computed: Stage
    reason: str | None
    needs: Fact
    ready: bool
    since: date | None
    on: date

    @property
    def days(self) -> int | None:
        """Days in this stage, `None` when nobody knows since when."""
        return None if self.since is None else max(0, (self.on - self.since).days)


@dataclass(frozen=True, slots=True)
class UsualTime:
    """How long a portfolio's accounts took to get through a stage: median and 90th percentile of days, never a mean."""

    median: int
    p90: int
    stays: int


def stage_of(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> StageStanding:
    """The account's stage from its graded outcomes and coverage, or the human's where one overruled it."""
    account = state.account
    computed, ready = Stage.RENEWAL, True
    for stage, passed in _EXITS:
        if not passed(state, outcomes, covered_share, on):
            computed, ready = stage, False
            break
    reason = account.stage_reason or None
    stage = account.stage if reason else computed
    needs = fact(FactCode.STAGE_NEEDS, stage=computed, share=RENEWABLE, days=PACKET_GOOD_FOR.days)
    return StageStanding(stage, computed, reason, needs, ready, _since(state, stage, on), on)


def judgeable(outcome: Outcome) -> bool:
    """Written so that it can be judged: a due date, and for a number the metric, baseline and target."""
    if outcome.due_on is None:
        return False
    if outcome.kind is OutcomeKind.STATEMENT:
        return True
    if outcome.direction is Direction.HOLD:
        aim = outcome.band_low is not None or outcome.band_high is not None
    else:
        aim = outcome.target is not None and outcome.target != outcome.baseline
    return aim and bool(outcome.metric) and outcome.baseline is not None


def time_to_value(account: Account, on: date) -> int | None:
    """Days from contract start to the first win; `None` when either is unknown or yet to come."""
    if account.first_win_on is None or account.contract_start is None or account.first_win_on > on:
        return None
    return (account.first_win_on - account.contract_start).days


def next_change(state: ProofState, on: date) -> date | None:
    """The first later day on which time alone can change the stage: a first win dated ahead, a packet growing old."""
    days = [state.account.first_win_on]
    for acceptance in state.acceptances:
        days += [acceptance.accepted_on, add_days(shift_day(acceptance.accepted_on, PACKET_GOOD_FOR), 1)]
    if state.stages:
        days.extend(entry.entered_on for entry in state.stages)
    return min((day for day in days if day is not None and day > on), default=None)


def usual_times(histories: Iterable[Sequence[StageEntry]]) -> Mapping[Stage, UsualTime]:
    """How long stages usually take, from completed stays of many accounts; each history is one account's entries.

    A stay is complete when a later stage followed, so accounts that are stuck do not count as usual. A stage with fewer
    than five completed stays is left out: too few to tell.
    """
    stays: dict[Stage, list[int]] = {}
    order = list(Stage)
    for history in histories:
        entries = sorted(history, key=lambda entry: (entry.entered_on, entry.id))
        for entry, following in pairwise(entries):
            if order.index(following.stage) > order.index(entry.stage):
                stays.setdefault(entry.stage, []).append((following.entered_on - entry.entered_on).days)
    return {stage: nearest_rank(sorted(days)) for stage, days in stays.items() if len(days) >= ENOUGH_TO_TELL}


def stalled(standing: StageStanding, usual: Mapping[Stage, UsualTime]) -> bool | None:
    """Whether the account is longer in its stage than nine in ten were; `None` when that cannot be told."""
    times, days = usual.get(standing.stage), standing.days
    return None if times is None or days is None else days > times.p90


def nearest_rank(ordered: Sequence[int]) -> UsualTime:
    """Median and P90 of ascending days by nearest rank: the value at rank ⌈n ÷ 2⌉ and ⌈n × 0.9⌉.

    So both are times that some account really took; nothing is interpolated.
    """
    count = len(ordered)
    return UsualTime(ordered[(count - 1) // 2], ordered[-(-count * 9 // 10) - 1], count)


def _since(state: ProofState, stage: Stage, on: date) -> date | None:
    newest: StageEntry | None = None
    for entry in state.stages:
        if entry.entered_on <= on and (newest is None or (entry.entered_on, entry.id) > (newest.entered_on, newest.id)):
            newest = entry
    if newest is not None and newest.stage is stage:
        return newest.entered_on
    return state.account.stage_since if state.account.stage is stage else None


def _planned(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> bool:
    return any(
        graded.outcome.owner_person_id is not None and graded.terms.holds and judgeable(graded.outcome)
        for graded in outcomes
    )


def _first_win(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> bool:
    first_win_on = state.account.first_win_on
    return first_win_on is not None and first_win_on <= on


def _moved(outcomes: Sequence[Graded], least: Grade) -> bool:
    return any(
        graded.grade is not None
        and graded.grade >= least
        and (graded.outcome.kind is OutcomeKind.STATEMENT or bool(graded.progress))
        for graded in outcomes
    )


def _measured(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> bool:
    return _moved(outcomes, Grade.MEASURED)


def _confirmed(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> bool:
    return any(graded.credit > 0 for graded in outcomes)


def _attributed(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> bool:
    return any(graded.credit > 0 and (graded.grade or 0) >= Grade.ATTRIBUTED for graded in outcomes)


def _renewable(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> bool:
    return covered_share >= RENEWABLE and counting(state, on) is not None


_Exit = Callable[[ProofState, Sequence[Graded], Decimal, date], bool]
_EXITS: tuple[tuple[Stage, _Exit], ...] = (
    (Stage.SETUP, _planned),
    (Stage.ACTIVATION, _first_win),
    (Stage.ADOPTION, _measured),
    (Stage.OUTCOMES, _confirmed),
    (Stage.EXPANSION, _attributed),
    (Stage.RENEWAL, _renewable),
)
