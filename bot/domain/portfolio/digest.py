"""The weekly digest of a portfolio, composed from the summaries of its accounts and last week's figures.

The accounts are read once, worst first, and none is held: what is to be said of each is told as it goes by. Nothing
here is stored or sent: the use case keeps `Figures` beside the digest and hands them back a week later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.account.participation import Participation, participation
from bot.domain.enums import AccountStatus, RiskKind, Severity
from bot.domain.facts import Fact
from bot.domain.model import Account, MeetingFact
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.portfolio.credits import Credits
from bot.domain.proof.coverage import PortfolioCoverage, portfolio_coverage


@dataclass(frozen=True, slots=True)
class Figures:
    """What next week's digest compares with; `dangers` is a fingerprint that tells whether any danger or forgotten
    promise came or went."""

    by_arr: Mapping[str, Decimal]
    by_count: Decimal | None
    credits: Credits
    dangers: str

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; ratios travel as text so that they stay exact."""
        return {
            "by_arr": {currency: str(ratio) for currency, ratio in self.by_arr.items()},
            "by_count": None if self.by_count is None else str(self.by_count),
            "credits": self.credits.as_json(),
            "dangers": self.dangers,
        }

    @classmethod
    def from_json(cls, figures: Mapping[str, Any]) -> Figures:
        """The figures of `as_json`; `KeyError` when it is something else."""
        return cls(
            {currency: Decimal(ratio) for currency, ratio in figures["by_arr"].items()},
            None if figures["by_count"] is None else Decimal(figures["by_count"]),
            Credits.from_json(figures["credits"]),
            figures["dangers"],
        )


@dataclass(frozen=True, slots=True)
class AccountNews:
    """What a digest says of one account as it goes by: its dangers, the severest first, and what is beside them."""

    account: Account
    covered: Fact
    severity: Severity | None
    dangers: tuple[Fact, ...]
    renewals: tuple[Fact, ...]
    theatre: tuple[Fact, ...]
    forgotten: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the outcomes of one account stand that became proven, or lost credit, since the last digest."""

    account: Account
    proven: tuple[Fact, ...]
    broken: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """Coverage now and since the last digest; `change` is `None` when there is nothing to compare with."""

    currency: str | None
    ratio: Decimal | None
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class Digest:
    """The figures of the whole digest. `first` says that no last week is known."""

    coverage: PortfolioCoverage
    by_arr: tuple[CoverageChange, ...]
    by_count: CoverageChange
    silent: tuple[Participation, ...]
    first: bool
    nothing_changed: bool
    figures: Figures


class Listener:
    """Hears what a digest has to say, account by account, each list worst first. This one keeps nothing."""

    def account(self, news: AccountNews) -> None:
        """An account with a danger, a theatre or a forgotten promise."""

    def moved(self, moved: Moved) -> None:
        """An account whose outcomes became proven or lost credit; after all calls of `account`."""


Standings = Callable[[Sequence[int]], Iterable[tuple[Account, Mapping[int, Fact]]]]
"""Of the accounts that have any of these outcomes, worst first: where each of the account's outcomes stands and why."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a digest is composed of: accounts, worst first, where their outcomes stand, and recent meetings.

    Accounts and meetings may be streamed: they are read once, and standings are asked for after the accounts.
    """

    accounts: Iterable[AccountSummary]
    standings: Standings
    meetings: Iterable[MeetingFact]


def compose(sources: Sources, last: tuple[Figures, datetime] | None, now: datetime, listener: Listener) -> Digest:
    """Compose the digest of a portfolio; former customers are left out.

    `last` are the figures that the last digest kept and its moment, `None` for the first one, which names what is and
    no change: prompts from that moment on make up `silent`.
    """
    walk = _Walk(listener)
    portfolio_share = portfolio_coverage(walk.customers(sources.accounts))
    figures = walk.figures(portfolio_share)
    before, since = last if last is not None else (None, None)
    moved = before is not None and _tell_moved(figures.credits, before.credits, sources.standings, listener)
    theirs = (meeting for meeting in sources.meetings if meeting.account_id not in walk.former)
    silent = tuple(person for person in participation(theirs, now, since) if person.silent)
    return Digest(
        portfolio_share,
        tuple(_changed(share.arr.currency, share.ratio, before) for share in portfolio_share.by_arr),
        _changed(None, figures.by_count, before),
        silent,
        before is None,
        before is not None and not moved and not silent and figures == before,
        figures,
    )


@dataclass(slots=True)
class _Walk:
    """What is gathered while the accounts go by."""

    listener: Listener
    former: set[int] = field(default_factory=set)
    marks: list[str] = field(default_factory=list)
    credits: Credits = field(default_factory=Credits)

    def customers(self, summaries: Iterable[AccountSummary]) -> Iterator[tuple[Account, Decimal, int, int]]:
        """Each customer as `portfolio_coverage` takes it."""
        for summary in summaries:
            account = summary.account
            if account.status is AccountStatus.FORMER:
                self.former.add(account.id)
                continue
            for outcome_id, credit in summary.credits.items():
                self.credits.add(outcome_id, credit)
            self.marks += [f"{account.id} {d.kind} {d.subject} {d.severity}" for d in summary.dangers]
            self.marks += [f"{account.id} {fact.as_json()}" for fact in summary.forgotten]
            if summary.dangers or summary.theatre or summary.forgotten:
                self.listener.account(_news(summary))
            yield account, summary.coverage, summary.outcomes, summary.proven

    def figures(self, covered: PortfolioCoverage) -> Figures:
        """What next week's digest compares with, when all accounts have gone by."""
        mark = hashlib.sha256()
        for number, line in enumerate(sorted(self.marks)):
            mark.update((f"\n{line}" if number else line).encode())
        by_arr = {share.arr.currency: share.ratio for share in covered.by_arr if share.ratio is not None}
        return Figures(by_arr, covered.by_count, self.credits, mark.hexdigest())


def _news(summary: AccountSummary) -> AccountNews:
    dangers = summary.dangers
    return AccountNews(
        summary.account,
        summary.covered,
        dangers[0].severity if dangers else None,
        tuple(danger.fact for danger in dangers),
        tuple(danger.fact for danger in dangers if danger.kind is RiskKind.RENEWAL_UNPROVEN),
        summary.theatre,
        summary.forgotten,
    )


def _tell_moved(now: Credits, before: Credits, standings: Standings, listener: Listener) -> bool:
    """Tell which outcomes became proven and which lost credit, and where they stand; returns whether there was any.

    Credits are compared as they are kept: less than the last digit kept is no change.
    """
    better, worse = set(now.better_than(before)), set(now.worse_than(before))
    any_moved = False
    for account, by_outcome in standings(sorted(better | worse)) if better or worse else ():
        if account.status is AccountStatus.FORMER:
            continue
        proven = tuple(fact for outcome_id, fact in by_outcome.items() if outcome_id in better)
        broken = tuple(fact for outcome_id, fact in by_outcome.items() if outcome_id in worse)
        if proven or broken:
            any_moved = True
            listener.moved(Moved(account, proven, broken))
    return any_moved


def _changed(currency: str | None, ratio: Decimal | None, last: Figures | None) -> CoverageChange:
    before = None if last is None else last.by_count if currency is None else last.by_arr.get(currency)
    return CoverageChange(currency, ratio, None if ratio is None or before is None else ratio - before)
