"""The facts that the rules read: frozen values, one for each row of the ledger.

Dates of business (due, as of, renewal) are `date`; moments (recorded, asked) are aware UTC `datetime`.
Money is integer minor units beside an ISO 4217 currency. `None` always means unknown, never zero.
Field names are the column names of `bot.store.schema`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Change,
    CheckKind,
    CheckVerdict,
    Closing,
    ContractBasis,
    ContractKind,
    Direction,
    JudgedAs,
    LeftBecause,
    Loop,
    Method,
    ObstacleKind,
    OutcomeKind,
    Part,
    PromiseState,
    PromptState,
    Relationship,
    RenewalCall,
    RenewalResult,
    RiskKind,
    RiskState,
    Severity,
    Source,
    Stage,
    Tier,
    ValueMoved,
    Verdict,
    Witness,
)

MONTH = timedelta(days=31)
ROLLING = timedelta(days=90)
"""A term that is shorter and renews itself is rolling (a convention of ours)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, or a former one; amounts are in minor units of `currency`.

    `would_break` is what would break in their business if the product disappeared tomorrow, in the words of the person
    `would_break_by` on a day; without a link or kept file nobody else can check that they said it. `upgraded_on` is
    the day on which an account that was there already came under the rules of witness and terms, `None` for one that
    was added later.

    ARR, currency, `renewal_date`, `notice_days`, `rolling` and `commitment_lost_on` are what its contract in force says
    (`bot.domain.account.contract_view`). `leaves_on` is the first day on which it is no customer, once that is known.
    `unconfirmed_on` is the day on which its own team recorded a renewal that nothing and nobody else speaks for.
    `crm_link` is the address of its record in the CRM.
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
    notice_days: int | None = None
    rolling: bool = False
    commitment_lost_on: date | None = None
    leaves_on: date | None = None
    unconfirmed_on: date | None = None
    owner_id: int | None = None
    deputy_id: int | None = None
    relationship: Relationship | None = None
    first_win_on: date | None = None
    first_win: str | None = None
    would_break: str | None = None
    would_break_by: int | None = None
    would_break_on: date | None = None
    would_break_link: str | None = None
    would_break_file_id: int | None = None
    created_at: datetime | None = None
    upgraded_on: date | None = None
    crm_link: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the customer, with one part or several: `part` is the weightiest, `other_parts` are the rest.

    `gained_parts` and `dropped_parts` have the day of those that they did not have from the start, or gave up.
    `left_on` is the last departure, `returned_on` the last return, which a later departure ends. A departure that was
    noted by mistake and taken back leaves `undone_on` and the member who did it.
    """

    id: int
    account_id: int
    name: str
    part: Part
    title: str | None = None
    email: str | None = None
    left_on: date | None = None
    other_parts: tuple[Part, ...] = ()
    gained_parts: tuple[tuple[Part, date], ...] = ()
    dropped_parts: tuple[tuple[Part, date], ...] = ()
    returned_on: date | None = None
    undone_on: date | None = None
    undone_by: int | None = None
    left_before_upgrade: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """All their parts, the weightiest first."""
        return (self.part, *self.other_parts)

    def plays(self, *parts: Part) -> bool:
        """Whether they have one of these parts."""
        return any(part in parts for part in self.parts)

    def played(self, on: date, *parts: Part) -> bool:
        """Whether they had one of these parts on a day: a part that is given later says nothing of earlier words."""
        gained, dropped = dict(self.gained_parts), dict(self.dropped_parts)
        had = (part for part in parts if part in self.parts or (part in dropped and on < dropped[part]))
        return any(part not in gained or gained[part] <= on for part in had)

    def is_there(self, on: date) -> bool:
        """Whether this person is there on a day. The day of leaving counts as gone, that of the return as back."""
        if self.left_on is None or self.left_on > on:
            return True
        return self.returned_on is not None and self.left_on <= self.returned_on <= on

    @property
    def came_back(self) -> bool:
        """Whether their last departure was followed by a return."""
        return self.left_on is not None and self.returned_on is not None and self.returned_on >= self.left_on

    def stands_by(self, said_on: date, on: date) -> bool:
        """Whether they are there on a day and have not been away since `said_on`: a return revives no old word."""
        if not self.is_there(on):
            return False
        return self.returned_on is None or self.returned_on > on or said_on >= self.returned_on


@dataclass(frozen=True, slots=True)
class Outcome:
    """What success means, in the customer's own words.

    A `numeric` outcome has metric, unit, direction and target; a `statement` outcome is proved by a named
    customer's words. `band_low`/`band_high` bound a `hold` outcome. `shows_in` is where in the customer's own system it
    would show, `shown_by` the person there who could show it. `baseline_agreed_by`, `agreed_on` and the link or kept
    file of the agreement are those of the current terms. `retired_by` and `retire_agreed_by` are members of ours: who
    retired it, and the manager who agreed that it no longer counts.
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
    agreed_on: date | None = None
    agreement_link: str | None = None
    agreement_file_id: int | None = None
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
    retired_by: int | None = None
    retire_agreed_by: int | None = None
    retire_agreed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of what an outcome is judged by, and the customer's agreement to it.

    A change of any of these fields makes a new version. `agreed_by` is a person at the customer; the link or the kept
    file shows the agreement, and `agreement_by` is the member who wrote it down. Terms from before versions count as
    agreed until the day `assumed_until`.
    """

    id: int
    account_id: int
    outcome_id: int
    version: int
    set_at: datetime
    title: str
    kind: OutcomeKind = OutcomeKind.NUMERIC
    metric: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    due_on: date | None = None
    shelf_life_days: int = 90
    set_by: int | None = None
    agreed_on: date | None = None
    agreed_by: int | None = None
    agreement_link: str | None = None
    agreement_file_id: int | None = None
    agreement_by: int | None = None
    agreement_at: datetime | None = None
    assumed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation. Never edited: it is superseded, disputed or withdrawn.

    `reference_key` compares its link or file with others' (`bot.domain.proof.reference`), `None` when nobody could open
    anything. `file_id` is the kept file. `arrived_as` is `message` or `system` for what came by a way on which nobody
    of ours could type it; no form and no import sets it. `changed_standing` says whether its outcome had another
    standing once it was recorded; `None` for a piece from before that was kept.
    """

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
    file_id: int | None = None
    reference_key: str | None = None
    arrived_as: Witness | None = None
    changed_standing: bool | None = False


