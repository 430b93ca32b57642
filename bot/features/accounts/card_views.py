"""What the proof card of an account shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.app.acceptance_lines import AcceptanceLine
from bot.app.gap_lines import GapLine
from bot.app.would_break import WouldBreakLine
from bot.domain.enums import Grade, RenewalCall, Severity, Stage, Tier, Verdict
from bot.domain.model import LastMove
from bot.features.accounts.card_layout import ALL, SQUARES, TWO_LINES, Shown, shown


class Mark(StrEnum):
    """How an outcome stands, in the order of the card; each has a square and a word."""

    PROVEN = "proven"
    PARTLY = "partly"
    MISSED = "missed"
    DISPUTED = "disputed"
    UNPROVEN = "unproven"


BETWEEN = (Mark.PARTLY, Mark.MISSED, Mark.DISPUTED)


@dataclass(frozen=True, slots=True)
class NextStepLine:
    """An open step, with who does it and by when; `overdue` that this day has passed."""

    text: str
    owner: str | None
    due_on: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One outcome as the card shows it: `start → value, target`, or the customer's `words`.

    `said` is its grade as a sentence, `attestor` who at the customer stands behind it, with their `part`. `witness`
    says who recorded the evidence and who could check it, `unseen` that nobody beside the account team has looked. Its
    link or file stands at `elsewhere` other customers too. `expires_on` is set for what expires within 14 days,
    `step` and `moved` (how often its date was put off) for what is not proven.
    """

    outcome_id: int
    title: str
    mark: Mark
    grade: Grade | None
    start: str | None
    value: str | None
    target: str | None
    words: str | None
    said: str
    attestor: str | None
    part: str | None
    witness: str | None
    unseen: bool
    elsewhere: int
    is_file: bool
    age_days: int | None
    progress: str | None
    expires_on: date | None
    risk_if_never: str | None
    step: NextStepLine | None
    moved: int
    expired: bool

    @property
    def short(self) -> str:
        """The grade within a line."""
        return self.said[:1].lower() + self.said[1:]


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
class RiskLine:
    """The worst risk, and who has it; None where nobody has."""

    text: str
    severity: Severity
    owner: str | None


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


@dataclass(frozen=True, slots=True)
class CardView:
    """The proof card of one account on the reader's `today`; `as_of` is set when it shows an earlier day.

    `lines` are all outcomes that are not retired, in the order of the card; `shown` says how they are laid out.
    `unproven` are the open gaps, of which those without an outcome are open questions. `seen` is the share that others
    have seen, where that is less than what is proven.
    `unconfirmed` are the people whom answers of the customer are said to be from, while nobody else has confirmed it.
    `money` says what was accepted of what was promised at the sale, None where nothing of it is known.
    `moved` tells what moved in the terms of outcomes, `assumed` which count as agreed only for now, `unagreed` how many
    wait for the customer's yes, and `promised_again` which promises were settled and made anew. `lacking` are the
    sponsors' parts that nobody has, `unowned` counts the outcomes that nobody there owns. `in_thread` says that it is
    shown to who asked for it in a thread, where it is shared.
    """

    account_id: int
    account: str
    former: bool
    today: date
    as_of: date | None
    guessed_from: str | None
    judgement: JudgementLine | None
    coverage: str
    seen: str | None
    outcomes: int
    lines: tuple[ProofLine, ...]
    unproven: tuple[GapLine, ...]
    people: tuple[CardPersonLine, ...]
    lacking: tuple[str, ...]
    customer_owner: str | None
    unowned: int
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
    worst: RiskLine | None
    next_action: NextStepLine | None
    money: str | None
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
    meets_on: date | None = None
    may_ask: bool = False
    in_thread: bool = False

    @property
    def proven(self) -> tuple[ProofLine, ...]:
        """The outcomes that are proven, wholly or partly."""
        return tuple(line for line in self.lines if line.mark in (Mark.PROVEN, Mark.PARTLY))

    @property
    def squares(self) -> tuple[Mark, ...]:
        """One for each outcome that counts, in the order of the lines; none where they are too many to look at."""
        if self.outcomes > SQUARES:
            return ()
        return (*(line.mark for line in self.lines), *(Mark.UNPROVEN for _ in self.retired))

    @property
    def tally(self) -> tuple[tuple[Mark, int], ...]:
        """How many outcomes stand how, in the order of the card; retired ones that still count are left out."""
        many = Counter(line.mark for line in self.lines)
        return tuple((mark, many[mark]) for mark in Mark if mark in many)

    @property
    def groups(self) -> tuple[tuple[ProofLine, ...], ...]:
        """The outcomes that are proven, those that are partly proven, missed or disputed, and those not proven.

        Where not all of them are shown, disputed and missed ones come first: what is cut is never the worst.
        """
        between = [line for line in self.lines if line.mark in BETWEEN]
        if len(self.lines) > ALL:
            between.sort(key=lambda line: -BETWEEN.index(line.mark))
        return (
            tuple(line for line in self.lines if line.mark is Mark.PROVEN),
            tuple(between),
            tuple(line for line in self.lines if line.mark is Mark.UNPROVEN),
        )

    @property
    def shown(self) -> Shown:
        """How the outcomes are laid out."""
        proven, between, unproven = map(len, self.groups)
        texts = [text for line in self.lines for text in _texts(line)] if self.outcomes <= TWO_LINES else []
        facts = (*self.moved[:3], *self.theatre[:1], *self.forgotten[:1], self.promised, self.money)
        return shown(proven, between, unproven, (*texts, *facts, self.judgement.why if self.judgement else None))

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """What was moved as (label, text): what changed, or that something was moved or dated back."""
        return tuple(_labelled(text) for text in self.moved)

    @property
    def questions(self) -> tuple[GapLine, ...]:
        """Open gaps that are about no outcome."""
        return tuple(gap for gap in self.unproven if gap.outcome_id is None)

    @property
    def meets_in(self) -> int | None:
        """Days from the reader's today to the next meeting."""
        return None if self.meets_on is None else (self.meets_on - self.today).days

    @property
    def asks_how_it_ended(self) -> bool:
        """Whether the reader may record how a renewal ended that is past and has no outcome yet."""
        past = self.days_to_renewal is not None and self.days_to_renewal <= 0
        runs_on = not self.former and not self.rolling and self.leaves_on is None
        return past and runs_on and self.can_write and self.as_of is None

    @property
    def first_name(self) -> str:
        """What the owner is called on a button."""
        return (self.owner or "").partition(" ")[0]


def _labelled(text: str) -> tuple[str, str]:
    label, _, rest = text.partition(": ")
    return (label, rest) if label.endswith(" changed") else ("Moved", text)


def _texts(line: ProofLine) -> tuple[str | None, ...]:
    step = line.step.text if line.step is not None else None
    return line.title, line.words, line.said, line.witness, line.attestor, line.risk_if_never, step


@dataclass(frozen=True, slots=True)
class SharedCardView:
    """A card that `by` shares with a channel."""

    card: CardView
    by: str


@dataclass(frozen=True, slots=True)
class PlanAskedView:
    """Tells who asked for a success plan whom the request went to."""

    account: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class PlanWantedView:
    """Asks an account's owner for a success plan, for `asker`, a colleague's name."""

    account_id: int
    account: str
    asker: str | None
    renewal_date: date | None
    arr: str | None
    today: date
