"""The terms of contracts as they stand: of each term the version that was recorded last and not taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.account.contract_view import counting
from bot.domain.enums import ContractBasis
from bot.domain.model import Contract
from bot.store.entities import Entity
from bot.store.schema import contract

_FIELDS = [field.name for field in fields(Contract)]
STAND_IN_KEY = "stand-in"
"""The key of an account's stand-in; those of one that left and came back begin with it."""


def current(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, list[Contract]]:
    """The terms of these accounts of a workspace that count (`contract_view.counting`), by account and age."""
    terms: dict[int, list[Contract]] = {}
    for row in rows(session, workspace_id, account_ids):
        terms.setdefault(row["account_id"], []).append(contract_of(row))
    return {account_id: counting(some) for account_id, some in terms.items()}


def contract_of(row: Mapping[str, Any]) -> Contract:
    """The value of one row."""
    return Contract(**{name: row[name] for name in _FIELDS})


def of_result(session: Session, workspace_id: int, account_id: int, result_id: int) -> list[dict[str, Any]]:
    """The versions that a recorded result of a renewal wrote and nobody has taken back."""
    ours = (contract.c.account_id == account_id) & Entity.CONTRACT.in_workspace(workspace_id)
    wrote = (contract.c.result_id == result_id) & Entity.CONTRACT.still_there()
    return [dict(row) for row in session.execute(select(contract).where(ours, wrote)).mappings()]


def rows(
    session: Session, workspace_id: int, account_ids: Collection[int], *, locked: bool = False
) -> list[dict[str, Any]]:
    """The rows that `current` stands for. `locked` holds all versions of them until the transaction ends."""
    ours = contract.c.account_id.in_(account_ids) & Entity.CONTRACT.in_workspace(workspace_id)
    statement = select(contract).where(ours, Entity.CONTRACT.still_there())
    statement = statement.order_by(contract.c.account_id, contract.c.key, contract.c.version)
    newest: dict[tuple[int, str], dict[str, Any]] = {}
    for row in session.execute(statement.with_for_update() if locked else statement).mappings():
        newest[row["account_id"], row["key"]] = dict(row)
    return list(newest.values())


def of_stand_ins(
    session: Session, workspace_id: int, account_ids: Collection[int]
) -> tuple[dict[int, list[dict[str, Any]]], dict[tuple[int, str], int]]:
    """The stand-ins of these accounts as they stand, by account and age, and the newest version of each key."""
    ours = contract.c.account_id.in_(account_ids) & Entity.CONTRACT.in_workspace(workspace_id)
    statement = select(contract).where(ours, contract.c.key.startswith(STAND_IN_KEY))
    newest: dict[tuple[int, str], dict[str, Any]] = {}
    versions: dict[tuple[int, str], int] = {}
    for stored in session.execute(statement.order_by(contract.c.version)).mappings():
        key = (stored["account_id"], stored["key"])
        versions[key] = stored["version"]
        if stored["taken_back_at"] is None:
            newest[key] = dict(stored)
    standing: dict[int, list[dict[str, Any]]] = {}
    for (account_id, _), row in sorted(newest.items(), key=lambda item: (item[1]["starts_on"], item[1]["id"])):
        standing.setdefault(account_id, []).append(row)
    return standing, versions


def with_real(session: Session, workspace_id: int, account_ids: Collection[int]) -> set[int]:
    """Those of these accounts that have a contract beside their stand-in."""
    ours = contract.c.account_id.in_(account_ids) & Entity.CONTRACT.in_workspace(workspace_id)
    real = Entity.CONTRACT.still_there() & (contract.c.basis != ContractBasis.STAND_IN)
    return set(session.execute(select(contract.c.account_id).where(ours, real).distinct()).scalars())


def last_imported(
    session: Session, workspace_id: int, account_ids: Collection[int]
) -> dict[tuple[int, str], dict[str, Any]]:
    """Of each term, by account and key, the version that an import wrote last and nobody has taken back."""
    ours = contract.c.account_id.in_(account_ids) & Entity.CONTRACT.in_workspace(workspace_id)
    statement = select(contract).where(ours, Entity.CONTRACT.still_there(), contract.c.batch_id.isnot(None))
    by_age = session.execute(statement.order_by(contract.c.version)).mappings()
    return {(row["account_id"], row["key"]): dict(row) for row in by_age}


def last_versions(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """The newest version of each term by account and key, those included that were taken back."""
    ours = contract.c.account_id.in_(account_ids) & Entity.CONTRACT.in_workspace(workspace_id)
    statement = select(contract.c.account_id, contract.c.key, contract.c.version).where(ours)
    newest: dict[tuple[int, str], int] = {}
    for account_id, key, version in session.execute(statement):
        newest[account_id, key] = max(version, newest.get((account_id, key), 0))
    return newest