@dataclass(frozen=True, slots=True)
class Check:
    """Somebody looked at a piece of evidence and said what they saw. Never edited: a later look of theirs replaces it.

    `member_id` is a colleague, `person_id` somebody at the customer. `owner_then` and `deputy_then` are who had the
    account at that moment. `as_manager` says that the colleague looked as the portfolio's manager, or in their place.
    """

    id: int
    account_id: int
    evidence_id: int
    kind: CheckKind
    verdict: CheckVerdict
    at: datetime
    member_id: int | None = None
    person_id: int | None = None
    note: str | None = None
    link: str | None = None
    owner_then: int | None = None
    deputy_then: int | None = None
    as_manager: bool = False


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody at the customer accepted the packet, as a member of ours recorded it. Each record is a new version.

    Its link or kept file, or the person's own click, is what makes it count (`bot.domain.proof.acceptance`).
    """

    id: int
    account_id: int
    version: int
    person_id: int | None
    accepted_on: date
    recorded_at: datetime
    recorded_by: int | None = None
    link: str | None = None
    file_id: int | None = None
    reference_key: str | None = None
    withdrawn_on: date | None = None
    withdrawn_why: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """As `Check`, of an acceptance or of the agreement to a version of terms: exactly one of the two is given.

    `reference_key` is what was opened.
    """

    id: int
    account_id: int
    kind: CheckKind
    verdict: CheckVerdict
    at: datetime
    acceptance_id: int | None = None
    terms_id: int | None = None
    member_id: int | None = None
    person_id: int | None = None
    note: str | None = None
    link: str | None = None
    reference_key: str | None = None
    owner_then: int | None = None
    deputy_then: int | None = None
    as_manager: bool = False


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
    """Something promised at the sale, followed until kept, renegotiated or broken.

    `last_words` are what was said when it was last mentioned; `same_words_on` is the day on which the very same words
    had been noted before, if they had. `times_moved` is how often its date was moved or taken away, `first_due_on` the
    date before the first time.
    """

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
    last_words: str | None = None
    same_words_on: date | None = None
    first_due_on: date | None = None
    times_moved: int = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """One term of a customer's contract. It is in force on `starts_on`, and on `ends_on` no more.

    `line` is the plan or add-on; the ARR is in minor units of `currency`. `version` counts what was recorded for this
    term, and only the newest of them counts. `basis` is what the term rests on, `result_id` the
    recorded end of a renewal that wrote this version.
    """

    id: int
    account_id: int
    starts_on: date
    ends_on: date | None = None
    line: str | None = None
    external_id: str | None = None
    kind: ContractKind | None = None
    arr_minor: int | None = None
    currency: str | None = None
    notice_days: int | None = None
    auto_renews: bool | None = None
    source: str | None = None
    recorded_at: datetime | None = None
    version: int = 1
    basis: ContractBasis = ContractBasis.IMPORTED
    result_id: int | None = None

    @property
    def is_imported(self) -> bool:
        """Whether a document or system speaks for it."""
        return self.basis is ContractBasis.IMPORTED

    @property
    def rolling(self) -> bool:
        """Whether it is a term of under 90 days that renews itself.

        A system that bills by the month need not say so. Of anything longer, and of what a person recorded, it must be
        said.
        """
        if self.ends_on is None or self.auto_renews is False:
            return False
        runs = self.ends_on - self.starts_on
        return runs < ROLLING if self.auto_renews else self.is_imported and runs <= MONTH


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody expects of the renewal on a day; `called_as` is what they were to the account then."""

    id: int
    account_id: int
    call: RenewalCall
    renewal: date
    called_by: int
    called_at: datetime
    called_as: JudgedAs
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a renewal ended, as somebody recorded it; never edited.

    `renewal` is the day it is about, `None` where none was known. `on_date` is the first day of the new term, or the
    first day without them. Amounts are yearly, in minor units of `currency`. `frozen` is how the account stood when
    it was recorded (`bot.features.renewals.frozen`).
    `link` shows the order or letter. `confirmed_by` agreed as somebody else than the account's team; `refused_by` said
    that it is not so, and then it counts for nothing.
    """

    id: int
    account_id: int
    result: RenewalResult
    recorded_by: int
    recorded_at: datetime
    recorded_as: JudgedAs
    renewal: date | None = None
    on_date: date | None = None
    before_minor: int | None = None
    arr_minor: int | None = None
    currency: str | None = None
    moved: ValueMoved | None = None
    because: LeftBecause | None = None
    because_words: str | None = None
    uses_now: str | None = None
    decided: str | None = None
    link: str | None = None
    frozen: str | None = None
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    refused_by: int | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """One meeting with what became of its prompt: was the owner asked, did an answer come, did it move evidence?

    `moved_evidence` is what was noted as the answer came; `bot.domain.account.movement` works it out anew from what
    stands.
    """

    id: int
    account_id: int
    cadence_id: int
    kind: CadenceKind
    starts_at: datetime
    prompt: PromptState | None = None
    asked: int | None = None
    change: Change | None = None
    moved_evidence: bool | None = None
    answer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """A named danger that was opened. `subject` is the row it is about (an outcome, an action) or empty.

    `closing` is what a person closed it with; `None` while it is open, where the bot closed it, and for what was closed
    before that was kept.
    """

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
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A human's verdict whether an account is retained in substance, at a moment.

    `judged_as` is what the judge was to the account then; `None` for a verdict from before that was kept.
    """

    id: int
    account_id: int
    verdict: Verdict
    why: str
    judged_by: int
    judged_at: datetime
    would_change: str | None = None
    judged_as: JudgedAs | None = None


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
class LastMove:
    """The newest answer that says belief, behaviour or economics moved, in its own words."""

    change: Change
    at: datetime
    what: str | None


