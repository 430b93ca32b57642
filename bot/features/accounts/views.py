"""What the forms, cards and lists of an account show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.app.acceptance_lines import AcceptanceLine
from bot.app.gap_lines import GapLine
from bot.app.would_break import WouldBreakLine
from bot.domain.account.stages import UsualTime
from bot.domain.enums import RenewalCall, Stage, Standing, Tier, Verdict
from bot.domain.model import LastMove
from bot.features.accounts.card_layout import Shown, shown


@dataclass(frozen=True, slots=True)
class NewAccountView:
    """The form for a new account; `portfolios` are (id, name)."""

    portfolios: tuple[tuple[int, str], ...]
    owner_slack_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class JudgeView:
    """The form, with what the judge should know: what is proven, what speaks against it, what was said last.

    `own` says that the judge answers for the account.
    """

    account_id: int
    account: str
    coverage: str
    outcomes: int
    dangers: tuple[str, ...]
    theatre: tuple[str, ...]
    last: JudgementView | None
    own: bool
    seen: int


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The question for a verdict, with what is on record; `pending` until somebody has judged.

    `against` are the facts that contradict the last verdict, empty where the renewal is the reason to ask. `by` names
    who gave the last one, with what they are to the account.
    """

    account_id: int
    account: str
    coverage: str
    outcomes: int
    renewal_date: date | None
    pending: bool
    against: tuple[str, ...]
    verdict: Verdict | None
    by: str | None
    on: date | None
    why: str | None


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A judgement as it stands; `again` are the facts that contradict it. `by` says what the judge is to it."""

    account_id: int
    account: str
    verdict: Verdict
    why: str
    would_change: str | None
    by: str | None
    at: datetime
    again: tuple[str, ...]
    coverage: str


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One outcome as the card shows it.

    `witness` and `age_days` are of the evidence that carries the grade: who recorded it and who could check it. Its
    link or file stands at `elsewhere` other customers too.
    """

    outcome_id: int
    title: str
    standing: Standing
    value: str | None
    target: str | None
    progress: str | None
    reason: str
    attestor: str | None
    witness: str | None
    elsewhere: int
    is_file: bool
    age_days: int | None
    due_on: date | None
    risk_if_never: str | None


@dataclass(frozen=True, slots=True)
class JudgementLine:
    """The last human judgement; `again` are the facts that contradict it.

    `by` says so when somebody judged an account of their own; `unproven` that such a yes has no evidence to show.
    """

    verdict: Verdict
    by: str | None
    on: date
    why: str
    would_change: str | None
    again: tuple[str, ...]
    unproven: bool


@dataclass(frozen=True, slots=True)
class NextStepLine:
    """The open action that is due first."""

    text: str
    owner: str | None
    due_on: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class CardPersonLine:
    """A person at the customer, with their part; `left_on` is set when they have left.

    `note` says what keeps them from counting, or that a departure of theirs was taken back.
    """

    name: str
    part: str
    left_on: date | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RetiredLine:
    """An outcome that was retired unproven and counts until a manager agrees: who retired it, when and why."""

    outcome_id: int
    text: str


@dataclass(frozen=True, slots=True)
class CardCall:
    """What somebody expects of the renewal; `own`: they answer for the account, `again`: what contradicts it."""

    call: RenewalCall
    by: str
    on: date
    why: str | None
    own: bool
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierLine:
    """The tier on a card, and who set it: `by_arr` the bands, `who` a colleague, with a `reason`; else nobody.

    `lowered` says that somebody gives the account less attention than its ARR pays for. `without_band` is the currency
    for which the portfolio has to set a band first.
    """

    tier: Tier
    by_arr: bool
    who: str | None
    on: date | None
    reason: str | None
    lowered: str | None
    without_band: str | None
    portfolio_id: int | None
    may_set_band: bool

    @property
    def warns(self) -> bool:
        """Whether the card has a line for it."""
        return self.lowered is not None or self.without_band is not None


