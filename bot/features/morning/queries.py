"""All SQL of the morning message: whose is due, the series to ask about, and what a member has to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus
from bot.domain.model import Action, Risk
from bot.store import serving
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.schema import account, action, cadence, member, portfolio, risk
from bot.store.set_aside import Unit, not_resting

# As the index of running series says it (`bot/features/meetings/queries.py`).
_ACTIVE: ColumnElement[bool] = literal_column("cadence.active")


@dataclass(frozen=True, slots=True)
class Due:
    """A member whose morning message is due; `due_at` is None where nobody has worked out yet when it is."""

    unit: Unit
    due_at: datetime | None


def due_members(session: Session, job: str, now: datetime, limit: int) -> list[Due]:
    """Members with a morning message that is due, or not worked out yet; locked where the database can.

    What `job` has set aside until later is left out.
    """
    c = member.c
    whose = c.slack_id.is_not(None) & ~c.is_guest & ~c.is_deactivated & ~c.one_each
    is_due = c.next_morning_at.is_(None) | (c.next_morning_at <= now)
    served = serving.is_served(session, c.workspace_id)
    statement = (
        select(c.workspace_id, c.id, c.next_morning_at)
        .where(is_due, whose, served, not_resting(job, Entity.MEMBER, c.id, now))
        .order_by(c.next_morning_at, c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(statement)
    return [Due(Unit(row.workspace_id, Entity.MEMBER, row.id), row.next_morning_at) for row in rows]


def set_next(session: Session, me: Member, at: datetime) -> None:
    """Note when a member's next morning message is due; `due_members` has locked the row."""
    mine = (member.c.workspace_id == me.workspace_id) & (member.c.id == me.id)
    session.execute(update(member).where(mine).values(next_morning_at=at))


@dataclass(frozen=True, slots=True)
class ComingMeeting:
    """A series whose next meeting is near."""

    unit: Unit
    account_id: int
    starts_at: datetime


def coming_meetings(session: Session, job: str, me: Member, now: datetime, until: datetime) -> list[ComingMeeting]:
    """The running series that meet after now and before `until`, of accounts for which this member may be asked.

    They are locked where the database can; what `job` has set aside is left out.
    """
    joined = cadence.join(account, account.c.id == cadence.c.account_id).join(
        portfolio, portfolio.c.id == account.c.portfolio_id, isouter=True
    )
    mine = (account.c.owner_id == me.id) | (account.c.deputy_id == me.id) | (portfolio.c.manager_id == me.id)
    statement = (
        select(cadence.c.id, cadence.c.account_id, cadence.c.next_meeting_at)
        .select_from(joined)
        .where(account.c.workspace_id == me.workspace_id, mine, _ACTIVE)
        .where(cadence.c.next_meeting_at > now, cadence.c.next_meeting_at < until)
        .where(not_resting(job, Entity.CADENCE, cadence.c.id, now))
        .order_by(cadence.c.next_meeting_at, cadence.c.id)
        .with_for_update(skip_locked=True, of=cadence)
    )
    return [
        ComingMeeting(Unit(me.workspace_id, Entity.CADENCE, row.id), row.account_id, row.next_meeting_at)
        for row in session.execute(statement)
    ]


def todos(session: Session, me: Member, on: date, since: date, limit: int) -> tuple[list[tuple[Action, str]], int]:
    """The member's actions that are due by a day and open, or were done on `since` or later, each with its account's
    name: the oldest first, so many, and how many there are."""
    columns = [action.c[field.name] for field in fields(Action)]
    statement = (
        select(*columns, account.c.name)
        .select_from(action.join(account, account.c.id == action.c.account_id))
        .where(
            account.c.workspace_id == me.workspace_id,
            account.c.status == AccountStatus.CUSTOMER,
            action.c.owner_id == me.id,
            action.c.due_on <= on,
            action.c.dropped_on.is_(None),
            action.c.told_on.is_(None) | (action.c.told_on >= since),
        )
        .order_by(action.c.due_on, action.c.id)
    )
    return _first(session, statement, limit, lambda row: (Action(*row[:-1]), row[-1]))


def risks_held(session: Session, me: Member, now: datetime, limit: int) -> tuple[list[tuple[Risk, str]], int]:
    """The open risks that the member owns and that are not snoozed, each with its account's name: the worst first, so
    many, and how many there are."""
    columns = [risk.c[field.name] for field in fields(Risk)]
    statement = (
        select(*columns, account.c.name)
        .select_from(risk.join(account, account.c.id == risk.c.account_id))
        .where(
            account.c.workspace_id == me.workspace_id,
            risk.c.owner_id == me.id,
            risk.c.closed_at.is_(None),
            risk.c.snoozed_until.is_(None) | (risk.c.snoozed_until <= now),
        )
        .order_by(risk.c.severity.desc(), risk.c.id)
    )
    return _first(session, statement, limit, lambda row: (Risk(*row[:-1]), row[-1]))


def owned(session: Session, me: Member, limit: int) -> Sequence[int]:
    """The ids of the customers that the member owns, so many."""
    ours = (account.c.workspace_id == me.workspace_id) & (account.c.owner_id == me.id)
    customers = select(account.c.id).where(ours, account.c.status == AccountStatus.CUSTOMER)
    return list(session.execute(customers.order_by(account.c.id).limit(limit)).scalars())


def _first(session: Session, statement: Select[Any], limit: int, make: Any) -> tuple[list[Any], int]:
    rows = session.execute(statement.add_columns(func.count().over()).limit(limit)).all()
    return [make(row[:-1]) for row in rows], rows[0][-1] if rows else 0
