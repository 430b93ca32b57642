"""What one member has to do: answers owed, actions due, risks held, each with its account's name; and their accounts.

Each list is one query that gives the first rows and how many there are in all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, select, true
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, CadenceKind, PromptState, Severity
from bot.domain.model import Account, Action, Risk
from bot.domain.values.days import shift_day
from bot.features.home.views import Show, Sort
from bot.features.oversight.queries import First, first_of
from bot.features.portfolios.queries import summarized, summary_holds, worst_first
from bot.store.members import Member
from bot.store.schema import account, account_due, action, brief, meeting, outcome, prompt, risk

RENEWING = timedelta(days=120)
_ACCOUNT = [account.c[field.name] for field in fields(Account)]


@dataclass(frozen=True, slots=True)
class Owed:
    """An open prompt of a member."""

    prompt_id: int
    account_id: int
    account: str
    kind: CadenceKind
    starts_at: datetime


def answers_owed(session: Session, me: Member, limit: int, left_out: Collection[int] = ()) -> First[Owed]:
    """The prompts that this member still owes an answer to, next meeting first."""
    columns = (prompt.c.id, prompt.c.account_id, account.c.name, meeting.c.kind, meeting.c.starts_at)
    joined = prompt.join(meeting, meeting.c.id == prompt.c.meeting_id).join(
        account, account.c.id == prompt.c.account_id
    )
    mine = (prompt.c.workspace_id == me.workspace_id) & (prompt.c.member_id == me.id)
    owed = select(*columns).select_from(joined).where(mine, prompt.c.state == PromptState.OPEN)
    return first_of(session, owed.order_by(meeting.c.starts_at, prompt.c.id), limit, lambda row: Owed(*row), left_out)


def actions_due(
    session: Session, me: Member, days: tuple[date, date], limit: int, left_out: Collection[int] = ()
) -> First[tuple[Action, str]]:
    """The actions of this member that are due by the later of two days and open, or were done on the earlier one or
    since: the oldest first, each with its account's name."""
    since, until = days
    columns = [action.c[field.name] for field in fields(Action)]
    joined = action.join(account, account.c.id == action.c.account_id)
    due = (
        select(*columns, account.c.name)
        .select_from(joined)
        .where(
            account.c.workspace_id == me.workspace_id,
            action.c.owner_id == me.id,
            action.c.told_on.is_(None) | action.c.told_words.is_(None) | (action.c.told_on >= since),
            action.c.dropped_on.is_(None),
            action.c.due_on <= until,
            account.c.status == AccountStatus.CUSTOMER,
        )
    )
    in_order = due.order_by(action.c.due_on, action.c.id)
    return first_of(session, in_order, limit, lambda row: (Action(*row[:-1]), row[-1]), left_out)


def risks_held(session: Session, me: Member, limit: int, left_out: Collection[int] = ()) -> First[tuple[Risk, str]]:
    """The open risks that this member owns, the worst first, each with its account's name."""
    columns = [risk.c[field.name] for field in fields(Risk)]
    joined = risk.join(account, account.c.id == risk.c.account_id)
    risks = select(*columns, account.c.name).select_from(joined)
    ours = (account.c.workspace_id == me.workspace_id) & (risk.c.owner_id == me.id)
    mine = risks.where(ours, risk.c.closed_at.is_(None))
    in_order = mine.order_by(risk.c.severity.desc(), risk.c.id)
    return first_of(session, in_order, limit, lambda row: (Risk(*row[:-1]), row[-1]), left_out)


