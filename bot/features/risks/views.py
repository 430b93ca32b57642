"""What the messages and forms of risks show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.enums import RiskKind, RiskState, Severity


@dataclass(frozen=True, slots=True)
class MoreLine:
    """The worst risk of one account in the day's summary."""

    account_id: int
    account: str
    title: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class RisksMoreView:
    """The day's risks without a message of their own: how many of which kind, how much ARR, the worst."""

    portfolio_id: int | None
    count: int
    accounts: int
    arr: str
    kinds: tuple[tuple[int, str], ...]
    worst: tuple[MoreLine, ...]


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """An account with the worst that broke in it; `more` risks broke as well."""

    account_id: int
    account: str
    fact: str
    more: int
    severity: Severity
    arr: str | None
    renewal_on: date | None


@dataclass(frozen=True, slots=True)
class BatchView:
    """The month's message on tech touch: accounts in which something broke that had stood, or whose renewal is near.

    `broke` counts the first sort. `broken_before`, `never` (nothing has ever stood) and `well` count the others.
    """

    lines: tuple[BrokenLine, ...]
    left: int
    broke: int
    broken_before: int
    never: int
    well: int


@dataclass(frozen=True, slots=True)
class TriggerView:
    """The day's message on low touch: accounts in which something broke, each to be answered."""

    lines: tuple[BrokenLine, ...]
    left: int


@dataclass(frozen=True, slots=True)
class RiskAssignView:
    """The modal that gives a risk to somebody."""

    risk_id: int
    account: str
    title: str
    holder: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class RiskSnoozeView:
    """The modal that lets a risk sleep; `until` is the day that it proposes."""

    risk_id: int
    account: str
    title: str
    until: date
    seen: int


@dataclass(frozen=True, slots=True)
class EvidenceChoice:
    """A piece of evidence that the form offers."""

    evidence_id: int
    label: str


@dataclass(frozen=True, slots=True)
class RiskCloseView:
    """The modal that closes a risk; `pieces` is the evidence in force that may settle it, the newest first."""

    risk_id: int
    account: str
    title: str
    fact: str
    pieces: tuple[EvidenceChoice, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A danger of an account with its risk; `risk_id` is None until the daily review opens one."""

    risk_id: int | None
    fact: str
    severity: str
    state: str
    owner: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class RisksView:
    """The open risks of an account."""

    account_id: int
    account: str
    owner: str | None
    risks: tuple[RiskLine, ...]


@dataclass(frozen=True, slots=True)
class RiskView:
    """One risk as its message shows it. `owner` is a Slack id, or a name while Slack does not know them: it rings.
    All other people are named in plain text.

    `before` and `after` are the coverage around the day on which it began, where it changed. `also` are further facts
    of the account from within a day. `manager_told_at` is when the manager is notified if nobody takes it, and
    `stuck_on` if nothing moves; `next_step` and `next_on` are the account's next open step. `snoozes` counts how often
    it was put off.
    """

    risk_id: int
    kind: RiskKind
    account_id: int
    account: str
    title: str
    fact: str
    severity: Severity
    state: RiskState
    owner: str | None
    arr: str | None
    renews: str | None
    renewal_passed: bool
    holder: str | None
    claimed_at: datetime | None
    claimed_on: str | None
    manager: str | None
    manager_told_at: datetime | None
    stuck_on: str | None
    snoozed_until: datetime | None
    snoozed_to: str | None
    snoozed_by: str | None
    snoozed_why: str | None
    snoozes: int
    closed_by: str | None
    closed_at: datetime | None
    closed_on: str | None
    closed_how: str | None
    before: str | None = None
    after: str | None = None
    risk_if_never: str | None = None
    next_step: str | None = None
    next_on: str | None = None
    next_is_late: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskNoteView:
    """One line of a risk's timeline. `what` is the event: taken, assigned, snoozed, woke, closed, reopened, true, told,
    fact; `true` is a closed risk that the bot opened again, because its fact is still so.

    `by` is None for the bot itself; `manager` is the one who is told of what nobody takes. `rings` is the Slack id of
    who has just been given it.
    """

    what: str
    account: str
    title: str
    by: str | None
    holder: str | None
    manager: str | None
    why: str | None
    until: datetime | None
    fact: str
    rings: str | None = None


@dataclass(frozen=True, slots=True)
class ClosedByWordsView:
    """A risk that `by` closed without evidence while its fact is still so; `owns` says that the account is theirs."""

    risk_id: int
    account_id: int
    account: str
    title: str
    fact: str
    by: str | None
    owns: bool
    words: str


@dataclass(frozen=True, slots=True)
class UnclaimedLine:
    """A risk that nobody had taken in time, or (`stuck`) that somebody took and that has not moved since.

    `owner` is the first name of who owns the account, `since` the day from which it is open or held. `reminded` says
    that the owner was asked today; `state` is how it stands now, `by` who holds it. `before` and `after` are what it
    did to coverage.
    """

    risk_id: int
    account_id: int
    account: str
    fact: str
    severity: Severity
    state: RiskState
    arr: str | None
    renews: str | None
    owner: str | None
    since: str
    stuck: bool
    reminded: bool
    by: str | None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class UnclaimedView:
    """The direct message to the manager on what nobody has taken within one business day; `more` stand on Home."""

    portfolio: str
    lines: tuple[UnclaimedLine, ...]
    waiting: int
    stuck: int
    more: int


@dataclass(frozen=True, slots=True)
class RiskAskedView:
    """Asks the owner of an account to take a risk, for `by`, who pressed Remind; `holder` has taken it since."""

    risk_id: int
    account_id: int
    account: str
    fact: str
    severity: Severity
    arr: str | None
    renews: str | None
    risk_if_never: str | None
    by: str | None
    state: RiskState
    holder: str | None
