"""What App Home shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.app.readable import Unread
from bot.domain.enums import CadenceKind, Severity
from bot.features.portfolios.digest_layout import Summary
from bot.features.portfolios.views import OwnerActsLine


@dataclass(frozen=True, slots=True)
class ManagedLine:
    """A portfolio that I manage, as its last digest (sent at `at`) showed it; `unclaimed` is the number now.

    `owners` are what owners did that leaves less to be answered for, `tiers` accounts (name, and who did it) that are
    kept below the tier that their ARR pays for.
    """

    portfolio_id: int
    name: str
    summary: Summary | None
    at: datetime | None
    unclaimed: int
    lost_channels: tuple[str, ...]
    owners: tuple[OwnerActsLine, ...]
    tiers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwedAnswerLine:
    """A prompt that I have not answered."""

    prompt_id: int
    account: str
    kind: CadenceKind
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class DueLine:
    """An action of mine that is due."""

    account_id: int
    account: str
    text: str
    due_on: date
    overdue: bool


@dataclass(frozen=True, slots=True)
class RetirementLine:
    """An outcome that somebody retired unproven: it counts until I agree."""

    outcome_id: int
    account: str
    title: str
    on: date
    why: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A risk that I own."""

    risk_id: int
    account_id: int
    account: str
    fact: str
    severity: Severity
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account of mine; `worst` is the fact of its worst danger, of `dangers` in all.

    `mine` is False for accounts I stand in for.
    """

    account_id: int
    name: str
    coverage: str
    severity: Severity | None
    worst: str | None
    dangers: int
    arr: str | None
    renewal_on: date | None
    mine: bool


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two colleagues of mine who countersign each other's accounts, and how often each did within 90 days."""

    one: str
    other: str
    by_one: int
    by_other: int


@dataclass(frozen=True, slots=True)
class HomeView:
    """Each list shows its first lines and says how many more there are.

    `accounts` is page `page` (from 0) of `pages`, of `accounts_all` accounts; `next_accounts` is how many the next page
    has. The place of `unassessed` of them may still change. `unread` are accounts that stand in no list.
    """

    managed: tuple[ManagedLine, ...]
    pairs: tuple[PairLine, ...]
    owed: tuple[OwedAnswerLine, ...]
    owed_more: int
    due: tuple[DueLine, ...]
    due_more: int
    held: tuple[HeldLine, ...]
    held_more: int
    accounts: tuple[AccountLine, ...]
    accounts_all: int
    page: int
    pages: int
    next_accounts: int
    unassessed: int
    no_portfolio: bool
    retirements: tuple[RetirementLine, ...] = ()
    retirements_more: int = 0
    unread: Unread | None = None
