"""Loads the brief of each account of a portfolio: the kept ones as they are, the others computed now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.domain.account.assessment import Assessment
from bot.domain.model import MeetingFact
from bot.domain.portfolio.account_summary import Brief, brief_of, good_until
from bot.domain.rules_version import RULES_VERSION
from bot.features.portfolios import queries
from bot.features.portfolios.queries import Kept
from bot.store import members, proof_state

HALF_A_YEAR = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class AccountSummaries:
    """Accounts in brief, their meetings of late, and the names of owners and of those who were asked."""

    briefs: Sequence[Brief]
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
    briefs = [Brief.from_json(account, *kept_by_id[account.id]) for account in accounts if account.id in kept_by_id]
    if len(briefs) < len(accounts):
        without_brief = queries.without(workspace_id, portfolio_id, RULES_VERSION, now)
        others = proof_state.load_selected(session, workspace_id, without_brief)
        briefs += [brief_of(assess_now(state, now)) for state in others]
    meetings = queries.meetings(session, workspace_id, portfolio_id, since or now - HALF_A_YEAR, now)
    people = {brief.account.owner_id for brief in briefs} | {meeting.asked for meeting in meetings}
    return AccountSummaries(briefs, meetings, members.names(session, [workspace_id], people))


def of_assessments(assessments: Sequence[Assessment]) -> AccountSummaries:
    """The same of accounts that are assessed already."""
    meetings = [meeting for assessment in assessments for meeting in assessment.state.meetings]
    names = assessments[0].state.names if assessments else {}
    return AccountSummaries([brief_of(assessment) for assessment in assessments], meetings, names)


def keep(session: Session, assessments: Sequence[Assessment]) -> None:
    """Keep these briefs for as long as they hold; the caller has the accounts' due rows locked."""
    kept: dict[int, tuple[Kept, datetime | None]] = {}
    for assessment in assessments:
        brief = brief_of(assessment)
        kept[assessment.account.id] = Kept(brief.as_json(), brief.told), good_until(assessment)
    queries.keep(session, kept, RULES_VERSION)
