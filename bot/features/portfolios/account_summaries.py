"""The summary of each account of a portfolio: the kept ones as they are, the others computed now."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from heapq import merge

from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.app.isolation import isolated
from bot.app.readable import unreadable_among
from bot.domain.account.assessment import Assessment
from bot.domain.enums import Severity
from bot.domain.model import Account
from bot.domain.portfolio.account_summary import (
    AccountSummary,
    OutcomeTold,
    good_until,
    standings_as_json,
    standings_from_json,
    summarize_account,
)
from bot.domain.portfolio.comparison import Whereabouts
from bot.domain.portfolio.digest import Sources
from bot.domain.rules_version import RULES_VERSION
from bot.features.portfolios import queries
from bot.features.portfolios.queries import Kept
from bot.store import merges, proof_state
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio
from bot.store.set_aside import Unit

HALF_A_YEAR = timedelta(days=182)
BATCH = 500
"""How many accounts are summarized in one transaction, well below a second."""


@dataclass(frozen=True, slots=True)
class AccountSummaries(Sources):
    """What a digest of some accounts is composed of, with the names of owners and of those who were asked.

    `holders` says who has taken open risks of some accounts, by account and subject; `account_names` names accounts.
    """

    names: Mapping[int, str]
    holders: Callable[[Sequence[int]], Mapping[tuple[int, str], int]]
    account_names: Callable[[Sequence[int]], Mapping[int, str]]


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
    session: Session,
    workspace_id: int,
    portfolio_id: int,
    since: datetime | None,
    now: datetime,
    *,
    without: Collection[int] = (),
) -> AccountSummaries:
    """All accounts of a portfolio, streamed, in a number of queries that does not depend on its size.

    The meetings are those from `since` on, or of half a year. What has no summary is worked out here and held. The
    accounts of `without` are left out.
    """
    reading = _Reading(session, (workspace_id, portfolio_id), (since or now, now), without)
    return AccountSummaries(
        reading.accounts(now),
        reading.standings,
        reading.places,
        queries.meetings(session, workspace_id, portfolio_id, since or now - HALF_A_YEAR, now, without=without),
        queries.names(session, workspace_id),
        lambda some: queries.holders(session, workspace_id, some),
        lambda some: queries.account_names(session, workspace_id, some),
        merges=merges.since(session, workspace_id, since) if since is not None else (),
    )


class _Reading:
    """One walk through the accounts of a portfolio; it holds their order and what was worked out."""

    def __init__(
        self, session: Session, place: tuple[int, int], span: tuple[datetime, datetime], without: Collection[int]
    ) -> None:
        self._session = session
        self._without = without
        self._workspace_id, self._portfolio_id = place
        self._since, self._now = span
        self._order = array("q")
        self._worked_out: dict[int, _WorkedOut] = {}

    def accounts(self, now: datetime) -> Iterator[AccountSummary]:
        """The summaries, worst first."""
        place = self._session, self._workspace_id, self._portfolio_id
        missing = queries.without_summary(*place, RULES_VERSION, now, without=self._without)
        for start in range(0, len(missing), BATCH):
            states = proof_state.load_many(self._session, [self._workspace_id], missing[start : start + BATCH])
            self._worked_out.update({state.account.id: _WorkedOut.of(assess_now(state, now)) for state in states})
        holding = queries.holding(*place, RULES_VERSION, now, without=self._without)
        kept = (AccountSummary.from_json(*row) for row in holding)
        others = sorted((fresh.summary for fresh in self._worked_out.values()), key=_worst_first)
        for summary in merge(kept, others, key=_worst_first):
            self._order.append(summary.account.id)
            yield summary

    def standings(self, account_ids: Sequence[int]) -> Iterator[tuple[Account, Mapping[int, OutcomeTold]]]:
        """What there is to tell of the outcomes of these accounts, when all accounts have gone by."""
        concerned = set(account_ids)
        ordered = [account_id for account_id in self._order if account_id in concerned]
        for start in range(0, len(ordered), BATCH):
            some = ordered[start : start + BATCH]
            kept = queries.told(self._session, self._workspace_id, some)
            for account_id in some:
                fresh = self._worked_out.get(account_id)
                account, stored_standings = (fresh.summary.account, fresh.told) if fresh else kept[account_id]
                yield account, standings_from_json(stored_standings)

    def places(self, account_ids: Sequence[int]) -> Iterator[Whereabouts]:
        """Where these accounts are, by id; those that another portfolio had since the last digest say which.

        Of those that another portfolio has now it says how they stand today, of the first few hundred.
        """
        looked_at = 0
        for start in range(0, len(account_ids), BATCH):
            some = list(account_ids[start : start + BATCH])
            came_from = queries.came_from(self._session, self._workspace_id, some, self._since)
            places = list(queries.places(self._session, self._workspace_id, some))
            gone = [one.id for one, *_ in places if one.portfolio_id not in (None, self._portfolio_id)]
            proven = self._proven(gone[: BATCH - looked_at])
            looked_at += len(proven)
            for account, portfolio, taken_back, into in places:
                new = account.created_at is not None and account.created_at > self._since
                before = None if new else came_from.get(account.id)
                yield Whereabouts(account, portfolio, before, taken_back, into, proven.get(account.id))

    def _proven(self, account_ids: Sequence[int]) -> dict[int, Fraction]:
        """How much of these accounts is proven today."""
        states = proof_state.load_many(self._session, [self._workspace_id], account_ids) if account_ids else ()
        return {state.account.id: Fraction(assess_now(state, self._now).coverage) for state in states}


def of_assessments(assessments: Sequence[Assessment]) -> AccountSummaries:
    """The same for accounts that are assessed already."""
    worked_out = [
        _WorkedOut.of(summarised) for summarised in sorted(assessments, key=lambda assessment: assessment.worst_first)
    ]

    def standings(account_ids: Sequence[int]) -> Iterator[tuple[Account, Mapping[int, OutcomeTold]]]:
        wanted = set(account_ids)
        for summarised in worked_out:
            if summarised.summary.account.id in wanted:
                yield summarised.summary.account, standings_from_json(summarised.told)

    def places(account_ids: Sequence[int]) -> Iterator[Whereabouts]:
        return iter(())  # accounts that are compared with no earlier digest have moved nowhere

    meetings = [meeting for assessment in assessments for meeting in assessment.state.meetings]
    names = assessments[0].state.names if assessments else {}
    account_names = {assessment.account.id: assessment.account.name for assessment in assessments}
    summaries = [summarised.summary for summarised in worked_out]
    return AccountSummaries(summaries, standings, places, meetings, names, lambda _: {}, lambda _: account_names)


def keep(session: Session, assessments: Sequence[Assessment]) -> list[Kept]:
    """Keep the summaries of these accounts for as long as they hold; the caller has the accounts' due rows locked."""
    summaries = {assessment.account.id: _kept(assessment) for assessment in assessments}
    queries.keep(session, summaries, RULES_VERSION)
    return list(summaries.values())