@dataclass(frozen=True, slots=True)
class Uncounted:
    """What somebody said who is not known yet to be the person that the account team named; `name` is that person's.

    `evidence_id` is None where it was about an acceptance.
    """

    evidence_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class ProofState:
    """All that a rule may know of one account as of one moment; every view is a view of this value.

    `meetings` are oldest first and hold those whose prompt was decided (answered, silent, off) as well as open ones.
    `last_move` and `uncounted` are read for one account as it is now, and for no past day. `owner_left` says that the
    owner is no longer in our workspace; of a past day it is not known, and so False.
    """

    account: Account
    people: tuple[Person, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    terms: tuple[Terms, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    checks: tuple[Check, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    looks: tuple[Look, ...] = ()
    gaps: tuple[Gap, ...] = ()
    actions: tuple[Action, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    promises: tuple[Promise, ...] = ()
    meetings: tuple[MeetingFact, ...] = ()
    risks: tuple[Risk, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    calls: tuple[Call, ...] = ()
    health: tuple[HealthReading, ...] = ()
    stages: tuple[StageEntry, ...] = ()
    next_meeting_at: datetime | None = None
    last_change_at: datetime | None = None
    last_move: LastMove | None = None
    uncounted: tuple[Uncounted, ...] = ()
    names: dict[int, str] = field(default_factory=dict)
    owner_left: bool = False
