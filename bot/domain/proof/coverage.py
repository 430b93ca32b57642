"""How much of success is proved: credit ÷ outcomes of an account, by ARR in a portfolio (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.enums import AccountStatus
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Account
from bot.domain.proof.grading import Graded
from bot.domain.proof.progress import ONE, ZERO
from bot.domain.values.money import Money

RENEWABLE = Decimal("0.8")
"""The renewal test: coverage of 80 %."""


def coverage(outcomes: Sequence[Graded], retired: int = 0, *, seen: bool = False) -> Decimal:
    """Credit ÷ outcomes, 0..1. Expired, disputed and unproven outcomes count below the line; no outcome is 0.

    So do those that were retired unproven and still count, without credit: `retired` says how many. With `seen` only
    the credit counts that somebody outside the account team has seen.
    """
    credit = ZERO
    whole = 0
    for graded in outcomes:
        share = graded.seen if seen else graded.credit
        if share is ONE:
            whole += 1
        elif share is not ZERO:
            credit += share
    if not whole and credit is ZERO:
        return ZERO
    return (credit + whole) / (len(outcomes) + retired)


def covered(share: Decimal, outcomes: int) -> Fact:
    """How much of an account is proven, `40%`; without an outcome, that nobody has written down what success means."""
    return fact(FactCode.COVERED, share=share) if outcomes else fact(FactCode.NO_OUTCOME)


@dataclass(frozen=True, slots=True)
class CurrencyCoverage:
    """Of the ARR in one currency, how much belongs to proven success. `ratio` is `None` when the ARR is 0."""

    arr: Money
    covered: Money
    ratio: Decimal | None
    accounts: int


@dataclass(frozen=True, slots=True)
class PortfolioCoverage:
    """Coverage by ARR in each currency, with the plain count beside it.

    `by_count` gives every account the same weight and is `None` without an account. Accounts whose ARR is unknown are
    left out of the weighting and counted in `unknown_arr`; former customers are in neither.
    """

    by_arr: tuple[CurrencyCoverage, ...]
    by_count: Decimal | None
    accounts: int
    unknown_arr: int
    outcomes: int
    proven: int


def portfolio_coverage(accounts: Iterable[tuple[Account, Decimal, int, int]]) -> PortfolioCoverage:
    """The coverage of many accounts, each given as (account, its coverage, its outcomes, how many are proven)."""
    arr: dict[str, int] = {}
    covered_minor: dict[str, Decimal] = {}
    account_counts: dict[str, int] = {}
    sum_of_ratios, count, unknown, outcomes, proven = ZERO, 0, 0, 0, 0
    for account, ratio, of_outcomes, of_proven in accounts:
        if account.status is AccountStatus.FORMER:
            continue
        count += 1
        sum_of_ratios += ratio
        outcomes += of_outcomes
        proven += of_proven
        currency = account.currency
        if account.arr_minor is None or not currency:
            unknown += 1
            continue
        arr[currency] = arr.get(currency, 0) + account.arr_minor
        covered_minor[currency] = covered_minor.get(currency, ZERO) + ratio * account.arr_minor
        account_counts[currency] = account_counts.get(currency, 0) + 1
    by_arr = [
        CurrencyCoverage(
            Money(minor, currency),
            Money(int(covered_minor[currency]), currency),
            covered_minor[currency] / minor if minor > 0 else None,
            account_counts[currency],
        )
        for currency, minor in arr.items()
    ]
    by_arr.sort(key=lambda entry: (-entry.arr.major, entry.arr.currency))
    return PortfolioCoverage(tuple(by_arr), sum_of_ratios / count if count else None, count, unknown, outcomes, proven)
