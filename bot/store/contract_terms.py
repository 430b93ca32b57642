"""The terms of contracts as they stand: of each term the version that was recorded last and not taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.model import Contract
from bot.store.entities import Entity
from bot.store.schema import contract

_FIELDS = [field.name for field in fields(Contract)]


def current(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, list[Contract]]:
    """The terms of these accounts of a workspace, by account, the oldest first."""
    terms: dict[int, list[Contract]] = {}
    for row in rows(session, workspace_id, account_ids):
        terms.setdefault(row["account_id"], []).append(Contract(**{name: row[name] for name in _FIELDS}))
    for some in terms.values():
        some.sort(key=lambda term: (term.starts_on, term.id))
    return terms


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


def last_versions(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """The newest version of each term by account and key, those included that were taken back."""
    ours = contract.c.account_id.in_(account_ids) & Entity.CONTRACT.in_workspace(workspace_id)
    statement = select(contract.c.account_id, contract.c.key, contract.c.version).where(ours)
    newest: dict[tuple[int, str], int] = {}
    for account_id, key, version in session.execute(statement):
        newest[account_id, key] = max(version, newest.get((account_id, key), 0))
    return newest
