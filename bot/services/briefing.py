"""Gives a portfolio in brief: what the last look at each account came to, and the rest worked out now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.assessment import Assessment, assess
from bot.domain.brief import Brief, brief_of, good_until, rules
from bot.domain.model import MeetingFact
from bot.store import briefs, members, proof
from bot.store.briefs import Kept

HALF_A_YEAR = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Briefing:
    """Accounts in brief, their meetings of late, and the names of owners and of those who were asked."""

    briefs: Sequence[Brief]
    meetings: Sequence[MeetingFact]
    names: Mapping[int, str]


def of_portfolio(session: Session, portfolio_id: int, since: datetime | None, now: datetime) -> Briefing:
    """All accounts of a portfolio, in a number of queries that does not depend on its size.

    The meetings are those from `since` on, or of half a year.
    """
    kept = briefs.of_portfolio(session, portfolio_id, rules(), now)
    accounts = briefs.accounts(session, portfolio_id)
    held = [Brief.from_json(account, *kept[account.id]) for account in accounts if account.id in kept]
    if len(held) < len(accounts):
        others = proof.load_selected(session, briefs.without(portfolio_id, rules(), now))
        held += [brief_of(assess(state, now.date(), now)) for state in others]
    meetings = briefs.meetings(session, portfolio_id, since or now - HALF_A_YEAR, now)
    people = {one.account.owner_id for one in held} | {meeting.asked for meeting in meetings}
    return Briefing(held, meetings, members.names(session, people))


def of_assessments(assessments: Sequence[Assessment]) -> Briefing:
    """The same of accounts that are assessed already."""
    meetings = [meeting for one in assessments for meeting in one.state.meetings]
    names = assessments[0].state.names if assessments else {}
    return Briefing([brief_of(one) for one in assessments], meetings, names)


def keep(session: Session, assessments: Sequence[Assessment]) -> None:
    """Keep these briefs for as long as they hold; the caller has the accounts' due rows locked."""
    kept: dict[int, tuple[Kept, datetime | None]] = {}
    for one in assessments:
        brief = brief_of(one)
        kept[one.account.id] = Kept(brief.as_json(), brief.told), good_until(one)
    briefs.keep(session, kept, rules())