def missing(session: Session, job: str, portfolio: Portfolio, now: datetime) -> list[int]:
    """The accounts of a portfolio that have no summary, by id: more than `BATCH` of them are one more.

    What `job` has set aside until later is left out.
    """
    place, but = (portfolio.workspace_id, portfolio.id), queries.not_set_aside(job, now)
    return queries.without_summary(session, *place, RULES_VERSION, now, limit=BATCH + 1, but=but)


def keep_missing(
    session: Session, job: str, workspace_id: int, account_ids: Sequence[int], now: datetime
) -> bool | None:
    """Keep the summaries of those of these accounts that have none; returns whether any holds beyond `now`.

    None says that somebody else holds or writes all of them just now. An account that raises is set aside.
    """
    locked_ids = queries.hold_without_summary(session, workspace_id, account_ids, RULES_VERSION, now)
    if not locked_ids:
        return None

    def work(some: Sequence[int]) -> list[Kept]:
        states = proof_state.load_many(session, [workspace_id], some)
        return keep(session, [assess_now(state, now) for state in states])

    units = {Unit(workspace_id, Entity.ACCOUNT, account_id): account_id for account_id in locked_ids}
    kept = [row for rows in isolated(session, job, units, work, now) for row in rows]
    return any(row.until is None or row.until > now for row in kept)


def unreadable(
    session: Session,
    portfolio: Portfolio,
    since: datetime | None,
    now: datetime,
    also: Callable[[Sequence[int]], object] = len,
) -> dict[int, Exception]:
    """The accounts of a portfolio that cannot be read or judged, each with what that raises.

    `also` reads what a view needs of these accounts beside what a digest reads.
    """
    place = portfolio.workspace_id, portfolio.id

    def read(some: Sequence[int]) -> None:
        read_each(session, portfolio.workspace_id, some, now)
        for _ in queries.meetings(session, *place, since or now - HALF_A_YEAR, now, only=some):
            pass
        also(some)

    return unreadable_among(queries.account_ids(session, *place), read)


def read_each(session: Session, workspace_id: int, account_ids: Sequence[int], now: datetime) -> list[AccountSummary]:
    """The summaries of these accounts, kept or worked out, and where their outcomes stand."""
    kept = {}
    for account, figures, stored_standings in queries.kept_of(session, workspace_id, account_ids, RULES_VERSION, now):
        standings_from_json(stored_standings)
        kept[account.id] = AccountSummary.from_json(account, figures)
    rest = [account_id for account_id in account_ids if account_id not in kept]
    states = proof_state.load_many(session, [workspace_id], rest)
    return [*kept.values(), *(_WorkedOut.of(assess_now(state, now)).summary for state in states)]


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
