"""The meeting series of many accounts at once: who has none, what owners have, what was begun together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, CadenceKind, Tier
from bot.domain.model import Account
from bot.store.entities import Entity
from bot.store.schema import account, cadence, history, meeting, portfolio
from bot.store.schema.history import ACTS

_ACCOUNT = [account.c[field.name] for field in fields(Account)]


class Running(NamedTuple):
    """A series that runs, with the account's owner; `local_start` is the wall clock of its next meeting."""

    owner_id: int | None
    rrule: str
    local_start: str


def customers_without(session: Session, workspace_id: int, portfolio_id: int, tiers: Collection[Tier]) -> list[Account]:
    """The customers of a portfolio in these tiers that no running series meets, by id."""
    # within: the account is looked up in this workspace
    running = exists().where(cadence.c.account_id == account.c.id, cadence.c.active)
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours = inside & (account.c.status == AccountStatus.CUSTOMER) & account.c.taken_back_at.is_(None)
    statement = select(*_ACCOUNT).where(ours, account.c.tier.in_(tiers), ~running).order_by(account.c.id)
    return [Account(*row) for row in session.execute(statement)]


def count_without(session: Session, workspace_id: int, portfolio_id: int) -> int:
    """How many customers of a portfolio no running series meets."""
    # within: the account is looked up in this workspace
    running = exists().where(cadence.c.account_id == account.c.id, cadence.c.active)
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours = inside & (account.c.status == AccountStatus.CUSTOMER) & account.c.taken_back_at.is_(None)
    return int(session.execute(select(func.count()).select_from(account).where(ours, ~running)).scalar_one())


class Without(NamedTuple):
    """How many customers of a portfolio no running series meets; of those in none where the portfolio is None."""

    portfolio_id: int | None
    portfolio: str | None
    customers: int


def without(session: Session, workspace_id: int) -> list[Without]:
    """Where customers of a workspace are whom no running series meets, where most are first."""
    # within: the account is looked up in this workspace
    running = exists().where(cadence.c.account_id == account.c.id, cadence.c.active)
    ours = (account.c.workspace_id == workspace_id) & account.c.taken_back_at.is_(None)
    silent = ours & (account.c.status == AccountStatus.CUSTOMER) & ~running
    counted = select(account.c.portfolio_id, portfolio.c.name, func.count()).select_from(
        account.outerjoin(portfolio, portfolio.c.id == account.c.portfolio_id)
    )
    rows = session.execute(counted.where(silent).group_by(account.c.portfolio_id, portfolio.c.name))
    return sorted((Without(*row) for row in rows), key=lambda one: (-one.customers, one.portfolio_id or 0))


def that_ended(session: Session, workspace_id: int, account_ids: Collection[int]) -> int:
    """How many of these accounts had a series once."""
    ours = cadence.c.account_id.in_(account_ids) & Entity.CADENCE.in_workspace(workspace_id)
    return int(session.execute(select(func.count(cadence.c.account_id.distinct())).where(ours)).scalar_one())


def of_owners(session: Session, workspace_id: int, owner_ids: Collection[int]) -> list[Running]:
    """The running series of all accounts that these members own."""
    # within: the account is looked up in this workspace
    joined = cadence.join(account, account.c.id == cadence.c.account_id)
    ours = (account.c.workspace_id == workspace_id) & account.c.owner_id.in_(owner_ids) & cadence.c.active
    columns = account.c.owner_id, cadence.c.rrule, cadence.c.local_start
    rows = session.execute(select(*columns).select_from(joined).where(ours).order_by(cadence.c.id))
    return [Running(*row) for row in rows]


def hold(session: Session, workspace_id: int, account_ids: Collection[int]) -> None:
    """Hold the series of these accounts until the transaction ends, as whoever sets one by its form does.

    SQLite has one writer at a time and needs none.
    """
    if session.get_bind().dialect.name == "postgresql" and account_ids:
        key = func.hashtextextended(func.concat("cadence:", account.c.id), 0)
        ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(account_ids)
        wanted = select(account.c.id, key.label("key")).where(ours).order_by(account.c.id).subquery()
        # within: the accounts were selected by their workspace
        session.execute(select(func.pg_advisory_xact_lock(wanted.c.key))).all()


def asked_from(
    session: Session, workspace_id: int, account_ids: Collection[int], now: datetime
) -> set[tuple[int, CadenceKind, datetime]]:
    """The meetings from a moment on that were asked about already: account, kind and start."""
    ours = meeting.c.account_id.in_(account_ids) & Entity.MEETING.in_workspace(workspace_id)
    statement = select(meeting.c.account_id, meeting.c.kind, meeting.c.starts_at)
    return {(row[0], row[1], row[2]) for row in session.execute(statement.where(ours, meeting.c.starts_at >= now))}


def begun_at(session: Session, workspace_id: int, portfolio_id: int, member_id: int, moment: datetime) -> list[int]:
    """The series in a portfolio that a member began at one moment, by id."""
    joined = history.join(account, account.c.id == history.c.account_id)
    act = (history.c.workspace_id == workspace_id) & (history.c.entity == Entity.CADENCE.value)
    # The words of the partial index, so that both databases see that it holds what is asked for.
    act &= (history.c.member_id == member_id) & (history.c.at == moment) & text(ACTS)
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    lines = select(history.c.entity_id, history.c.before).select_from(joined).where(act, ours)
    rows = session.execute(lines.order_by(history.c.entity_id))
    return [row.entity_id for row in rows if row.before is None]


def untouched(session: Session, workspace_id: int, series_ids: Iterable[int]) -> list[Mapping[str, Any]]:
    """Those of these series that run as they were begun: nobody was asked, and nobody changed them. Held."""
    ids = list(series_ids)
    if not ids:
        return []
    lines = select(history.c.entity_id, history.c.before).where(
        history.c.workspace_id == workspace_id,
        history.c.entity == Entity.CADENCE.value,
        history.c.entity_id.in_(ids),
    )
    changed = {row.entity_id for row in session.execute(lines) if row.before is not None}
    ours = cadence.c.id.in_(ids) & Entity.CADENCE.in_workspace(workspace_id)
    met = exists().where(meeting.c.cadence_id == cadence.c.id)
    # within: the series are looked up in this workspace
    rows = session.execute(select(cadence).where(ours, cadence.c.active, ~met).order_by(cadence.c.id).with_for_update())
    return [dict(row) for row in rows.mappings() if row["id"] not in changed]
