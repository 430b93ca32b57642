"""All SQL on how far a workspace is set up, and the keys of the first words to its people."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Tier
from bot.outbox.types import MessageKey
from bot.store.schema import account, answer, cadence, member, outcome, portfolio
from bot.store.schema.outbox import outbox

ADMIN_KEY = MessageKey("welcome-admin")
OWNER_KEY = MessageKey("welcome-owner")
MANAGER_KEY = MessageKey("welcome-manager")


def first_answer_at(session: Session, workspace_id: int) -> datetime | None:
    """When the first answer of a workspace was given; None while there is none."""
    joined = answer.join(account, account.c.id == answer.c.account_id)
    first = select(answer.c.answered_at).select_from(joined).where(account.c.workspace_id == workspace_id)
    return session.execute(first.order_by(answer.c.id).limit(1)).scalar_one_or_none()


class Counts(NamedTuple):
    """How many customers there are, how many have no owner, and how many of those with a tier that is met have no
    series."""

    customers: int
    unowned: int
    silent: int


def counts(session: Session, workspace_id: int) -> Counts:
    """The same for a workspace."""
    silent = ~_met() & (account.c.tier != Tier.TECH_TOUCH)
    columns = (func.count(), func.count(case((account.c.owner_id.is_(None), 1))), func.count(case((silent, 1))))
    return Counts(*session.execute(select(*columns).select_from(account).where(_customers(workspace_id))).one())


def most_silent(session: Session, workspace_id: int) -> int | None:
    """The portfolio with most customers whom nobody meets."""
    silent = _customers(workspace_id) & ~_met() & (account.c.tier != Tier.TECH_TOUCH)
    inside = silent & account.c.portfolio_id.is_not(None)
    by_portfolio = select(account.c.portfolio_id).where(inside).group_by(account.c.portfolio_id)
    most = by_portfolio.order_by(func.count().desc(), account.c.portfolio_id).limit(1)
    return session.execute(most).scalar_one_or_none()


def next_renewals(session: Session, workspace_id: int, today: date, limit: int) -> list[tuple[int, str, bool]]:
    """The customers that renew next, with id, name and whether an outcome of theirs is written down."""
    # within: the account is looked up in this workspace
    stands = outcome.c.retired_on.is_(None) & outcome.c.taken_back_at.is_(None)
    written = exists().where(outcome.c.account_id == account.c.id, stands)
    columns = (account.c.id, account.c.name, written)
    past_last = case((account.c.renewal_date < today, 1), else_=0)
    order = (past_last, account.c.renewal_date.asc().nulls_last(), account.c.id)
    rows = session.execute(select(*columns).where(_customers(workspace_id)).order_by(*order).limit(limit))
    return [(row[0], row[1], bool(row[2])) for row in rows]


def anybody_told(session: Session, workspace_id: int) -> bool:
    """Whether any owner or manager of a workspace had a first message."""
    for key in (OWNER_KEY, MANAGER_KEY):
        ours = (outbox.c.workspace_id == workspace_id) & (outbox.c.key > f"{key.prefix}:")
        first = select(outbox.c.id).where(ours, outbox.c.key < f"{key.prefix};").limit(1)
        if session.execute(first).first() is not None:
            return True
    return False


class Leader(NamedTuple):
    """Somebody who owns customers, or manages a portfolio; `slack_id` is None where Slack does not reach them."""

    id: int
    name: str
    slack_id: str | None
    tz: str
    customers: int
    portfolio: str | None


def leaders(session: Session, workspace_id: int) -> list[Leader]:
    """The managers of portfolios and the owners of customers, by name; who has left is none."""
    owned = (
        select(account.c.owner_id, func.count().label("customers"))
        .where(_customers(workspace_id), account.c.owner_id.is_not(None))
        .group_by(account.c.owner_id)
        .subquery()
    )
    there = (portfolio.c.workspace_id == workspace_id) & portfolio.c.taken_back_at.is_(None)
    managed = (
        select(portfolio.c.manager_id, func.min(portfolio.c.name).label("name"))
        .where(there, portfolio.c.manager_id.is_not(None))
        .group_by(portfolio.c.manager_id)
        .subquery()
    )
    joined = member.outerjoin(owned, owned.c.owner_id == member.c.id).outerjoin(
        managed, managed.c.manager_id == member.c.id
    )
    ours = (member.c.workspace_id == workspace_id) & ~member.c.is_deactivated & ~member.c.is_guest
    leads = owned.c.customers.is_not(None) | managed.c.name.is_not(None)
    columns = (member.c.id, member.c.name, member.c.slack_id, member.c.tz, func.coalesce(owned.c.customers, 0))
    statement = select(*columns, managed.c.name).select_from(joined).where(ours, leads)
    return [Leader(*row) for row in session.execute(statement.order_by(member.c.name, member.c.id))]


def largest_of(session: Session, workspace_id: int, owner_id: int, limit: int) -> list[tuple[int, str]]:
    """The customers of most ARR that a member owns: id and name."""
    theirs = _customers(workspace_id) & (account.c.owner_id == owner_id)
    in_order = (account.c.arr_minor.desc().nulls_last(), account.c.id)
    rows = session.execute(select(account.c.id, account.c.name).where(theirs).order_by(*in_order).limit(limit))
    return [(row.id, row.name) for row in rows]


def owners_in(session: Session, workspace_id: int, portfolio_id: int) -> tuple[int, int]:
    """How many customers a portfolio has, and how many people own them."""
    inside = _customers(workspace_id) & (account.c.portfolio_id == portfolio_id)
    row = session.execute(select(func.count(), func.count(account.c.owner_id.distinct())).where(inside)).one()
    return row[0], row[1]


def _customers(workspace_id: int) -> ColumnElement[bool]:
    ours = (account.c.workspace_id == workspace_id) & (account.c.status == AccountStatus.CUSTOMER)
    return ours & account.c.taken_back_at.is_(None)


def _met() -> ColumnElement[bool]:
    # within: the account is looked up in its workspace
    return exists().where(cadence.c.account_id == account.c.id, cadence.c.active)
