"""The figures of a scope and a window, from the contracts in the ledger: what Slack, the digest and scripts show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction

from sqlalchemy.orm import Session

from bot.domain.account.contracts import line_of
from bot.domain.model import Contract
from bot.domain.portfolio import cohorts
from bot.domain.portfolio.cohorts import Aged, Rebased
from bot.domain.portfolio.paid import Paid, SameLine, arr_on, gone_since
from bot.domain.portfolio.retention import Conventions, Retention, Survey, survey
from bot.domain.portfolio.retention_remarks import Remark, Said, remarks
from bot.domain.values import days
from bot.features.retention import queries
from bot.features.retention.queries import Customer, Merged, Rewritten

CONVENTIONS: Conventions[int] = Conventions()
"""Ours: of two terms of one line the later one counts, and who changed the currency is in no figure."""
MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Window:
    """Whose figures between which days: of one portfolio, or of all customers of the workspace."""

    workspace_id: int
    t0: date
    t1: date
    portfolio_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a window. `uncontracted` counts the accounts that have no contract on record, so are in none.

    `merged` and `rewritten` are the accounts that became part of these, and those whose terms were changed afterwards.
    """

    window: Window
    customers: Mapping[int, Customer]
    own: Mapping[int, list[Paid[int]]]
    found: Survey[int]
    uncontracted: int
    merged: Sequence[Merged] = ()
    rewritten: Mapping[int, Rewritten] = field(default_factory=dict)

    def of(self, currency: str) -> Retention[int]:
        """The figures of a currency; empty where nobody pays in it."""
        return self.found.by_currency.get(currency) or Retention(currency, self.window.t0, self.window.t1)

    @property
    def rows(self) -> list[Paid[int]]:
        """What all accounts pay."""
        return [row for own in self.own.values() for row in own]

    @property
    def currencies(self) -> list[str]:
        """The currencies in which anything is paid in the window, that of most customers first."""
        sizes = {name: (one.n, len(one.new) + len(one.reactivated)) for name, one in self.found.by_currency.items()}
        return sorted(
            (name for name, size in sizes.items() if any(size)), key=lambda name: (*map(_less, sizes[name]), name)
        )

    def between(self, t0: date, t1: date) -> Survey[int]:
        """The same accounts between two other days."""
        return survey(self.rows, t0, t1, CONVENTIONS)

    def said(self) -> list[Remark[int]]:
        """What was done to the record of accounts, and what a convention decided, by account."""
        decided = remarks(self.rows, self.window.t0, self.window.t1, CONVENTIONS)
        return [*self._made_one(), *self._rewritten(), *decided]

    def _made_one(self) -> Iterator[Remark[int]]:
        """The customers that became part of another one in the window and count as that one's now."""
        for one in self.merged:
            on = one.at.date()
            if not one.was_former and one.account_id in self.own and self.window.t0 < on <= self.window.t1:
                amount = Fraction(0) if one.uncounted else None
                yield Remark(Said.MERGED, one.account_id, since=on, amount=amount, words=(one.name, one.by))

    def _rewritten(self) -> Iterator[Remark[int]]:
        """The accounts that pay less on the first day than was recorded first."""
        for account_id, was in self.rewritten.items():
            first = arr_on([paid(term) for term in was.terms], self.window.t0, SameLine.LATER_START) or {}
            now = arr_on(self.own.get(account_id, ()), self.window.t0, SameLine.LATER_START) or {}
            for currency, arr in sorted(first.items()):
                if less := max(arr - now.get(currency, Fraction(0)), Fraction(0)):
                    words = (currency, was.by or "")
                    yield Remark(Said.REWRITTEN, account_id, since=was.at.date(), amount=less, words=words)

    def aged(self, currency: str) -> list[Aged[int]]:
        """The accounts of a currency by age, as far as the end of the window has seen them."""
        return cohorts.aged(self.rows, currency, self.window.t1, SameLine.LATER_START, MONTHS_SHOWN)

    def rebased(self, currency: str) -> Rebased:
        """Month 12 over month 3, on those that are old enough."""
        return cohorts.rebased(self.aged(currency))

    def left_on(self, account_id: int, currency: str) -> date | None:
        """Since when a lost account pays nothing."""
        return gone_since(self.own.get(account_id, ()), currency, self.window.t1, SameLine.LATER_START)


def figures(session: Session, window: Window) -> Figures:
    """Read and compute them. An account counts in the portfolio that it was in on the window's first day."""
    then = days.at(window.t0, time(), "UTC")
    merged = queries.merged(session, window.workspace_id)
    gone = [one for one in merged if one.was_former and one.uncounted]
    everybody = queries.customers(session, window.workspace_id, then, [one.merged_id for one in gone])
    chosen = {
        one.id: one for one in everybody if window.portfolio_id is None or one.portfolio_id == window.portfolio_id
    }
    terms = queries.terms(session, window.workspace_id, list(chosen))
    terms |= queries.lost_terms(session, window.workspace_id, [one for one in gone if one.merged_id in chosen])
    own = {account_id: [paid(term) for term in some] for account_id, some in terms.items()}
    found = survey((row for rows in own.values() for row in rows), window.t0, window.t1, CONVENTIONS)
    changed = queries.rewritten(session, window.workspace_id, own)
    return Figures(window, chosen, own, found, len(chosen.keys() - terms.keys()), merged, changed)


def paid(term: Contract) -> Paid[int]:
    """A term of a contract as what is paid; without an amount or a currency its ARR is unknown."""
    known = term.arr_minor is not None and bool(term.currency)
    arr = Fraction(term.arr_minor or 0) if known else None
    return Paid(term.account_id, line_of(term), term.currency or "", term.starts_on, term.ends_on, arr, term.id)


def _less(many: int) -> int:
    return -many


def today_window(
    workspace_id: int, today: date, portfolio_id: int | None = None, *, until: date | None = None
) -> Window:
    """The twelve months that end on a day, today unless given."""
    t1 = until or today
    return Window(workspace_id, days.add_months(t1, -12), t1, portfolio_id)


def midnight_after(on: date) -> datetime:
    """The moment at which a day is over, by the rules' clock."""
    return days.at(days.add_days(on, 1), time(), "UTC")
