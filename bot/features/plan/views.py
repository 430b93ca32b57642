"""What the success plan and its forms show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.app.would_break import WouldBreakLine
from bot.domain.enums import Part, PromiseState


@dataclass(frozen=True, slots=True)
class BaselineFormView:
    """What one outcome is judged by: a statement has no baseline, and only a `hold` outcome has a band.

    `editing` says that the outcome was there before, so that wording, target and date can be changed too. `warning`
    says what saving does to the customer's agreement; a second press saves.
    """

    outcome_id: int
    outcome: str
    unit: str | None
    is_number: bool
    holds: bool
    target: str | None
    due_on: date | None
    baseline: str | None
    baseline_on: date
    band_low: str | None
    band_high: str | None
    shelf_life_days: int
    seen: int
    editing: bool = True
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeDetailsView:
    """Who at the customer agreed to an outcome, when, and what shows it; its promise and its worth."""

    outcome_id: int
    outcome: str
    agreed_by: int | None
    agreed_on: date
    agreement_link: str | None
    promise_id: int | None
    worth: str | None
    currency: str
    people: tuple[tuple[int, str], ...]
    promises: tuple[tuple[int, str], ...]
    seen: int


@dataclass(frozen=True, slots=True)
class AgreementFormView:
    """The form that records the customer's yes to an outcome; `outcomes` are those that wait for one."""

    account_id: int
    account: str
    outcomes: tuple[tuple[int, str], ...]
    people: tuple[tuple[int, str], ...]
    today: date
    takes_files: bool
    seen: int


@dataclass(frozen=True, slots=True)
class RetirementView:
    """A retirement that waits for a manager: who retired what and why, and how it `stood`."""

    outcome_id: int
    account: str
    retired: str
    stood: str | None
    missed_on: date | None
    coverage: str
    seen: int


@dataclass(frozen=True, slots=True)
class RetirementReviewedView:
    """What a manager decided: the outcome is `gone`, or counts on."""

    account_id: int
    account: str
    outcome: str
    gone: bool
    coverage: str


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
    has_file: bool
    people: tuple[tuple[int, str], ...]
    takes_files: bool
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
    """`forgotten` says that nobody has mentioned it for long, `mentioned_on` when somebody last did.

    `words` are what was said then; `same_words_on` is the day on which the same words stood there before.
    """

    promise_id: int
    text: str
    state: PromiseState
    due_on: date | None
    forgotten: bool
    mentioned_on: date | None
    words: str | None
    same_words_on: date | None


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
    unagreed: int = 0


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
    """The form for an outcome; `alike` names one that looks like what was `typed`. A second press saves."""

    alike: str | None = None
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonFormView(PlanFormView):
    """The form for somebody at the customer.

    `gone` is somebody of that name who left, on `gone_on`: then it asks who is meant, with what was typed kept.
    """

    gone_id: int | None = None
    gone: str | None = None
    gone_on: date | None = None
    name: str | None = None
    title: str | None = None
    email: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class EditPersonView:
    """The form that corrects how somebody is written and says which parts they have."""

    person_id: int
    name: str
    title: str | None
    email: str | None
    parts: tuple[Part, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class PersonLeftView:
    """The form that asks on which day somebody left, or leaves."""

    person_id: int
    name: str
    parts: str
    today: date
    seen: int


@dataclass(frozen=True, slots=True)
class PersonBackView:
    """The form that asks since which day somebody is back."""

    person_id: int
    name: str
    left_on: date | None
    today: date
    seen: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in the list of people. `there` says whether they are at the customer, `state` what came between.

    `said_after` is a day after they left as of which something of theirs stands on record.
    """

    person_id: int
    name: str
    title: str | None
    parts: str
    there: bool
    state: str
    said_after: date | None
    can_undo: bool


@dataclass(frozen=True, slots=True)
class PeopleView:
    """Everybody at a customer, `page` of `pages`; `saved` is the one who was changed just now, and how it stands."""

    account_id: int
    account: str
    people: tuple[PersonRow, ...]
    saved: PersonRow | None
    page: int
    pages: int
    can_write: bool


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
