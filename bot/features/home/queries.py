"""What one member has to do: answers owed, actions due, risks held, each with its account's name; and their accounts.

Each list is one query that gives the first rows and how many there are in all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import Session

from bot.app.readable import told_apart
from bot.domain.enums import AccountStatus, CadenceKind, PromptState
from bot.domain.model import Account, Action, Risk
from bot.features.portfolios.queries import summarized, summary_holds, worst_first
from bot.store.members import Member
from bot.store.schema import account, action, brief, meeting, member, outcome, portfolio, prompt, risk

_ACCOUNT = [account.c[field.name] for field in fields(Account)]


T = TypeVar("T")
First: TypeAlias = tuple[list[T], int]
"""The first rows, and how many there are in all."""


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
    return _first(session, owed.order_by(meeting.c.starts_at, prompt.c.id), limit, lambda row: Owed(*row), left_out)


def actions_due(
    session: Session, me: Member, until: date, limit: int, left_out: Collection[int] = ()
) -> First[tuple[Action, str]]:
    """The open actions of this member that are due by a day, the oldest first, each with its account's name."""
    columns = [action.c[field.name] for field in fields(Action)]
    joined = action.join(account, account.c.id == action.c.account_id)
    due = (
        select(*columns, account.c.name)
        .select_from(joined)
        .where(
            account.c.workspace_id == me.workspace_id,
            action.c.owner_id == me.id,
            action.c.told_on.is_(None) | action.c.told_words.is_(None),
            action.c.dropped_on.is_(None),
            action.c.due_on <= until,
            account.c.status == AccountStatus.CUSTOMER,
        )
    )
    in_order = due.order_by(action.c.due_on, action.c.id)
    return _first(session, in_order, limit, lambda row: (Action(*row[:-1]), row[-1]), left_out)


def risks_held(session: Session, me: Member, limit: int, left_out: Collection[int] = ()) -> First[tuple[Risk, str]]:
    """The open risks that this member owns, the worst first, each with its account's name."""
    columns = [risk.c[field.name] for field in fields(Risk)]
    joined = risk.join(account, account.c.id == risk.c.account_id)
    risks = select(*columns, account.c.name).select_from(joined)
    ours = (account.c.workspace_id == me.workspace_id) & (risk.c.owner_id == me.id)
    mine = risks.where(ours, risk.c.closed_at.is_(None))
    in_order = mine.order_by(risk.c.severity.desc(), risk.c.id)
    return _first(session, in_order, limit, lambda row: (Risk(*row[:-1]), row[-1]), left_out)


@dataclass(frozen=True, slots=True)
class Retirement:
    """An outcome that was retired and waits for a manager's agreement."""

    outcome_id: int
    account: str
    title: str
    on: date
    why: str | None
    by: str | None


def retirements_waiting(
    session: Session, me: Member, today: date, limit: int, left_out: Collection[int] = (), *, manages: bool
) -> First[Retirement]:
    """The retirements that this member is asked to agree to, the oldest first (`bot.app.reviewers`).

    They are those of the portfolios that the member manages. Where there is no manager, or the manager is of the
    account's own team, admins and (with `manages`) the other managers are asked.
    """
    columns = (
        outcome.c.id,
        account.c.name,
        outcome.c.title,
        outcome.c.retired_on,
        outcome.c.retired_why,
        member.c.name,
    )
    joined = (
        outcome.join(account, account.c.id == outcome.c.account_id)
        .join(portfolio, portfolio.c.id == account.c.portfolio_id, isouter=True)
        .join(member, member.c.id == outcome.c.retired_by, isouter=True)
    )
    team = (func.coalesce(account.c.owner_id, 0), func.coalesce(account.c.deputy_id, 0))
    theirs = (portfolio.c.manager_id == me.id) if not (me.is_admin or manages) else (
        (portfolio.c.manager_id == me.id) | func.coalesce(portfolio.c.manager_id, 0).in_((0, *team))
    )  # fmt: skip
    waiting = select(*columns).select_from(joined).where(
        account.c.workspace_id == me.workspace_id,
        account.c.status == AccountStatus.CUSTOMER,
        account.c.taken_back_at.is_(None),
        outcome.c.taken_back_at.is_(None),
        outcome.c.retired_on <= today,
        outcome.c.retire_agreed_on.is_(None),
        *(column != me.id for column in (*team, func.coalesce(outcome.c.retired_by, 0))),
        theirs,
    )  # fmt: skip
    in_order = waiting.order_by(outcome.c.retired_on, outcome.c.id)
    return _first(session, in_order, limit, lambda row: Retirement(*row), left_out)


