"""Loads the summary of each account of a portfolio: the kept ones as they are, the others computed now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.domain.account.assessment import Assessment
from bot.domain.model import MeetingFact
from bot.domain.portfolio.account_summary import AccountSummary, good_until, summarize_account
from bot.domain.rules_version import RULES_VERSION
from bot.features.portfolios import queries
from bot.features.portfolios.queries import Kept
from bot.store import members, proof_state

HALF_A_YEAR = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class AccountSummaries:
    """The summaries of some accounts, their recent meetings, and the names of owners and of those who were asked."""

    accounts: Sequence[AccountSummary]
    meetings: Sequence[MeetingFact]
    names: Mapping[int, str]


def of_portfolio(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime | None, now: datetime
) -> AccountSummaries:
    """All accounts of a portfolio, in a number of queries that does not depend on its size.

    The meetings are those from `since` on, or of half a year.
    """
    kept_by_id = queries.of_portfolio(session, workspace_id, portfolio_id, RULES_VERSION, now)
    accounts = queries.accounts(session, workspace_id, portfolio_id)
    summaries = [
        AccountSummary.from_json(account, *kept_by_id[account.id]) for account in accounts if account.id in kept_by_id
    ]
    if len(summaries) < len(accounts):
        not_kept = queries.without(workspace_id, portfolio_id, RULES_VERSION, now)
        others = proof_state.load_selected(session, workspace_id, not_kept)
        summaries += [summarize_account(assess_now(state, now)) for state in others]
    meetings = queries.meetings(session, workspace_id, portfolio_id, since or now - HALF_A_YEAR, now)
    people = {summary.account.owner_id for summary in summaries} | {meeting.asked for meeting in meetings}
    return AccountSummaries(summaries, meetings, members.names(session, [workspace_id], people))


def of_assessments(assessments: Sequence[Assessment]) -> AccountSummaries:
    """The same for accounts that are assessed already."""
    meetings = [meeting for assessment in assessments for meeting in assessment.state.meetings]
    names = assessments[0].state.names if assessments else {}
    return AccountSummaries([summarize_account(assessment) for assessment in assessments], meetings, names)


def keep(session: Session, assessments: Sequence[Assessment]) -> None:
    """Keep these summaries for as long as they hold; the caller has the accounts' due rows locked."""
    kept: dict[int, tuple[Kept, datetime | None]] = {}
    for assessment in assessments:
        summary = summarize_account(assessment)
        kept[assessment.account.id] = Kept(summary.as_json(), summary.told), good_until(assessment)
    queries.keep(session, kept, RULES_VERSION)
