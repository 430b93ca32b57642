"""All SQL on retention: who its accounts are, where they were on a day, and what quarters cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bot.domain.account.contract_view import counting, until_told
from bot.domain.enums import AccountStatus, Tier
from bot.domain.model import Contract
from bot.store import contract_terms
from bot.store.entities import Entity
from bot.store.schema import account, account_merge, contract, history, member, portfolio, quarter_cost
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


class Merged(NamedTuple):
    """Two customers that were made one and still are: `merged_id` went into `account_id`. The terms in `uncounted`
    count no more; `was_former` says that it had left by then."""

    account_id: int
    merged_id: int
    name: str
    by: str
    at: datetime
    was_former: bool
    uncounted: frozenset[int]


def merged(session: Session, workspace_id: int) -> list[Merged]:
    """The merges of a workspace that nobody has undone, the oldest first."""
    columns = (account_merge.c.account_id, account_merge.c.merged_id, account_merge.c.at, account_merge.c.moved)
    joined = account_merge.join(member, member.c.id == account_merge.c.member_id)
    standing = (account_merge.c.workspace_id == workspace_id) & account_merge.c.undone_at.is_(None)
    statement = select(*columns, member.c.name).select_from(joined).where(standing).order_by(account_merge.c.id)
    found = []
    for row in session.execute(statement):
        moved = as_json(row.moved) or {}
        was, ids = moved["was"]["merged"], [term["id"] for term in moved["terms"]]
        gone = (contract.c.id.in_(ids)) & Entity.CONTRACT.in_workspace(workspace_id)
        uncounted = session.execute(select(contract.c.id).where(gone, contract.c.taken_back_at.is_not(None))).scalars()
        was_former = was["status"] == AccountStatus.FORMER.value
        pair = row.account_id, row.merged_id
        found.append(Merged(*pair, was["name"], row.name, row.at, was_former, frozenset(uncounted)))
    return found


def customers(session: Session, workspace_id: int, then: datetime, lost: Sequence[int] = ()) -> list[Customer]:
    """All accounts of a workspace, former ones too, as they were placed at the moment `then`.

    `lost` are former customers that became part of another one: they are lost all the same. One that had no portfolio
    then has the first that it was put in. So who moves an account out of a portfolio, or sets its tier by hand, changes
    no figure of the past.
    """
    columns = [account.c[name] for name in Customer.__slots__]
    there = Entity.ACCOUNT.still_there() | account.c.id.in_(lost)
    ours = (account.c.workspace_id == workspace_id) & there
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


def lost_terms(session: Session, workspace_id: int, gone: Sequence[Merged]) -> dict[int, list[Contract]]:
    """The terms of former customers that became part of another one, by the id that they had themselves."""
    found: dict[int, list[Contract]] = {}
    for one in gone:
        ours = contract.c.id.in_(one.uncounted) & Entity.CONTRACT.in_workspace(workspace_id)
        rows = session.execute(select(contract).where(ours).order_by(contract.c.version)).mappings()
        newest = {row["key"]: contract_terms.contract_of(dict(row)) for row in rows}
        found[one.merged_id] = counting([replace(term, account_id=one.merged_id) for term in newest.values()])
    return found


class Rewritten(NamedTuple):
    """The terms of an account as each was recorded first, and who changed one of them last."""

    terms: list[Contract]
    by: str | None
    at: datetime


def rewritten(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, Rewritten]:
    """Those of these accounts that have a term of which a later version stands."""
    ours = Entity.CONTRACT.in_workspace(workspace_id) & Entity.CONTRACT.still_there()
    changed = select(contract.c.account_id).where(ours, contract.c.version > 1).distinct()
    ids = sorted(set(session.execute(changed).scalars()) & set(account_ids))
    found: dict[int, Rewritten] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = contract.c.account_id.in_(ids[start : start + _AT_ONCE])
        joined = contract.outerjoin(member, member.c.id == contract.c.recorded_by)
        statement = select(contract, member.c.name.label("by")).select_from(joined).where(ours, some)
        first: dict[int, dict[str, Contract]] = {}
        for row in session.execute(statement.order_by(contract.c.recorded_at, contract.c.version)).mappings():
            first.setdefault(row["account_id"], {}).setdefault(row["key"], contract_terms.contract_of(dict(row)))
            if row["version"] > 1:
                found[row["account_id"]] = Rewritten([], row["by"], row["recorded_at"])
        for account_id, terms in first.items():
            found[account_id] = found[account_id]._replace(terms=counting(list(terms.values())))
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