def _first(
    session: Session, statement: Select[Any], limit: int, make: Callable[[Any], T], left_out: Collection[int]
) -> First[T]:
    """The first rows of a statement without the accounts of `left_out`; `UnreadableError` names those at fault."""
    readable = statement.where(account.c.id.not_in(left_out)) if left_out else statement

    def lines(chosen: Select[Any]) -> First[T]:
        rows = session.execute(chosen.add_columns(func.count().over()).limit(limit)).all()
        return [make(row[:-1]) for row in rows], rows[0][-1] if rows else 0

    def suspects() -> list[int]:
        ids = session.execute(readable.with_only_columns(account.c.id).limit(limit)).scalars()
        return sorted(set(ids))

    return told_apart(lambda: lines(readable), suspects, lambda some: lines(readable.where(account.c.id.in_(some))))


@dataclass(frozen=True, slots=True)
class MyAccounts:
    """The customers that one member owns or stands in for, but for a few; `rules` and `now` say whether a kept summary
    holds."""

    me: Member
    rules: str
    now: datetime
    left_out: tuple[int, ...] = ()

    def count(self, session: Session) -> tuple[int, int]:
        """How many there are, and how many of them have no summary that holds."""
        holds = func.coalesce(self._holds, false())
        counts = (
            select(func.count(), func.count().filter(holds))
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out))
        )
        many, with_summary = session.execute(counts).one()
        return many, many - with_summary

    def without_summary(self, session: Session, limit: int) -> list[int]:
        """Those that have no summary that holds, by id."""
        ids = (
            select(account.c.id)
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._holds.is_not(true()))
        )
        return list(session.execute(ids.order_by(account.c.id).limit(limit)).scalars())

    def with_summary(self, session: Session, start: int, limit: int) -> list[tuple[Account, str]]:
        """Those whose summary holds, worst first, from number `start` on, each with its figures."""
        accounts_with_summary = (
            select(*_ACCOUNT, brief.c.figures)
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._holds)
        )
        rows = session.execute(accounts_with_summary.order_by(*worst_first(session)).offset(start).limit(limit)).all()
        return [(Account(*row[:-1]), row[-1]) for row in rows]

    def on_the_way(self, session: Session, start: int, limit: int) -> list[int]:
        """The ids of all that a page which begins at `start` may read: `limit` of each kind."""
        before = max(0, start - limit)
        ids = (
            select(account.c.id)
            .select_from(summarized())
            .where(_mine(self.me.workspace_id, self.me.id, self.left_out), self._holds)
        )
        kept = ids.order_by(*worst_first(session)).offset(before).limit(start - before + limit)
        asked = [*session.execute(kept).scalars(), *self.without_summary(session, limit)]
        return sorted({*asked, *self.as_last_kept(session, start, limit)})

    def as_last_kept(self, session: Session, start: int, limit: int) -> list[int]:
        """All of them by what was last kept of each, worst first, from number `start` on, by id."""
        ids = (
            select(account.c.id).select_from(summarized()).where(_mine(self.me.workspace_id, self.me.id, self.left_out))
        )
        return list(session.execute(ids.order_by(*worst_first(session)).offset(start).limit(limit)).scalars())

    @property
    def _holds(self) -> ColumnElement[bool]:
        return summary_holds(self.rules, self.now)


def _mine(workspace_id: int, member_id: int, left_out: Collection[int]) -> ColumnElement[bool]:
    theirs = (account.c.owner_id == member_id) | (account.c.deputy_id == member_id)
    mine = (account.c.workspace_id == workspace_id) & theirs & (account.c.status == AccountStatus.CUSTOMER)
    return mine & account.c.id.not_in(left_out) if left_out else mine