@dataclass(frozen=True, slots=True)
class CardView:
    """The proof card of one account; `as_of` is set when it shows an earlier day.

    `unconfirmed` are the people whom answers of the customer are said to be from, while nobody else has confirmed it.
    `money` says what was accepted of what was promised at the sale.

    The lists are whole; `shown` says how much of them fits into the card. `moved` tells what moved in the terms of
    outcomes, `assumed` which count as agreed only for now, `unagreed` how many wait for the customer's yes, and
    `promised_again` which promises were settled and made anew. `in_thread` says that it is shown to who asked for it in
    a thread, where it is shared.
    """

    account_id: int
    account: str
    slug: str
    former: bool
    as_of: date | None
    guessed_from: str | None
    judgement: JudgementLine | None
    coverage: str
    seen: str | None
    outcomes: int
    proven: tuple[ProofLine, ...]
    unproven: tuple[GapLine, ...]
    disproven: tuple[ProofLine, ...]
    people: tuple[CardPersonLine, ...]
    customer_owner: str | None
    owner: str | None
    arr: str | None
    renewal_date: date | None
    last_day: date | None
    rolling: bool
    leaves_on: date | None
    unconfirmed_on: date | None
    left: str | None
    call: CardCall | None
    days_to_renewal: int | None
    stage: Stage
    stage_reason: str | None
    stage_by: str | None
    days_in_stage: int | None
    time_to_value: int | None
    theatre: tuple[str, ...]
    forgotten: tuple[str, ...]
    promised: str | None
    promised_again: tuple[str, ...]
    tier: TierLine | None
    risks: int
    worst_risk: str | None
    last_change_at: datetime | None
    next_action: NextStepLine | None
    money: str
    would_break: WouldBreakLine | None
    accepted: tuple[AcceptanceLine, ...]
    last_moved: LastMove | None
    next_meeting_at: datetime | None
    can_write: bool
    moved: tuple[str, ...] = ()
    assumed: str | None = None
    agreed: tuple[str, ...] = ()
    unagreed: int = 0
    retired: tuple[RetiredLine, ...] = ()
    may_review: bool = False
    unconfirmed: tuple[str, ...] = ()
    crm_link: str | None = None
    in_thread: bool = False

    @property
    def shown(self) -> Shown:
        """How many of the outcomes fit into the card."""
        warnings = (self.worst_risk, self.theatre or self.forgotten, self.promised or (self.tier and self.tier.warns))
        return shown(len(self.proven), len(self.disproven), len(self.unproven), sum(map(bool, warnings)))


@dataclass(frozen=True, slots=True)
class SharedCardView:
    """A card that `by` shares with a channel."""

    card: CardView
    by: str


@dataclass(frozen=True, slots=True)
class AccountAddedView:
    """A new account."""

    account_id: int
    account: str
    slug: str


@dataclass(frozen=True, slots=True)
class AccountProposedView:
    """An account was proposed to `decider`, a Slack id."""

    account: str
    decider: str | None


@dataclass(frozen=True, slots=True)
class AccountProposalView:
    """A proposed account, for who decides; `added` is None while nobody has. `owner` is a Slack id.

    `proposer` and `decided_by` are Slack ids, or names of people whom Slack does not know.
    """

    proposal_id: int
    name: str
    proposer: str
    portfolio: str | None
    owner: str | None
    arr: str | None
    renewal_date: date | None
    added: bool | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class AccountProposalDecidedView:
    """What became of a proposal, for who made it; `slug` finds the account that was added."""

    account: str
    added: bool
    by: str
    slug: str | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change: `who`, None if that is not known, did `what`; `why` is the reason they gave."""

    at: datetime
    by_bot: bool
    who: str | None
    what: str
    why: str | None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The newest changes first; `more` older ones are not shown."""

    account_id: int
    account: str
    slug: str
    since: date | None
    lines: tuple[HistoryLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class StayLine:
    """One stay in a stage. `until` is None for the present one; `days` count up to today there."""

    stage: Stage
    since: date
    until: date | None
    days: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class StageView:
    """Where an account stands and how it got there; with `can_write` it is a form that overrules the stage.

    `needs` is the test to leave the stage that the ledger shows (`computed`). `usual` is how long this portfolio's
    accounts took to get through the present stage; `stalled` is None when too few did to tell.
    """

    account_id: int
    account: str
    stage: Stage
    computed: Stage
    reason: str | None
    needs: str
    ready: bool
    since: date | None
    days: int | None
    usual: UsualTime | None
    stalled: bool | None
    time_to_value: int | None
    first_win_on: date | None
    stays: tuple[StayLine, ...]
    earlier: int
    choices: tuple[Stage, ...]
    can_write: bool
    seen: int


@dataclass(frozen=True, slots=True)
class TierView:
    """The tier of an account; with `can_write` it is a form that overrules it.

    `by_bands` is the tier that the portfolio's bands give this ARR, None when they cannot tell; `bands` are the amounts
    from which on an account is high touch and low touch.
    """

    account_id: int
    account: str
    tier: Tier
    reason: str | None
    arr: str | None
    by_bands: Tier | None
    bands: tuple[str, str] | None
    can_write: bool
    seen: int
