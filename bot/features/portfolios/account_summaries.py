"""The summary of each account of a portfolio: the kept ones as they are, the others computed now."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import merge

from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.domain.account.assessment import Assessment
from bot.domain.enums import Severity
from bot.domain.facts import Fact
from bot.domain.model import Account
from bot.domain.portfolio.account_summary import (
    AccountSummary,
    good_until,
    standings_as_json,
    standings_from_json,
    summarize_account,
)
from bot.domain.portfolio.digest import Sources
from bot.domain.rules_version import RULES_VERSION
from bot.features.portfolios import queries
from bot.features.portfolios.queries import Kept
from bot.store import proof_state
from bot.store.portfolios import Portfolio

HALF_A_YEAR = timedelta(days=182)
BATCH = 500
"""How many accounts are summarized in one transaction, well below a second."""


@dataclass(frozen=True, slots=True)
class AccountSummaries(Sources):
    """What a digest of some accounts is composed of, with the names of owners and of those who were asked."""

    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    """A summary that was not kept, and where the account's outcomes stand, as JSON."""

    summary: AccountSummary
    told: str

    @classmethod
    def of(cls, assessment: Assessment) -> _WorkedOut:
        """The summary of an assessed account."""
        return cls(summarize_account(assessment), standings_as_json(assessment))


def of_portfolio(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime | None, now: datetime
) -> AccountSummaries:
    """All accounts of a portfolio, streamed, in a number of queries that does not depend on its size.

    The meetings are those from `since` on, or of half a year. What has no summary is worked out here and held.
    """
    reading = _Reading(session, workspace_id, portfolio_id)
    return AccountSummaries(
        reading.accounts(now),
        reading.standings,
        queries.meetings(session, workspace_id, portfolio_id, since or now - HALF_A_YEAR, now),
        queries.names(session, workspace_id),
    )


class _Reading:
    """One walk through the accounts of a portfolio; it holds their order and what was worked out."""

    def __init__(self, session: Session, workspace_id: int, portfolio_id: int) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self._portfolio_id = portfolio_id
        self._order = array("q")
        self._worked_out: dict[int, _WorkedOut] = {}

    def accounts(self, now: datetime) -> Iterator[AccountSummary]:
        """The summaries, worst first."""
        place = self._session, self._workspace_id, self._portfolio_id
        missing = queries.without_summary(*place, RULES_VERSION, now)
        for start in range(0, len(missing), BATCH):
            states = proof_state.load_many(self._session, [self._workspace_id], missing[start : start + BATCH])
            self._worked_out.update({state.account.id: _WorkedOut.of(assess_now(state, now)) for state in states})
        kept = (AccountSummary.from_json(*row) for row in queries.holding(*place, RULES_VERSION, now))
        others = sorted((one.summary for one in self._worked_out.values()), key=_worst_first)
        for summary in merge(kept, others, key=_worst_first):
            self._order.append(summary.account.id)
            yield summary

    def standings(self, outcome_ids: Sequence[int]) -> Iterator[tuple[Account, Mapping[int, Fact]]]:
        """Where the outcomes stand of the accounts that have any of these, when all accounts have gone by."""
        concerned = queries.accounts_of(self._session, self._workspace_id, self._portfolio_id, outcome_ids)
        ordered = [account_id for account_id in self._order if account_id in concerned]
        for start in range(0, len(ordered), BATCH):
            some = ordered[start : start + BATCH]
            kept = queries.told(self._session, self._workspace_id, some)
            for account_id in some:
                one = self._worked_out.get(account_id)
                account, told = (one.summary.account, one.told) if one else kept[account_id]
                yield account, standings_from_json(told)


def of_assessments(assessments: Sequence[Assessment]) -> AccountSummaries:
    """The same for accounts that are assessed already."""
    worked_out = [_WorkedOut.of(one) for one in sorted(assessments, key=lambda assessment: assessment.worst_first)]

    def standings(outcome_ids: Sequence[int]) -> Iterator[tuple[Account, Mapping[int, Fact]]]:
        wanted = set(outcome_ids)
        for one in worked_out:
            by_outcome = standings_from_json(one.told)
            if not wanted.isdisjoint(by_outcome):
                yield one.summary.account, by_outcome

    meetings = [meeting for assessment in assessments for meeting in assessment.state.meetings]
    names = assessments[0].state.names if assessments else {}
    return AccountSummaries([one.summary for one in worked_out], standings, meetings, names)


def keep(session: Session, assessments: Sequence[Assessment]) -> list[Kept]:
    """Keep the summaries of these accounts for as long as they hold; the caller has the accounts' due rows locked."""
    summaries = {assessment.account.id: _kept(assessment) for assessment in assessments}
    queries.keep(session, summaries, RULES_VERSION)
    return list(summaries.values())


def missing(session: Session, portfolio: Portfolio, now: datetime) -> list[int]:
    """The accounts of a portfolio that have no summary, by id: more than `BATCH` of them are one more."""
    return queries.without_summary(session, portfolio.workspace_id, portfolio.id, RULES_VERSION, now, limit=BATCH + 1)


def keep_missing(session: Session, workspace_id: int, account_ids: Sequence[int], now: datetime) -> bool | None:
    """Keep the summaries of those of these accounts that have none; returns whether any holds beyond `now`.

    None says that somebody else holds or writes all of them just now.
    """
    held = queries.hold_without_summary(session, workspace_id, account_ids, RULES_VERSION, now)
    if not held:
        return None
    states = proof_state.load_many(session, [workspace_id], held)
    kept = keep(session, [assess_now(state, now) for state in states])
    return any(row.until is None or row.until > now for row in kept)


def _kept(assessment: Assessment) -> Kept:
    summary = summarize_account(assessment)
    return Kept(
        summary.as_json(),
        standings_as_json(assessment),
        good_until(assessment),
        int(summary.dangers[0].severity) if summary.dangers else 0,
        sum(danger.severity is Severity.HIGH for danger in summary.dangers),
        float(summary.coverage),
    )


def _worst_first(summary: AccountSummary) -> tuple[int, int, int, Decimal, int, str]:
    return summary.worst_first
