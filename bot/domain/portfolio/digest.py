"""The weekly digest of a portfolio, composed from the summaries of its accounts and last week's figures.

Nothing here is stored or sent: the use case keeps `Figures` beside the digest and hands them back a week later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from bot.domain.account.participation import Participation, participation
from bot.domain.enums import AccountStatus, RiskKind
from bot.domain.facts import Fact
from bot.domain.model import Account, MeetingFact
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.proof.coverage import PortfolioCoverage, portfolio_coverage
from bot.domain.proof.progress import ONE, ZERO

_FOUR_DIGITS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figures:
    """What next week's digest compares with. `credits` holds only outcomes with credit, by outcome id, cut to four
    digits; `dangers` is a fingerprint that tells whether any danger or forgotten promise came or went."""

    by_arr: Mapping[str, Decimal]
    by_count: Decimal | None
    credits: Mapping[int, Decimal]
    dangers: str

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; ratios travel as text so that they stay exact."""
        return {
            "by_arr": {currency: str(ratio) for currency, ratio in self.by_arr.items()},
            "by_count": None if self.by_count is None else str(self.by_count),
            "credits": {str(outcome_id): str(credit) for outcome_id, credit in self.credits.items()},
            "dangers": self.dangers,
        }

    @classmethod
    def from_json(cls, figures: Mapping[str, Any]) -> Figures:
        """The figures of `as_json`; `KeyError` when it is something else."""
        return cls(
            {currency: Decimal(ratio) for currency, ratio in figures["by_arr"].items()},
            None if figures["by_count"] is None else Decimal(figures["by_count"]),
            {int(outcome_id): Decimal(credit) for outcome_id, credit in figures["credits"].items()},
            figures["dangers"],
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line about one account."""

    account: Account
    fact: Fact


@dataclass(frozen=True, slots=True)
class Trouble:
    """One account in the list that is worst first: its coverage and the facts of its dangers, the severest first."""

    account: Account
    covered: Fact
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """Coverage now and since the last digest; `change` is `None` when there is nothing to compare with."""

    currency: str | None
    ratio: Decimal | None
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class Digest:
    """The whole digest; every list is complete, the use case folds it. `first` says that no last week is known."""

    coverage: PortfolioCoverage
    by_arr: tuple[CoverageChange, ...]
    by_count: CoverageChange
    worst: tuple[Trouble, ...]
    newly_proven: tuple[Line, ...]
    newly_broken: tuple[Line, ...]
    renewals: tuple[Line, ...]
    silent: tuple[Participation, ...]
    theatre: tuple[Line, ...]
    forgotten: tuple[Line, ...]
    first: bool
    nothing_changed: bool
    figures: Figures


def compose(
    summaries: Iterable[AccountSummary],
    meetings: Iterable[MeetingFact],
    last: Figures | None,
    since: datetime | None,
    now: datetime,
) -> Digest:
    """Compose the digest of a portfolio's accounts and their meetings; former customers are left out.

    `last` are the figures that the last digest kept and `since` is its moment: prompts from then on make up `silent`.
    Both are `None` for the first digest, which names what is and no change.
    """
    customers = [summary for summary in summaries if summary.account.status is not AccountStatus.FORMER]
    customers.sort(key=lambda summary: summary.worst_first)
    portfolio_share = _coverage(customers)
    figures = _figures(customers, portfolio_share)
    proven, broken = _news(customers, figures.credits, last.credits) if last is not None else ((), ())
    silent = _silent(customers, meetings, since, now)
    same = last is not None and not proven and not broken and not silent and _same(figures, last)
    return Digest(
        portfolio_share,
        tuple(_changed(summary.arr.currency, summary.ratio, last) for summary in portfolio_share.by_arr),
        _changed(None, figures.by_count, last),
        tuple(
            Trouble(summary.account, summary.covered, tuple(danger.fact for danger in summary.dangers))
            for summary in customers
            if summary.dangers
        ),
        proven,
        broken,
        tuple(_of_kind(customers, RiskKind.RENEWAL_UNPROVEN)),
        silent,
        tuple(Line(summary.account, fact) for summary in customers for fact in summary.theatre),
        tuple(Line(summary.account, fact) for summary in customers for fact in summary.forgotten),
        last is None,
        same,
        figures,
    )


def _coverage(customers: Sequence[AccountSummary]) -> PortfolioCoverage:
    return portfolio_coverage(
        (summary.account, summary.coverage, summary.outcomes, summary.proven) for summary in customers
    )


def _figures(customers: Sequence[AccountSummary], covered: PortfolioCoverage) -> Figures:
    credits = {outcome_id: cut(credit) for summary in customers for outcome_id, credit in summary.credits.items()}
    marks = [
        f"{summary.account.id} {d.kind} {d.subject} {d.severity}" for summary in customers for d in summary.dangers
    ]
    marks += [f"{summary.account.id} {fact.as_json()}" for summary in customers for fact in summary.forgotten]
    mark = hashlib.sha256("\n".join(sorted(marks)).encode()).hexdigest()
    by_arr = {share.arr.currency: share.ratio for share in covered.by_arr if share.ratio is not None}
    return Figures(by_arr, covered.by_count, credits, mark)


def cut(credit: Decimal) -> Decimal:
    """A credit as it is kept from week to week: four digits, never rounded up."""
    return credit if credit is ONE or credit is ZERO else credit.quantize(_FOUR_DIGITS, rounding=ROUND_DOWN)


def _news(
    customers: Sequence[AccountSummary], now: Mapping[int, Decimal], before: Mapping[int, Decimal]
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """(outcomes that became proven, outcomes that lost credit): each with where it stands now and why.

    Credits are compared as they are kept: less than the last digit kept is no change.
    """
    better = {outcome_id for outcome_id, credit in now.items() if credit == ONE > before.get(outcome_id, ZERO)}
    worse = {outcome_id for outcome_id, credit in before.items() if now.get(outcome_id, ZERO) < credit}
    if not better and not worse:
        return (), ()
    proven: list[Line] = []
    broken: list[Line] = []
    for summary in customers:
        for outcome_id, standing in summary.standings().items():
            if outcome_id in better:
                proven.append(Line(summary.account, standing))
            elif outcome_id in worse:
                broken.append(Line(summary.account, standing))
    return tuple(proven), tuple(broken)


def _changed(currency: str | None, ratio: Decimal | None, last: Figures | None) -> CoverageChange:
    before = None if last is None else last.by_count if currency is None else last.by_arr.get(currency)
    return CoverageChange(currency, ratio, None if ratio is None or before is None else ratio - before)


def _same(figures: Figures, last: Figures) -> bool:
    return (
        figures.dangers == last.dangers
        and figures.credits == last.credits
        and figures.by_arr == last.by_arr
        and figures.by_count == last.by_count
    )


def _of_kind(customers: Sequence[AccountSummary], kind: RiskKind) -> Iterable[Line]:
    return (
        Line(summary.account, danger.fact) for summary in customers for danger in summary.dangers if danger.kind is kind
    )


def _silent(
    customers: Sequence[AccountSummary], meetings: Iterable[MeetingFact], since: datetime | None, now: datetime
) -> tuple[Participation, ...]:
    """Owners who left at least one prompt of this week unanswered, the most silent first."""
    account_ids = {summary.account.id for summary in customers}
    participants = participation((meeting for meeting in meetings if meeting.account_id in account_ids), now, since)
    return tuple(participant for participant in participants if participant.silent)
