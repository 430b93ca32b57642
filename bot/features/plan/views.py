"""What the success plan and its forms show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.app.would_break import WouldBreakLine
from bot.domain.enums import PromiseState


@dataclass(frozen=True, slots=True)
class BaselineFormView:
    """The details of one outcome: a statement has no baseline, and only a `hold` outcome has a band."""

    outcome_id: int
    outcome: str
    unit: str | None
    is_number: bool
    holds: bool
    baseline: str | None
    baseline_on: date
    agreed_by: int | None
    band_low: str | None
    band_high: str | None
    shelf_life_days: int
    promise_id: int | None
    worth: str | None
    currency: str
    people: tuple[tuple[int, str], ...]
    promises: tuple[tuple[int, str], ...]
    seen: int


@dataclass(frozen=True, slots=True)
class OutcomeOwnerView:
    """The form that gives an outcome another owner at the customer."""

    outcome_id: int
    outcome: str
    owner_id: int | None
    people: tuple[tuple[int, str], ...]
    seen: int


@dataclass(frozen=True, slots=True)
class ShowsFormView:
    """The form that says where in their system an outcome would show, and who there could show it."""

    outcome_id: int
    outcome: str
    shows_in: str | None
    shown_by: int | None
    people: tuple[tuple[int, str], ...]
    seen: int


@dataclass(frozen=True, slots=True)
class WouldBreakFormView:
    """The form for what would break without us, with what was said last; `people` are (id, name)."""

    account_id: int
    account: str
    words: str | None
    by: int | None
    on: date
    link: str | None
    people: tuple[tuple[int, str], ...]
    seen: int


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """An outcome as the plan states it: `from_to` is its measure, empty for a statement.

    `shows` says where in their system it would show and who could show it.
    """

    outcome_id: int
    title: str
    from_to: str
    due_on: date | None
    owner: str | None
    reason: str | None
    shows: str | None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody at the customer; `left_on` is set when they have left."""

    name: str
    title: str | None
    part: str
    left_on: date | None


@dataclass(frozen=True, slots=True)
class ObstacleLine:
    """An obstacle that is not cleared yet; its owner is a member or a person at the customer."""

    kind: str
    text: str
    owner: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """`forgotten` says that nobody has mentioned it for long, `mentioned_on` when somebody last did."""

    promise_id: int
    text: str
    state: PromiseState
    due_on: date | None
    forgotten: bool
    mentioned_on: date | None


@dataclass(frozen=True, slots=True)
class PlanView:
    """The three questions with their answers; `holes` are what is missing, in words."""

    account_id: int
    account: str
    outcomes: tuple[OutcomeLine, ...]
    people: tuple[PersonLine, ...]
    obstacles: tuple[ObstacleLine, ...]
    promises: tuple[PromiseLine, ...]
    holes: tuple[str, ...]
    first_win_on: date | None
    would_break: WouldBreakLine | None
    can_write: bool


@dataclass(frozen=True, slots=True)
class PlanFormView:
    """What every form of the plan needs: the account, its people and its outcomes, and who asks."""

    account_id: int
    account: str
    people: tuple[tuple[int, str], ...]
    outcomes: tuple[tuple[int, str], ...]
    me: str | None
    today: date
    seen: int


@dataclass(frozen=True, slots=True)
class OutcomeFormView(PlanFormView):
    """The form for an outcome."""


@dataclass(frozen=True, slots=True)
class PersonFormView(PlanFormView):
    """The form for somebody at the customer."""


@dataclass(frozen=True, slots=True)
class ObstacleFormView(PlanFormView):
    """The form for an obstacle."""


@dataclass(frozen=True, slots=True)
class PromiseFormView(PlanFormView):
    """The form for a promise."""


@dataclass(frozen=True, slots=True)
class FirstWinFormView(PlanFormView):
    """The form for the first win."""


@dataclass(frozen=True, slots=True)
class SettleFormView:
    """The form for what changed in the plan: somebody left, an obstacle is cleared, a promise or an outcome moved."""

    account_id: int
    account: str
    outcomes: tuple[tuple[int, str], ...]
    people: tuple[tuple[int, str], ...]
    obstacles: tuple[tuple[int, str], ...]
    promises: tuple[tuple[int, str], ...]
    today: date
    seen: int
