"""Start cohorts by age: what each pays month after month, and the same from month 3 on, which is the base.

The first quarter sorts out who should not have bought; from month 3 on a fall is ours. A ratio of two months is taken
over one set of cohorts, those that have reached the later one, never as a ratio of two averages: the younger cohorts
are other customers. Definitions: `docs/rules.md`, Retention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Generic

from bot.domain.portfolio.paid import ZERO, Key, Paid, SameLine, by_account, first_paid, paid_on
from bot.domain.values.days import add_months

BASE, YEAR = 3, 12
"""The month that is 100, and the month that is told beside it."""


@dataclass(frozen=True, slots=True)
class Aged(Generic[Key]):
    """What one account paid at each age in months that has come; a lost one stays with 0.

    `is_bound` says that its first term runs a year or longer, so that it could not leave before month 12.
    """

    account: Key
    began: date
    paid: tuple[Fraction, ...]
    is_bound: bool = False

    def has_reached(self, month: int) -> bool:
        """Whether the account is that old."""
        return month < len(self.paid)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Accounts that began together: how many, and their sum by month of age; a month not reached by all is missing."""

    name: str
    n: int
    sums: Mapping[int, Fraction] = field(default_factory=dict)

    def share(self, month: int, base: int) -> Fraction | None:
        """The sum of a month as a share of that of another one; None where one of them is unknown or zero."""
        of, what = self.sums.get(base), self.sums.get(month)
        return what / of if of and what is not None else None


@dataclass(frozen=True, slots=True)
class Rebased:
    """Month 12 over month 3, on `n` accounts that have reached month 12, and month 3 over month 0 of the same."""

    n: int
    at_start: Fraction
    at_base: Fraction
    at_year: Fraction
    kept_from_base: Fraction
    paying_at_base: int
    paying_at_year: int
    bound: int

    @property
    def year_over_base(self) -> Fraction | None:
        """Net: month 12 ÷ month 3. None where nothing is old enough."""
        return self.at_year / self.at_base if self.at_base else None

    @property
    def base_over_start(self) -> Fraction | None:
        """Month 3 ÷ month 0 of the same accounts, which always stands beside it."""
        return self.at_base / self.at_start if self.at_start else None

    @property
    def gross_from_base(self) -> Fraction | None:
        """Of each account at most what it paid in month 3, ÷ month 3."""
        return self.kept_from_base / self.at_base if self.at_base else None

    @property
    def says_nothing(self) -> bool:
        """Whether nobody could have left before month 12, so that the base in month 3 says nothing."""
        return self.n > 0 and self.bound == self.n


def aged(rows: Iterable[Paid[Key]], currency: str, cut: date, same_line: SameLine, months: int) -> list[Aged[Key]]:
    """The accounts that have paid in a currency by the day `cut`, with what they paid at each month of age up to it.

    Month k begins k calendar months after the first day on which something was paid, short months clamped.
    """
    found = []
    for account, own in by_account(rows).items():
        began = first_paid(own, currency, same_line)
        if began is None or began > cut:
            continue
        days = [add_months(began, month) for month in range(months + 1)]
        paid = tuple(paid_on(own, currency, day, same_line) for day in days if day <= cut)
        first = [row for row in own if row.is_in_force(began)]
        is_bound = all(row.ends_on is not None and row.ends_on >= add_months(began, YEAR) for row in first)
        found.append(Aged(account, began, paid, is_bound))
    return found


def cohorts(accounts: Iterable[Aged[Key]], name_of: Callable[[date], str]) -> list[Cohort]:
    """The cohorts by the name of the first day's period, the oldest first. A month stands where all have reached it."""
    together: dict[str, list[Aged[Key]]] = {}
    for account in sorted(accounts, key=lambda account: account.began):
        together.setdefault(name_of(account.began), []).append(account)
    found = []
    for name, members in together.items():
        oldest = min(len(member.paid) for member in members)
        sums = {month: sum((member.paid[month] for member in members), ZERO) for month in range(oldest)}
        found.append(Cohort(name, len(members), sums))
    return found


def average(of: Sequence[Cohort], month: int, base: int = 0) -> Fraction | None:
    """A month over another one, weighted, over the cohorts that have reached both; None where none has."""
    old = [cohort for cohort in of if month in cohort.sums and base in cohort.sums]
    whole = sum((cohort.sums[base] for cohort in old), ZERO)
    return sum((cohort.sums[month] for cohort in old), ZERO) / whole if whole else None


def rebased(accounts: Iterable[Aged[Key]]) -> Rebased:
    """Month 12 over month 3, and month 3 over month 0, on the accounts that have reached month 12."""
    old = [account for account in accounts if account.has_reached(YEAR)]
    return Rebased(
        len(old),
        sum((account.paid[0] for account in old), ZERO),
        sum((account.paid[BASE] for account in old), ZERO),
        sum((account.paid[YEAR] for account in old), ZERO),
        sum((min(account.paid[BASE], account.paid[YEAR]) for account in old), ZERO),
        sum(account.paid[BASE] > 0 for account in old),
        sum(account.paid[BASE] > 0 and account.paid[YEAR] > 0 for account in old),
        sum(account.is_bound for account in old),
    )


def month_of(on: date) -> str:
    """`2022-01`."""
    return f"{on:%Y-%m}"


def quarter_name(on: date) -> str:
    """`2022 Q1`."""
    return f"{on.year} Q{(on.month + 2) // 3}"
