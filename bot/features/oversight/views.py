"""What managers and executives see on App Home, and one account as a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.enums import Severity, Standing
from bot.features.portfolios.digest_layout import Summary
from bot.features.portfolios.views import OwnerActsLine
from bot.features.retention.views import RateLine


class Need(StrEnum):
    """What a manager alone can do: give a risk to somebody, record how a renewal ended, assess a customer again."""

    ASSIGN = "assign"
    RECORD = "record"
    ASSESS = "assess"


@dataclass(frozen=True, slots=True)
class SameLine:
    """What the last digest said of the same customers: `31%`, and so many points since the digest before it."""

    percent: str
    points: int
    since: date | None


@dataclass(frozen=True, slots=True)
class ManagedLine:
    """A portfolio that I manage, as its last digest (of the day `on`) showed it; `unclaimed` is the number now.

    `customers` and `risks` (open ones) are today's. `owners` are what owners did that leaves less to be answered for,
    `tiers` accounts (name, and who did it) that are kept below the tier that their ARR pays for.
    """

    portfolio_id: int
    name: str
    summary: Summary | None
    on: date | None
    unclaimed: int
    customers: int
    risks: int
    next_digest_on: date | None
    lost_channels: tuple[str, ...]
    owners: tuple[OwnerActsLine, ...]
    tiers: tuple[tuple[str, str], ...]
    same: SameLine | None = None


@dataclass(frozen=True, slots=True)
class NeedLine:
    """Something that waits for a manager; `row_id` is what the button is about. `on` is the day of the renewal or of
    the judgement, `text` the fact."""

    need: Need
    row_id: int
    account: str
    severity: Severity
    text: str
    on: date | None = None
    arr: str | None = None


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
class TeamLine:
    """A colleague whose customers I manage. `asked` counts the meetings of 30 days that they were asked about,
    `answered` those of them that they answered."""

    member_id: int
    name: str
    customers: int
    arr: str
    proven: str | None
    asked: int
    answered: int
    overdue: int
    held: int
    away_until: date | None


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two colleagues of mine who countersign each other's accounts, and how often each did within 90 days."""

    one: str
    other: str
    by_one: int
    by_other: int


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account; `note` is the worst danger that the row does not say already, in a few words.

    `squares` is empty where there are too many outcomes to draw. `mine` is False for accounts I stand in for.
    """

    account_id: int
    name: str
    squares: tuple[Standing, ...]
    proven: int
    outcomes: int
    coverage: str
    severity: Severity | None
    note: str | None
    arr: str | None
    renewal_on: date | None
    rolling: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class RenewingLine:
    """A renewal of the next 90 days, or one that is past; `in_days` counts from today."""

    account: AccountLine
    on: date
    in_days: int


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """What the last digest of a portfolio said first."""

    portfolio: str
    on: date
    summary: Summary


@dataclass(frozen=True, slots=True)
class ExecutiveHome:
    """What somebody sees who owns and manages nothing: the renewals of `days` days, with sums by currency.

    `strong` is what is at least 75% proven, `weak` what is under 50%; each may be empty. `retention` are the figures of
    twelve months, None where they cannot be shown or there are too many customers to work them out here.
    """

    days: int
    customers: int
    arr: str
    strong: str
    weak: str
    renewals: tuple[RenewingLine, ...]
    more: int
    changed: tuple[ChangedLine, ...]
    retention: RateLine | None = None