@dataclass(frozen=True, slots=True)
class MyAccounts:
    """The customers that one member owns or stands in for, but for a few; `rules` and `now` say whether a kept summary
    holds. `show` chooses some of them, as of the day `today`; `sort` is the order of `as_last_kept`."""

    me: Member
    rules: str
    now: datetime
    left_out: tuple[int, ...] = ()
    show: Show = Show.ALL
    sort: Sort = Sort.WORST
    today: date = date.min

    def count(self, session: Session) -> tuple[int, int]:
        """How many there are, and how many of them have no summary that holds."""
        holds = func.coalesce(self._holds, false())
        counts = (
            select(func.count(), func.count().filter(holds))
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._chosen)
        )
        many, with_summary = session.execute(counts).one()
        return many, many - with_summary

    def without_summary(self, session: Session, limit: int) -> list[int]:
        """Those that have no summary that holds, by id."""
        ids = (
            select(account.c.id)
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._chosen, self._holds.is_not(true()))
        )
        return list(session.execute(ids.order_by(account.c.id).limit(limit)).scalars())

    def with_summary(self, session: Session, start: int, limit: int) -> list[tuple[Account, str]]:
        """Those whose summary holds, worst first, from number `start` on, each with its figures."""
        theirs = _mine(self.me.workspace_id, self.me.id, self.left_out) & self._chosen & self._holds
        # Only ids are sorted: whole rows of many accounts would be moved about for the few that are shown.
        sorted_ids = select(account.c.id).select_from(summarized()).where(theirs).order_by(*worst_first(session))
        ids = sorted_ids.offset(start).limit(limit).subquery()
        rows_of_page = (
            select(*_ACCOUNT, brief.c.figures).select_from(summarized()).where(account.c.id.in_(select(ids.c.id)))
        )
        rows = session.execute(rows_of_page.order_by(*worst_first(session)))
        return [(Account(*row[:-1]), row[-1]) for row in rows]

    def on_the_way(self, session: Session, start: int, limit: int) -> list[int]:
        """The ids of all that a page which begins at `start` may read: `limit` of each kind."""
        before = max(0, start - limit)
        ids = (
            select(account.c.id)
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._chosen, self._holds)
        )
        kept = ids.order_by(*worst_first(session)).offset(before).limit(start - before + limit)
        asked = [*session.execute(kept).scalars(), *self.without_summary(session, limit)]
        return sorted({*asked, *self.as_last_kept(session, start, limit)})

    def as_last_kept(self, session: Session, start: int, limit: int) -> list[int]:
        """All of them in their order, by what was last kept of each, from number `start` on, by id."""
        ids = (
            select(account.c.id)
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._chosen)
        )
        return list(session.execute(ids.order_by(*self._order(session)).offset(start).limit(limit)).scalars())

    def _order(self, session: Session) -> tuple[ColumnElement[Any], ...]:
        by_name = (func.lower(account.c.name), account.c.id)
        match self.sort:
            case Sort.RENEWAL:
                return (account.c.renewal_date.asc().nulls_last(), *by_name)
            case Sort.ARR:
                return (account.c.arr_minor.desc().nulls_last(), *by_name)
            case Sort.NAME:
                return by_name
            case Sort.WORST:
                return worst_first(session)

    @property
    def _chosen(self) -> ColumnElement[bool]:
        match self.show:
            case Show.NEEDS:
                return func.coalesce(account_due.c.brief_severity, 0) >= Severity.MEDIUM
            case Show.RENEWING:
                return account.c.renewal_date <= shift_day(self.today, RENEWING)
            case Show.NO_PLAN:
                return ~_has_plan()
            case Show.ALL:
                return true()

    @property
    def _holds(self) -> ColumnElement[bool]:
        return summary_holds(self.rules, self.now)


def owns_any(session: Session, me: Member) -> bool:
    """Whether a member owns or stands in for any customer."""
    theirs = select(account.c.id).where(_mine(me.workspace_id, me.id, ()))
    return session.execute(theirs.limit(1)).first() is not None


def _has_plan() -> ColumnElement[bool]:
    # within: the account is looked up in its workspace
    stands = outcome.c.retired_on.is_(None) & outcome.c.taken_back_at.is_(None)
    return exists().where(outcome.c.account_id == account.c.id, stands)


def _mine(workspace_id: int, member_id: int, left_out: Collection[int]) -> ColumnElement[bool]:
    theirs = (account.c.owner_id == member_id) | (account.c.deputy_id == member_id)
    mine = (account.c.workspace_id == workspace_id) & theirs & (account.c.status == AccountStatus.CUSTOMER)
    return mine & account.c.id.not_in(left_out) if left_out else mine
