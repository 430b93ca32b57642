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
    """The month's message on tech touch: what broke; `broken_before` and `well` are counts of the other accounts."""

    lines: tuple[BrokenLine, ...]
    left: int
    broken_before: int
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
    risks: tuple[RiskLine, ...]


@dataclass(frozen=True, slots=True)
class RiskView:
    """One risk as its message shows it. People are Slack ids, or names while Slack does not know them.

    `manager_told_at` is when the manager hears of it if nobody takes it; `snoozes` how often it was put off.
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
    renewal_on: date | None
    holder: str | None
    claimed_at: datetime | None
    manager: str | None
    manager_told_at: datetime | None
    snoozed_until: datetime | None
    snoozed_why: str | None
    snoozes: int
    closed_by: str | None
    closed_at: datetime | None
    closed_how: str | None


@dataclass(frozen=True, slots=True)
class RiskNoteView:
    """One line of a risk's timeline. `what` is the event: taken, assigned, snoozed, woke, closed, reopened, true, told,
    fact; `true` is a closed risk that the bot opened again, because its fact is still so.

    `by` is None for the bot itself; `manager` is the one who is told of what nobody takes.
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
    """A risk that nobody has taken."""

    risk_id: int
    account_id: int
    account: str
    title: str
    fact: str
    severity: Severity
    opened_at: datetime
    owner: str | None


@dataclass(frozen=True, slots=True)
class UnclaimedView:
    """The direct message to the manager on what nobody has taken within one business day."""

    portfolio: str
    channel: str | None
    lines: tuple[UnclaimedLine, ...]
