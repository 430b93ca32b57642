"""The weekly digest of a portfolio, composed from the summaries of its accounts and last week's figures.

The accounts are read once, worst first, and none is held: what is to be said of each is told as it goes by. Nothing
here is stored or sent: the use case keeps `Figures` beside the digest and hands them back a week later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.domain.account.participation import Participation, Silence, participation
from bot.domain.enums import AccountStatus, RiskKind, Severity
from bot.domain.facts import Fact
from bot.domain.model import Account, MeetingFact
from bot.domain.portfolio.account_summary import AccountSummary, JudgedNo
from bot.domain.portfolio.book import Book
from bot.domain.portfolio.bridge import Bridge, shares, upgraded
from bot.domain.portfolio.comparison import AccountChange, AccountMove, Comparison, Places, Standings, Week
from bot.domain.proof.coverage import PortfolioCoverage, portfolio_coverage
from bot.domain.proof.progress import ZERO
from bot.domain.rules_version import RULES_VERSION
from bot.domain.values.days import shift_day

RENEWALS = timedelta(days=60)
"""So long ahead a digest names every renewal; one that is past and open is named as well."""
_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What next week's digest compares with; `dangers` is a fingerprint that tells whether any danger or forgotten
    promise came or went. `book` is None in what a release kept that had no bridge."""

    by_arr: Mapping[str, Decimal]
    by_count: Decimal | None
    book: Book | None
    dangers: str
    rules: str = RULES_VERSION
    quiet_weeks: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; ratios travel as text so that they stay exact."""
        return {
            "by_arr": {currency: str(ratio) for currency, ratio in self.by_arr.items()},
            "by_count": None if self.by_count is None else str(self.by_count),
            "book": None if self.book is None else self.book.as_json(),
            "dangers": self.dangers,
            "rules": self.rules,
            "quiet_weeks": self.quiet_weeks,
        }

    @classmethod
    def from_json(cls, figures: Mapping[str, Any]) -> Figures:
        """The figures of `as_json`, or of an earlier release; `KeyError` when it is something else."""
        book = figures.get("book")
        return cls(
            {currency: Decimal(ratio) for currency, ratio in figures["by_arr"].items()},
            None if figures["by_count"] is None else Decimal(figures["by_count"]),
            None if book is None else Book.from_json(book),
            figures["dangers"],
            figures.get("rules", ""),
            figures.get("quiet_weeks", 0),
        )


@dataclass(frozen=True, slots=True)
class AccountNews:
    """What a digest says of one account as it goes by: its dangers, the severest first, and what is beside them.

    `renewals` are its dangers about a renewal; `renews` says that it renews soon, or was to and nobody recorded how it
    ended.
    """

    account: Account
    covered: Fact
    coverage: Decimal
    outcomes: int
    severity: Severity | None
    dangers: tuple[Fact, ...]
    renewals: tuple[Fact, ...]
    theatre: tuple[Fact, ...]
    forgotten: tuple[Fact, ...]
    judged_no: JudgedNo | None
    moved_terms: tuple[Fact, ...]
    renews: bool


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """Coverage now and since the last digest; `change` is `None` when there is nothing to compare with."""

    currency: str | None
    ratio: Decimal | None
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class Digest:
    """The figures of the whole digest. `first` says that no last week is known.

    `bridges` has one for each currency, the largest ARR first. `unexplained`: last week's release kept no more than the
    shares, so all that changed is one step. `quiet`: nothing moved in any bridge, and no outcome, account or danger is
    news. `runs_out` are the days on which the proof of an outcome runs out. `renewing` is the proven share of the ARR
    that renews within `RENEWALS`, or was to, by currency; one without such ARR is not in it.
    """

    coverage: PortfolioCoverage
    by_arr: tuple[CoverageChange, ...]
    by_count: CoverageChange
    people: tuple[Participation, ...]
    silences: tuple[Silence, ...]
    first: bool
    unexplained: bool
    quiet: bool
    bridges: tuple[Bridge, ...]
    runs_out: Mapping[int, int]
    renewing: Mapping[str, Decimal]
    figures: Figures

    @property
    def silent(self) -> tuple[Participation, ...]:
        """The owners who left a prompt unanswered, the most silent first."""
        return tuple(person for person in self.people if person.silent)


class Listener:
    """Hears what a digest has to say, account by account, each list worst first. This one keeps nothing."""

    def account(self, news: AccountNews) -> None:
        """A customer of whom there is something to say."""

    def changed(self, change: AccountChange) -> None:
        """An account whose outcomes are not as they were told; after all calls of `account`."""

    def moved(self, move: AccountMove) -> None:
        """An account that came, went or weighs something else; after all calls of `changed`."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a digest is composed of: accounts, worst first, what there is to tell of outcomes, where accounts are,
    recent meetings, and which accounts (merged, stays) were merged since the last one, or taken apart again.

    Accounts and meetings may be streamed: they are read once, and the rest is asked for after the accounts.
    """

    accounts: Iterable[AccountSummary]
    standings: Standings
    places: Places
    meetings: Iterable[MeetingFact]
    merges: Sequence[tuple[int, int]] = field(default=(), kw_only=True)


LastTime = tuple[Figures, datetime]
_FINGERPRINTS = 2**256


def compose(
    sources: Sources,
    last: LastTime | None,
    now: datetime,
    listener: Listener,
    *,
    unread: Collection[int] = (),
    other_news: bool = False,
) -> Digest:
    """Compose the digest of a portfolio; former customers are left out.

    `last` are the figures that the last digest kept and its moment, `None` for the first one, which names what is and
    no change: prompts from that moment on count. The accounts of `unread` are not in `sources`, because they cannot be
    read; they stand in the bridge as they were told last. `other_news`: with a renewal, say, no week is quiet.
    """
    before, since = last if last is not None else (None, None)
    walk = _Walk(listener, shift_day(now.date(), RENEWALS), since.date() if since is not None else None)
    portfolio_share = portfolio_coverage(walk.customers(sources.accounts))
    if before is not None and before.book is not None and unread:
        walk.book.carry_over(before.book, unread)
    figures = walk.figures(portfolio_share)
    bridges, has_news = _compared(sources, last, figures, listener)
    theirs = (meeting for meeting in sources.meetings if meeting.account_id not in walk.former)
    people, silences = participation(theirs, now, since)
    has_news = has_news or walk.terms_moved or other_news or bool(unread)
    quiet = before is not None and not has_news and figures.dangers == before.dangers
    return Digest(
        portfolio_share,
        tuple(_changed(share.arr.currency, share.ratio, before) for share in portfolio_share.by_arr),
        _changed(None, figures.by_count, before),
        people,
        silences,
        before is None,
        before is not None and before.book is None,
        quiet,
        bridges,
        walk.runs_out,
        walk.renewing(),
        _with_quiet_weeks(figures, before, quiet),
    )


def _compared(
    sources: Sources, last: LastTime | None, figures: Figures, listener: Listener
) -> tuple[tuple[Bridge, ...], bool]:
    """The bridges from the figures last told, and whether any outcome or account is news."""
    assert figures.book is not None
    if last is None:
        return (), False
    before, since = last
    if before.book is None:
        bridges = _from_shares(before, figures.book)
        return bridges, any(bridge.start != bridge.end for bridge in bridges)
    has_news = False
    comparison = Comparison(
        before.book, figures.book, Week(since.date(), before.rules != figures.rules), sources.merges
    )
    comparison.walk()
    for change in comparison.outcomes(sources.standings):
        has_news = has_news or bool(change.outcomes)
        listener.changed(change)
    for move in comparison.moves(sources.places):
        has_news = True
        listener.moved(move)
    bridges = comparison.bridges()
    return bridges, has_news or any(bridge.lines for bridge in bridges)


def _from_shares(before: Figures, book: Book) -> tuple[Bridge, ...]:
    """The bridges from figures of which an earlier release kept the shares alone."""
    now, arr = shares(book), _arr_of(book)
    return tuple(
        upgraded(currency, Fraction(before.by_arr.get(currency, 0)), now.get(currency, _NOTHING), arr.get(currency, 0))
        for currency in sorted({*before.by_arr, *now})
    )


def _arr_of(book: Book) -> dict[str, int]:
    arr: dict[str, int] = {}
    for row in book.rows():
        if row.arr_minor is not None:
            arr[row.currency] = arr.get(row.currency, 0) + row.arr_minor
    return arr


def _with_quiet_weeks(figures: Figures, before: Figures | None, quiet: bool) -> Figures:
    weeks = before.quiet_weeks + 1 if before is not None and quiet else 0
    return Figures(figures.by_arr, figures.by_count, figures.book, figures.dangers, figures.rules, weeks)


@dataclass(slots=True)
class _Walk:
    """What is gathered while the accounts go by."""

    listener: Listener
    renews_by: date
    since: date | None
    terms_moved: bool = False
    former: set[int] = field(default_factory=set)
    mark: int = 0
    book: Book = field(default_factory=Book)
    runs_out: dict[int, int] = field(default_factory=dict)
    renewing_arr: dict[str, int] = field(default_factory=dict)
    renewing_proven: dict[str, Decimal] = field(default_factory=dict)

    def customers(self, summaries: Iterable[AccountSummary]) -> Iterator[tuple[Account, Decimal, int, int]]:
        """Each customer as `portfolio_coverage` takes it."""
        for summary in summaries:
            account = summary.account
            if account.status is AccountStatus.FORMER:
                self.former.add(account.id)
                self.book.add_former(account.id)
                continue
            credits = summary.credits
            self.book.add(
                account.id, (account.arr_minor, account.currency), summary.outcome_ids, summary.states, credits
            )
            for credit in credits.values():
                self.runs_out[credit.runs_out] = self.runs_out.get(credit.runs_out, 0) + 1
            self._mark(f"{account.id} {d.kind} {d.subject} {d.severity}" for d in summary.dangers)
            self._mark(f"{account.id} {fact.as_json()}" for fact in summary.forgotten)
            self._mark([f"{account.id} no {summary.judged_no.on}"] if summary.judged_no else [])
            self._tell(summary, account)
            yield account, summary.coverage, summary.outcomes, summary.proven

    def _mark(self, lines: Iterable[str]) -> None:
        """Take these lines into the fingerprint: a sum, so that their order means nothing and none is held."""
        for line in lines:
            self.mark += int.from_bytes(hashlib.sha256(line.encode()).digest())
            self.mark %= _FINGERPRINTS

    def _tell(self, summary: AccountSummary, account: Account) -> None:
        """Tell what there is to say of a customer."""
        moved = tuple(fact for on, fact in summary.moved_terms if self.since is not None and on >= self.since)
        self.terms_moved = self.terms_moved or bool(moved)
        renewal = account.renewal_date
        renews = renewal is not None and renewal <= self.renews_by and account.leaves_on is None
        if renews and account.arr_minor and account.currency:
            self._renews(account.currency, account.arr_minor, summary.coverage)
        named = summary.dangers or summary.theatre or summary.forgotten or summary.judged_no
        if renews or named or moved:
            self.listener.account(_news(summary, moved, renews=renews))

    def _renews(self, currency: str, arr_minor: int, coverage: Decimal) -> None:
        self.renewing_arr[currency] = self.renewing_arr.get(currency, 0) + arr_minor
        self.renewing_proven[currency] = self.renewing_proven.get(currency, ZERO) + coverage * arr_minor

    def renewing(self) -> dict[str, Decimal]:
        """The proven share of the ARR that renews soon or was to, by currency, when all accounts have gone by."""
        return {currency: self.renewing_proven[currency] / arr for currency, arr in self.renewing_arr.items()}

    def figures(self, covered: PortfolioCoverage) -> Figures:
        """What next week's digest compares with, when all accounts have gone by."""
        by_arr = {share.arr.currency: share.ratio for share in covered.by_arr if share.ratio is not None}
        return Figures(by_arr, covered.by_count, self.book, f"{self.mark:064x}")


def _news(summary: AccountSummary, moved_terms: tuple[Fact, ...], *, renews: bool) -> AccountNews:
    dangers = summary.dangers
    return AccountNews(
        summary.account,
        summary.covered,
        summary.coverage,
        summary.outcomes,
        dangers[0].severity if dangers else None,
        tuple(danger.fact for danger in dangers),
        tuple(danger.fact for danger in dangers if danger.kind is RiskKind.RENEWAL_UNPROVEN),
        summary.theatre,
        summary.forgotten,
        summary.judged_no,
        moved_terms,
        renews,
    )


def _changed(currency: str | None, ratio: Decimal | None, last: Figures | None) -> CoverageChange:
    before = None if last is None else last.by_count if currency is None else last.by_arr.get(currency)
    return CoverageChange(currency, ratio, None if ratio is None or before is None else ratio - before)
