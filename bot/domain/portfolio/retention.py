"""What a frozen set of customers pays a while later: GRR, NRR, customers kept, and the bridge between the two days.

The cohort is every account with an ARR above zero at `t0`; nobody enters it later, and who is lost stays in it with 0.
GRR caps each account at what it paid before anything is summed. New and returned accounts stand outside: they are
growth. Each currency is measured by itself. Definitions: `docs/rules.md`, Retention (SaaS Metrics Standards Board).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Generic

from bot.domain.portfolio.paid import ZERO, Key, Paid, SameLine, arr_on, by_account, paid_on, turning_days

FEW = 20
"""A figure of fewer accounts is shown with a warning: a convention, of others too."""
ENOUGH_TO_SHOW = 5
"""A figure of fewer accounts is not shown to people."""
YEAR = range(365, 367)


@dataclass(frozen=True, slots=True)
class Conventions(Generic[Key]):
    """The choices that practitioners argue about.

    `lost` accounts count as gone at `t1` whatever they pay then, `apart` ones are in no figure. With `part_movers`,
    so are those that pay in one currency at `t0` and only in others at `t1`: nobody can say whether they grew.
    """

    same_line: SameLine = SameLine.LATER_START
    lost: Collection[Key] = ()
    apart: Collection[Key] = ()
    part_movers: bool = True


@dataclass(frozen=True, slots=True)
class Move(Generic[Key]):
    """What one account paid at `t0` and pays at `t1`, a year."""

    account: Key
    was: Fraction
    now: Fraction


@dataclass(frozen=True, slots=True)
class Retention(Generic[Key]):
    """All figures of one currency. `cohort` has every account of it, `outside` those that pay only at `t1`."""

    currency: str
    t0: date
    t1: date
    cohort: tuple[Move[Key], ...] = ()
    new: tuple[Move[Key], ...] = ()
    reactivated: tuple[Move[Key], ...] = ()

    @property
    def n(self) -> int:
        """How many accounts the cohort has."""
        return len(self.cohort)

    @property
    def start(self) -> Fraction:
        """The ARR of the cohort at `t0`: the denominator of both rates."""
        return sum((move.was for move in self.cohort), ZERO)

    @property
    def end_of_cohort(self) -> Fraction:
        """The ARR of the cohort at `t1`: the numerator of NRR."""
        return sum((move.now for move in self.cohort), ZERO)

    @property
    def kept(self) -> Fraction:
        """The numerator of GRR: of each account at most what it paid at `t0`."""
        return sum((min(move.was, move.now) for move in self.cohort), ZERO)

    @property
    def end(self) -> Fraction:
        """All ARR at `t1`, new and returned accounts included: where the bridge ends."""
        return self.end_of_cohort + self.came(self.new) + self.came(self.reactivated)

    @property
    def churned(self) -> tuple[Move[Key], ...]:
        """Who pays nothing any more."""
        return tuple(move for move in self.cohort if not move.now)

    @property
    def contracted(self) -> tuple[Move[Key], ...]:
        """Who stayed and pays less."""
        return tuple(move for move in self.cohort if 0 < move.now < move.was)

    @property
    def expanded(self) -> tuple[Move[Key], ...]:
        """Who pays more."""
        return tuple(move for move in self.cohort if move.now > move.was)

    @property
    def grr(self) -> Fraction | None:
        """Gross revenue retention, 0 to 1; None where there is no cohort."""
        return self.kept / self.start if self.cohort else None

    @property
    def nrr(self) -> Fraction | None:
        """Net revenue retention; None where there is no cohort."""
        return self.end_of_cohort / self.start if self.cohort else None

    @property
    def logos_kept(self) -> int:
        """How many accounts of the cohort still pay."""
        return self.n - len(self.churned)

    @property
    def logo(self) -> Fraction | None:
        """The share of the accounts that still pay; None where there is no cohort."""
        return Fraction(self.logos_kept, self.n) if self.cohort else None

    @property
    def is_few(self) -> bool:
        """Whether the figures are to be read with care."""
        return self.n < FEW

    @property
    def days(self) -> int:
        """How long the window is."""
        return (self.t1 - self.t0).days

    @property
    def is_annual(self) -> bool:
        """Whether the rates are those of a year; those of another window must not be shown as such."""
        return self.days in YEAR

    @staticmethod
    def came(moves: Iterable[Move[Key]]) -> Fraction:
        """How much more these accounts pay, below zero for less."""
        return sum((move.now - move.was for move in moves), ZERO)

    def of(self, accounts: Collection[Key]) -> Retention[Key]:
        """The same figures over those of these accounts only."""
        chosen = [tuple(move for move in moves if move.account in accounts) for moves in self._all()]
        return Retention(self.currency, self.t0, self.t1, *chosen)

    def _all(self) -> tuple[tuple[Move[Key], ...], ...]:
        return self.cohort, self.new, self.reactivated


@dataclass(frozen=True, slots=True)
class Survey(Generic[Key]):
    """The figures by currency, and who is in none: ARR unknown on one of the days, or moved to another currency."""

    by_currency: Mapping[str, Retention[Key]]
    unknown: tuple[Key, ...] = ()
    moved: tuple[tuple[Key, str, str], ...] = ()
    customers: tuple[Key, ...] = field(default=())
    """Who pays at `t0` in any currency."""
    customers_kept: tuple[Key, ...] = field(default=())
    """Those of them who pay at `t1` in any currency."""


@dataclass(slots=True)
class _Books(Generic[Key]):
    cohort: list[Move[Key]] = field(default_factory=list)
    new: list[Move[Key]] = field(default_factory=list)
    reactivated: list[Move[Key]] = field(default_factory=list)


def survey(rows: Iterable[Paid[Key]], t0: date, t1: date, conventions: Conventions[Key]) -> Survey[Key]:
    """The figures of these rows between two days; every currency that a row names gets an answer."""
    accounts = by_account(rows)
    currencies = sorted({row.currency for some in accounts.values() for row in some})
    books: dict[str, _Books[Key]] = {currency: _Books() for currency in currencies}
    unknown: list[Key] = []
    moved: list[tuple[Key, str, str]] = []
    customers: list[Key] = []
    kept: list[Key] = []
    for account, own in accounts.items():
        if account in conventions.apart:
            continue
        before, after = _amounts(account, own, t0, t1, conventions)
        if before is None or after is None:
            unknown.append(account)
            continue
        if before:
            customers.append(account)
            kept += [account] if after else []
        if conventions.part_movers and before and after and not before.keys() & after.keys():
            moved.append((account, min(before), min(after)))
            continue
        for currency in before.keys() | after.keys():
            move = Move(account, before.get(currency, ZERO), after.get(currency, ZERO))
            book = books[currency]
            if move.was:
                book.cohort.append(move)
            elif _paid_before(own, currency, t0, conventions.same_line):
                book.reactivated.append(move)
            else:
                book.new.append(move)
    figures = {
        currency: Retention(currency, t0, t1, tuple(book.cohort), tuple(book.new), tuple(book.reactivated))
        for currency, book in books.items()
        if currency
    }
    return Survey(figures, tuple(unknown), tuple(moved), tuple(customers), tuple(kept))


def _amounts(
    account: Key, rows: Sequence[Paid[Key]], t0: date, t1: date, conventions: Conventions[Key]
) -> tuple[dict[str, Fraction] | None, dict[str, Fraction] | None]:
    """What one account pays on both days, by currency, only what is above zero."""
    before, after = (arr_on(rows, day, conventions.same_line) for day in (t0, t1))
    if account in conventions.lost:
        after = {}
    return _positive(before), _positive(after)


def _positive(sums: Mapping[str, Fraction] | None) -> dict[str, Fraction] | None:
    return None if sums is None else {currency: arr for currency, arr in sums.items() if arr > 0}


def _paid_before(rows: Sequence[Paid[Key]], currency: str, day: date, same_line: SameLine) -> bool:
    """Whether one account paid something in a currency on a day before this one."""
    earlier = (turn for turn in turning_days(rows) if turn < day)
    return any(paid_on(rows, currency, turn, same_line) > 0 for turn in earlier)
