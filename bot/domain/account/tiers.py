"""Tiers follow ARR bands that a portfolio sets, and decide how often an owner is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.account.dangers import Danger
from bot.domain.enums import AccountStatus, RiskKind, Severity, Tier
from bot.domain.model import Account, Risk
from bot.domain.values.money import Money, money, total

MONTH = timedelta(days=27)
"""Four weeks less a day: what is asked monthly keeps its weekday, and a prompt some minutes early is not left out."""

TRIGGERS = frozenset(
    {
        RiskKind.PROOF_EXPIRED,
        RiskKind.PROOF_DISPUTED,
        RiskKind.SPONSOR_LEFT,
        RiskKind.PERSON_LEFT,
        RiskKind.RENEWAL_UNPROVEN,
        RiskKind.DISPROVEN,
    }
)
"""What breaks, so that somebody must be asked; what was never there, such as a plan, waits for its month."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The ARR from which a tier begins, in one currency, and what one owner is expected to carry of it.

    The loads are a number of accounts and an ARR in that currency; None where the portfolio has not said. `others` are
    the bands of further currencies, which have no number of accounts of their own. Nothing is ever converted.
    """

    currency: str
    high_from_minor: int
    low_from_minor: int
    high_load: int | None = None
    low_load: int | None = None
    high_load_minor: int | None = None
    low_load_minor: int | None = None
    others: tuple[Bands, ...] = ()

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that have a band."""
        return self.currency, *(other.currency for other in self.others)

    def of(self, currency: str | None) -> Bands | None:
        """The band of a currency; None where it has none."""
        return next((band for band in (self, *self.others) if band.currency == currency), None)


@dataclass(frozen=True, slots=True)
class ArrLoad:
    """One owner's ARR of one tier in the currency of a band, and what the portfolio expects of it."""

    carried: Money
    expected: Money


@dataclass(frozen=True, slots=True)
class TierLoad:
    """One owner's accounts of one tier. `expected` is `None` when the portfolio has not said.

    `arr` has a line for each currency with an expected load in which the owner carries anything.
    """

    tier: Tier
    accounts: int
    expected: int | None
    arr: tuple[ArrLoad, ...] = ()

    @property
    def over(self) -> bool:
        """Whether the owner carries more than is expected, by count or by ARR."""
        too_many = self.expected is not None and self.accounts > self.expected
        return too_many or any(load.carried.minor > load.expected.minor for load in self.arr)


@dataclass(frozen=True, slots=True)
class OwnerLoad:
    """What one owner carries, by count and by ARR; `owner_id` is `None` for accounts that nobody owns."""

    owner_id: int | None
    accounts: int
    arr: tuple[Money, ...]
    unknown_arr: int
    by_tier: tuple[TierLoad, ...]


def tier_of(arr: Money | None, bands: Bands | None) -> Tier | None:
    """The tier of an ARR by the portfolio's bands; `None` without ARR, or without a band of its currency."""
    band = bands.of(arr.currency) if arr is not None and bands is not None else None
    if arr is None or band is None:
        return None
    if arr.minor >= band.high_from_minor:
        return Tier.HIGH_TOUCH
    return Tier.LOW_TOUCH if arr.minor >= band.low_from_minor else Tier.TECH_TOUCH


def without_band(account: Account, bands: Bands | None) -> str | None:
    """The currency for which somebody has to set a band before the account's ARR can say its tier; None else.

    A portfolio without any band sets tiers by hand, and a tier that somebody has set needs no band.
    """
    arr = money(account.arr_minor, account.currency)
    if arr is None or bands is None or account.tier_reason or account.status is AccountStatus.FORMER:
        return None
    return None if bands.of(arr.currency) else arr.currency


def lower_touch(tier: Tier, than: Tier) -> bool:
    """Whether a tier has less attention than another; `Tier` lists them from most to least."""
    order = list(Tier)
    return order.index(tier) > order.index(than)


def tier_now(account: Account, bands: Bands | None) -> Tier:
    """The account's tier: a human's overrule (it has a reason) stays, then the bands, else what it was."""
    if account.tier_reason:
        return account.tier
    return tier_of(money(account.arr_minor, account.currency), bands) or account.tier


def prompted_for_meeting(tier: Tier, last_asked: datetime | None, now: datetime) -> bool:
    """Whether a coming meeting is worth a prompt: always for high touch, once a month for low touch, else never."""
    if tier is Tier.HIGH_TOUCH:
        return True
    return tier is Tier.LOW_TOUCH and _a_month_ago(last_asked, now)


def asked_by_trigger(tier: Tier, danger: Danger | Risk, last_asked: datetime | None, now: datetime) -> bool:
    """Whether something that broke is asked about at once: low touch only, and not if it was asked within a month.

    High touch is asked before its next meeting anyway; tech touch hears of it in the monthly batch.
    """
    breaks = danger.kind in TRIGGERS and danger.severity >= Severity.MEDIUM
    return tier is Tier.LOW_TOUCH and breaks and _a_month_ago(last_asked, now)


def loads(accounts: Iterable[Account], bands: Bands | None) -> tuple[OwnerLoad, ...]:
    """What each owner carries, the most accounts first; former customers weigh nothing."""
    by_owner: dict[int | None, list[Account]] = {}
    for account in accounts:
        if account.status is not AccountStatus.FORMER:
            by_owner.setdefault(account.owner_id, []).append(account)
    owner_loads = [_load(owner_id, owned, bands) for owner_id, owned in by_owner.items()]
    return tuple(sorted(owner_loads, key=lambda load: (-load.accounts, load.owner_id or 0)))


def _load(owner_id: int | None, accounts: Sequence[Account], bands: Bands | None) -> OwnerLoad:
    arr = [money(account.arr_minor, account.currency) for account in accounts]
    known_amounts = [amount for amount in arr if amount is not None]
    of_tier = {tier: [account for account in accounts if account.tier is tier] for tier in Tier}
    by_tier = tuple(
        TierLoad(tier, len(some), _expected(tier, bands), _arr_loads(tier, some, bands))
        for tier, some in of_tier.items()
        if some
    )
    return OwnerLoad(owner_id, len(accounts), total(known_amounts), len(accounts) - len(known_amounts), by_tier)


def _expected(tier: Tier, bands: Bands | None) -> int | None:
    if bands is None or tier is Tier.TECH_TOUCH:
        return None
    return bands.high_load if tier is Tier.HIGH_TOUCH else bands.low_load


def _arr_loads(tier: Tier, accounts: Sequence[Account], bands: Bands | None) -> tuple[ArrLoad, ...]:
    """What these accounts of one tier pay, beside what is expected, in each currency that has an expectation."""
    if bands is None or tier is Tier.TECH_TOUCH:
        return ()
    carried = total(arr for account in accounts if (arr := money(account.arr_minor, account.currency)) is not None)
    arr_loads = []
    for amount in carried:
        band = bands.of(amount.currency)
        expected = None if band is None else (band.high_load_minor if tier is Tier.HIGH_TOUCH else band.low_load_minor)
        if expected is not None:
            arr_loads.append(ArrLoad(amount, Money(expected, amount.currency)))
    return tuple(arr_loads)


def _a_month_ago(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= MONTH
