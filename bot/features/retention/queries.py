"""All SQL on retention: who its accounts are, where they were on a day, and what quarters cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bot.domain.account.contract_view import until_told
from bot.domain.enums import AccountStatus, Tier
from bot.domain.model import Contract
from bot.store import contract_terms
from bot.store.entities import Entity
from bot.store.schema import account, contract, history, member, portfolio, quarter_cost
from bot.store.schema.history import OF_ACCOUNTS
from bot.store.types import as_json

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Customer:
    """An account, with the portfolio and the tier that it had on a day."""

    id: int
    name: str
    external_id: str | None
    portfolio_id: int | None
    tier: Tier


def customers(session: Session, workspace_id: int, then: datetime) -> list[Customer]:
    """All accounts of a workspace, former ones too, as they were placed at the moment `then`.

    One that had no portfolio then has the first that it was put in. So who moves an account out of a portfolio, or sets
    its tier by hand, changes no figure of the past.
    """
    columns = [account.c[name] for name in Customer.__slots__]
    ours = (account.c.workspace_id == workspace_id) & Entity.ACCOUNT.still_there()
    found = {row.id: Customer(*row) for row in session.execute(select(*columns).where(ours).order_by(account.c.id))}
    changes = select(history.c.account_id, history.c.before).where(
        history.c.workspace_id == workspace_id,
        # In the words of the index, which SQLite takes for nothing else.
        text(OF_ACCOUNTS),
        history.c.at > then,
        history.c.before.is_not(None),
    )
    told: set[tuple[int, str]] = set()
    for row in session.execute(changes.order_by(history.c.id)):
        was, before = found.get(row.account_id), as_json(row.before) or {}
        if was is None:
            continue
        if before.get("portfolio_id") is not None and (was.id, "portfolio") not in told:
            told.add((was.id, "portfolio"))
            found[was.id] = was = replace(was, portfolio_id=int(before["portfolio_id"]))
        if before.get("tier") is not None and (was.id, "tier") not in told:
            told.add((was.id, "tier"))
            found[was.id] = replace(was, tier=Tier(before["tier"]))
    return list(found.values())


def has_contracts(session: Session, workspace_id: int, portfolio_id: int) -> bool:
    """Whether any account that is in a portfolio today has a contract on record."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    found = select(contract.c.id).join(account, account.c.id == contract.c.account_id).where(ours)
    return session.execute(found.limit(1)).first() is not None


def terms(session: Session, workspace_id: int, account_ids: Sequence[int]) -> dict[int, list[Contract]]:
    """The terms of these accounts, however many they are; what nobody has said the end of runs on."""
    found: dict[int, list[Contract]] = {}
    for start in range(0, len(account_ids), _AT_ONCE):
        some = account_ids[start : start + _AT_ONCE]
        stays = (account.c.status == AccountStatus.CUSTOMER) & account.c.leaves_on.is_(None)
        ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(some)
        staying = set(session.execute(select(account.c.id).where(ours, stays)).scalars())
        for account_id, own in contract_terms.current(session, workspace_id, some).items():
            found[account_id] = until_told(own) if account_id in staying else own
    return found


def portfolio_names(session: Session, workspace_id: int) -> list[str]:
    """The names of the portfolios of a workspace."""
    there = (portfolio.c.workspace_id == workspace_id) & portfolio.c.taken_back_at.is_(None)
    return list(session.execute(select(portfolio.c.name).where(there).order_by(portfolio.c.name)).scalars())


class Costs(NamedTuple):
    """What was said of a quarter, and by whom; `margin` in hundredths of a percent, amounts in minor units."""

    id: int
    quarter: date
    currency: str
    version: int
    margin: int | None
    retention: int | None
    acquisition: int | None
    by: str
    at: datetime


def costs(session: Session, workspace_id: int) -> dict[tuple[date, str], Costs]:
    """What stands for each quarter and currency: the newest version."""
    columns = [quarter_cost.c[name] for name in ("id", "quarter", "currency", "version", "gross_margin")]
    columns += [
        quarter_cost.c.retention_minor,
        quarter_cost.c.acquisition_minor,
        member.c.name,
        quarter_cost.c.entered_at,
    ]
    joined = quarter_cost.join(member, member.c.id == quarter_cost.c.entered_by)
    ours = select(*columns).select_from(joined).where(quarter_cost.c.workspace_id == workspace_id)
    rows = [Costs(*row) for row in session.execute(ours.order_by(quarter_cost.c.id))]
    return {(row.quarter, row.currency): row for row in rows}


def lock_costs(session: Session, workspace_id: int) -> None:
    """Hold the costs of a workspace until the transaction ends, so that of two who save the second finds the first.

    SQLite has one writer at a time and needs none.
    """
    if session.get_bind().dialect.name == "postgresql":
        # within: this reads no table
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"costs:{workspace_id}", 0))))


def add_costs(
    session: Session,
    workspace_id: int,
    said: Costs,
    member_id: int,
) -> int:
    """Append a version; returns its id. The caller holds the costs."""
    made = session.execute(
        insert(quarter_cost)
        .values(
            workspace_id=workspace_id,
            quarter=said.quarter,
            currency=said.currency,
            version=said.version,
            gross_margin=said.margin,
            retention_minor=said.retention,
            acquisition_minor=said.acquisition,
            entered_by=member_id,
            entered_at=said.at,
        )
        .returning(quarter_cost.c.id)
    )
    return int(made.scalar_one())
