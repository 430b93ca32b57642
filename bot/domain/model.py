"""The facts that the rules read: frozen values, one for each row of the ledger.

Dates of business (due, as of, renewal) are `date`; moments (recorded, asked) are aware UTC `datetime`.
Money is integer minor units beside an ISO 4217 currency. `None` always means unknown, never zero.
Field names are the column names of `bot.store.schema`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Change,
    Direction,
    Loop,
    Method,
    ObstacleKind,
    OutcomeKind,
    Part,
    PromiseState,
    PromptState,
    Relationship,
    RiskKind,
    RiskState,
    Severity,
    Source,
    Stage,
    Tier,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, or a former one; amounts are in minor units of `currency`.

    `would_break` is what would break in their business if the product disappeared tomorrow, in the words of the person
    `would_break_by` on a day; without a link nobody else can check that they said it.
    """

    id: int
    workspace_id: int
    slug: str
    name: str
    portfolio_id: int | None = None
    external_id: str | None = None
    status: AccountStatus = AccountStatus.CUSTOMER
    arr_minor: int | None = None
    currency: str | None = None
    tier: Tier = Tier.HIGH_TOUCH
    tier_reason: str | None = None
    stage: Stage = Stage.SETUP
    stage_since: date | None = None
    stage_reason: str | None = None
    contract_start: date | None = None
    renewal_date: date | None = None
    owner_id: int | None = None
    deputy_id: int | None = None
    relationship: Relationship | None = None
    first_win_on: date | None = None
    first_win: str | None = None
    would_break: str | None = None
    would_break_by: int | None = None
    would_break_on: date | None = None
    would_break_link: str | None = None
    packet_accepted_on: date | None = None
    packet_accepted_by: int | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the customer."""

    id: int
    account_id: int
    name: str
    part: Part
    title: str | None = None
    email: str | None = None
    left_on: date | None = None

    def is_there(self, on: date) -> bool:
        """Whether this person has not left the customer by a day. The day of leaving counts as gone."""
        return self.left_on is None or self.left_on > on


@dataclass(frozen=True, slots=True)
class Outcome:
    """What success means, in the customer's own words.

    A `numeric` outcome has metric, unit, direction and target; a `statement` outcome is proved by a named
    customer's words. `band_low`/`band_high` bound a `hold` outcome. `shows_in` is where in the customer's own system it
    would show, `shown_by` the person there who could show it.
    """

    id: int
    account_id: int
    title: str
    kind: OutcomeKind = OutcomeKind.NUMERIC
    metric: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    baseline_agreed_by: int | None = None
    target: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    due_on: date | None = None
    owner_person_id: int | None = None
    shelf_life_days: int = 90
    promise_id: int | None = None
    promised_minor: int | None = None
    currency: str | None = None
    risk_if_never: str | None = None
    shows_in: str | None = None
    shown_by: int | None = None
    retired_on: date | None = None
    retired_why: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation. Never edited: it is superseded, disputed or withdrawn."""

    id: int
    account_id: int
    outcome_id: int
    source: Source
    as_of: date
    recorded_at: datetime
    value: Decimal | None = None
    statement: str | None = None
    oral: bool = False
    link: str | None = None
    measured_by: str | None = None
    attested_by: int | None = None
    method: Method | None = None
    method_note: str | None = None
    money_minor: int | None = None
    currency: str | None = None
    accepted_by: int | None = None
    accepted_on: date | None = None
    recorded_by: int | None = None
    answer_id: int | None = None
    superseded_by: int | None = None
    superseded_on: date | None = None
    disputed_on: date | None = None
    disputed_by: int | None = None
    disputed_why: str | None = None
    withdrawn_on: date | None = None
    withdrawn_why: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What is unproven: an outcome (`outcome_id`) or a question. `owner_id` is a member of ours.

    `answer_id` is the answer that named it; `times_moved` counts how often its date was put off.
    """

    id: int
    account_id: int
    title: str
    outcome_id: int | None = None
    owner_id: int | None = None
    next_action: str | None = None
    due_on: date | None = None
    risk_if_never: str | None = None
    opened_at: datetime | None = None
    answer_id: int | None = None
    times_moved: int = 0
    closed_on: date | None = None
    closed_how: str | None = None
    closed_link: str | None = None
    closed_evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A next step that would close the gap `gap_id`; closed only when the customer was told, with the words used.

    `answer_id` is the answer that set it, `done_in_answer_id` the one in which it was ticked as done.
    """

    id: int
    account_id: int
    text: str
    loop: Loop = Loop.OURSELVES
    gap_id: int | None = None
    owner_id: int | None = None
    due_on: date | None = None
    theme: str | None = None
    answer_id: int | None = None
    done_in_answer_id: int | None = None
    opened_at: datetime | None = None
    loop_answered_on: date | None = None
    loop_answer: str | None = None
    told_on: date | None = None
    told_words: str | None = None
    dropped_on: date | None = None
    dropped_why: str | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What will slow the customer down, and who clears it."""

    id: int
    account_id: int
    kind: ObstacleKind
    text: str
    owner_id: int | None = None
    owner_person_id: int | None = None
    due_on: date | None = None
    cleared_on: date | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """Something promised at the sale, followed until kept, renegotiated or broken."""

    id: int
    account_id: int
    text: str
    promised_on: date | None = None
    promised_by: str | None = None
    promised_to: int | None = None
    due_on: date | None = None
    state: PromiseState = PromiseState.OPEN
    settled_on: date | None = None
    settled_why: str | None = None
    last_mentioned_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """One meeting with what became of its prompt: was the owner asked, did an answer come, did it move evidence?"""

    id: int
    account_id: int
    cadence_id: int
    kind: CadenceKind
    starts_at: datetime
    prompt: PromptState | None = None
    asked: int | None = None
    change: Change | None = None
    moved_evidence: bool | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """A named danger that was opened. `subject` is the row it is about (an outcome, an action) or empty."""

    id: int
    account_id: int
    kind: RiskKind
    severity: Severity
    opened_at: datetime
    subject: str = ""
    fact: str = ""
    state: RiskState = RiskState.OPEN
    owner_id: int | None = None
    claimed_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_why: str | None = None
    closed_at: datetime | None = None
    closed_how: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A human's verdict whether an account is retained in substance, at a moment."""

    id: int
    account_id: int
    verdict: Verdict
    why: str
    judged_by: int
    judged_at: datetime
    would_change: str | None = None


@dataclass(frozen=True, slots=True)
class HealthReading:
    """A health figure from some other tool, kept only to name theatre: it is never proof."""

    id: int
    account_id: int
    on_date: date
    score: Decimal
    source: str | None = None


@dataclass(frozen=True, slots=True)
class StageEntry:
    """The day on which an account entered a stage."""

    id: int
    account_id: int
    stage: Stage
    entered_on: date
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ProofState:
    """All that a rule may know of one account as of one moment; every view is a view of this value.

    `meetings` are oldest first and hold those whose prompt was decided (answered, silent, off) as well as open ones.
    """

    account: Account
    people: tuple[Person, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    gaps: tuple[Gap, ...] = ()
    actions: tuple[Action, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    promises: tuple[Promise, ...] = ()
    meetings: tuple[MeetingFact, ...] = ()
    risks: tuple[Risk, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    health: tuple[HealthReading, ...] = ()
    stages: tuple[StageEntry, ...] = ()
    next_meeting_at: datetime | None = None
    last_change_at: datetime | None = None
    names: dict[int, str] = field(default_factory=dict)
