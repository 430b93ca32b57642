"""Where the customers of a portfolio stand by stage, what moved this quarter, who is stalled, and time to value.

Every length is in days. Median and 90th percentile are by nearest rank (`stages.nearest_rank`): a time that somebody
really took, never a mean and nothing interpolated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from bot.domain.account.stages import ENOUGH_TO_TELL, UsualTime, nearest_rank, usual_times
from bot.domain.enums import AccountStatus, Stage
from bot.domain.model import StageEntry
from bot.domain.values.money import Money, money, total

READ_WITH_CARE_BELOW = 20
"""From `ENOUGH_TO_TELL` to this many, a figure is shown with a warning; below, it is not shown."""


@dataclass(frozen=True, slots=True)
class StagedAccount:
    """What the survey needs of one account; amounts in minor units. `created_at` is when it was put on record."""

    id: int
    name: str
    status: AccountStatus
    arr_minor: int | None
    currency: str | None
    stage: Stage
    stage_since: date | None
    contract_start: date | None
    first_win_on: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StageCount:
    """The customers in a stage: how many, their ARR by currency, and how many have none.

    `before` is how many of them stood there before the quarter began; `before + entered - left` is `accounts`.
    """

    stage: Stage
    accounts: int
    arr: tuple[Money, ...]
    unknown_arr: int
    before: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Movement:
    """Where customers went since the quarter began: each is in one of the four."""

    forward: int
    back: int
    joined: int
    unmoved: int


@dataclass(frozen=True, slots=True)
class Stall:
    """A customer who is longer in a stage than nine in ten were."""

    account_id: int
    name: str
    stage: Stage
    days: int
    usual: UsualTime


class Told(Enum):
    """Whether enough is known for a figure to be shown."""

    SHOWN = "shown"
    WITH_CARE = "with_care"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class TimeToValue:
    """Days from contract start to first win of all who had one, former customers too: without them it would flatter.

    `usual` is `None` for fewer than five. `none_yet` counts the customers without a first win, `unknown` those whose
    win cannot be timed: no contract start, or a win before it.
    """

    usual: UsualTime | None
    timed: int
    none_yet: int
    unknown: int

    @property
    def told(self) -> Told:
        """Whether the figure may be shown, and how."""
        if self.timed < ENOUGH_TO_TELL:
            return Told.TOO_FEW
        return Told.WITH_CARE if self.timed < READ_WITH_CARE_BELOW else Told.SHOWN


@dataclass(frozen=True, slots=True)
class StageSurvey:
    """All of it on a day; `stalled` has the longest first, and `too_few` names the stages that nothing is usual for."""

    on: date
    quarter_began: date
    counts: tuple[StageCount, ...]
    movement: Movement
    stalled: tuple[Stall, ...]
    too_few: tuple[Stage, ...]
    time_to_value: TimeToValue


def survey(
    accounts: Sequence[StagedAccount],
    histories: Mapping[int, Sequence[StageEntry]],
    usual_from: Iterable[Sequence[StageEntry]],
    on: date,
) -> StageSurvey:
    """The survey of these accounts, given their stage entries by account, and those that say what is usual."""
    customers = [account for account in accounts if account.status is not AccountStatus.FORMER]
    began = quarter_of(on)
    before = {account.id: stage_before(account, histories.get(account.id, ()), began) for account in customers}
    usual = usual_times(usual_from)
    stays = [(account, _days(account, histories.get(account.id, ()), on)) for account in customers]
    return StageSurvey(
        on,
        began,
        tuple(_count(stage, customers, before) for stage in Stage),
        _movement(customers, before),
        _stalled(stays, usual),
        tuple(stage for stage in Stage if stage not in usual and any(account.stage is stage for account in customers)),
        time_to_value(accounts, on),
    )


def quarter_of(on: date) -> date:
    """The first day of the calendar quarter."""
    return on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1)


def stage_before(account: StagedAccount, history: Sequence[StageEntry], day: date) -> Stage | None:
    """The stage that an account was in on the eve of a day; `None` if it was not on record yet."""
    earlier = [entry for entry in history if entry.entered_on < day]
    if earlier:
        return max(earlier, key=lambda entry: (entry.entered_on, entry.id)).stage
    if history or account.created_at.date() >= day:
        return None
    return account.stage


def time_to_value(accounts: Iterable[StagedAccount], on: date) -> TimeToValue:
    """Time to value over these accounts, by wins up to a day."""
    times: list[int] = []
    none_yet = unknown = 0
    for account in accounts:
        win, start = account.first_win_on, account.contract_start
        if win is None or win > on:
            none_yet += account.status is not AccountStatus.FORMER
        elif start is None or win < start:
            unknown += 1
        else:
            times.append((win - start).days)
    usual = nearest_rank(sorted(times)) if len(times) >= ENOUGH_TO_TELL else None
    return TimeToValue(usual, len(times), none_yet, unknown)


def _days(account: StagedAccount, history: Sequence[StageEntry], on: date) -> int | None:
    """Days in the present stage, as `stages.stage_of` counts them; `None` when nobody knows since when."""
    there = [entry for entry in history if entry.entered_on <= on]
    newest = max(there, key=lambda entry: (entry.entered_on, entry.id), default=None)
    since = newest.entered_on if newest is not None and newest.stage is account.stage else account.stage_since
    return None if since is None else max(0, (on - since).days)


def _count(stage: Stage, customers: Sequence[StagedAccount], before: Mapping[int, Stage | None]) -> StageCount:
    inside = [account for account in customers if account.stage is stage]
    amounts = [money(account.arr_minor, account.currency) for account in inside]
    known_amounts = [amount for amount in amounts if amount is not None]
    were_there = sum(before[account.id] is stage for account in customers)
    entered = sum(before[account.id] is not stage for account in inside)
    left = sum(before[account.id] is stage and account.stage is not stage for account in customers)
    unknown = len(inside) - len(known_amounts)
    return StageCount(stage, len(inside), total(known_amounts), unknown, were_there, entered, left)


def _movement(customers: Sequence[StagedAccount], before: Mapping[int, Stage | None]) -> Movement:
    place = {stage: number for number, stage in enumerate(Stage)}
    steps = [
        None if (stage := before[account.id]) is None else place[account.stage] - place[stage] for account in customers
    ]
    joined = sum(step is None for step in steps)
    forward = sum(step is not None and step > 0 for step in steps)
    back = sum(step is not None and step < 0 for step in steps)
    return Movement(forward, back, joined, len(steps) - joined - forward - back)


def _stalled(stays: Iterable[tuple[StagedAccount, int | None]], usual: Mapping[Stage, UsualTime]) -> tuple[Stall, ...]:
    stalls = [
        Stall(account.id, account.name, account.stage, days, usual[account.stage])
        for account, days in stays
        if days is not None and account.stage in usual and days > usual[account.stage].p90
    ]
    return tuple(sorted(stalls, key=lambda stall: (stall.usual.p90 - stall.days, stall.name, stall.account_id)))
