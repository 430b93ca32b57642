"""Writes what a recorded result does to the contracts of an account, and takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.account.contract_view import counting, until_told
from bot.domain.enums import ContractBasis, ContractKind
from bot.domain.model import Contract
from bot.domain.values.money import Money
from bot.store import account_terms, contract_terms, ledger
from bot.store.entities import Entity
from bot.store.ledger import Author, Change

_COPIED = (
    "account_id",
    "key",
    "starts_on",
    "ends_on",
    "line",
    "external_id",
    "kind",
    "arr_minor",
    "currency",
    "notice_days",
    "auto_renews",
    "source",
    "basis",
)


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term that somebody recorded: its days, yearly value and notice, and whether it renews itself by the month."""

    starts_on: date
    ends_on: date
    arr: Money
    notice_days: int | None
    kind: ContractKind
    link: str | None
    rolling: bool = False


def write(
    session: Session,
    by: Author,
    account_id: int,
    result_id: int,
    now: datetime,
    *,
    until: date,
    new: NewTerm | None = None,
    stayed: bool = False,
) -> None:
    """End what runs at `until`, begin the new term, and have the account follow; the account is held already.

    Every version is written anew with the result's id, so that taking the rows back restores what was before. A
    stand-in that is ended like this is confirmed by who records it, and counts as recorded. Who `stayed` up to now paid
    until `until`, even where the term on record was over before that.
    """
    rows = contract_terms.rows(session, by.workspace_id, [account_id], locked=True)
    versions = contract_terms.last_versions(session, by.workspace_id, [account_id])
    terms = counting(_contract(row) for row in rows)
    standing = {term.id for term in terms}
    ran_on = {term.id for term in until_told(terms) if term.ends_on is None} if stayed else set()
    written: list[dict[str, Any]] = []
    for row in rows:
        if row["id"] in standing and (row["ends_on"] is None or row["ends_on"] > until or row["id"] in ran_on):
            ended = {name: row[name] for name in _COPIED} | {"ends_on": max(until, row["starts_on"])}
            written.append(ended)
        elif row["id"] in standing and row["basis"] is ContractBasis.STAND_IN:
            written.append({name: row[name] for name in _COPIED})
    for row in written:
        if row["basis"] is ContractBasis.STAND_IN:
            row["basis"] = ContractBasis.RECORDED
    if new is not None:
        written.append(_new(account_id, result_id, new))
    common = {"recorded_at": now, "recorded_by": by.member_id, "result_id": result_id}
    complete = [{**row, **common, "version": versions.get((account_id, row["key"]), 0) + 1} for row in written]
    ledger.add_many(session, by, Entity.CONTRACT, now, complete)
    account_terms.follow(session, by, [account_id], now)


def take_back(session: Session, by: Author, account_id: int, result_id: int, now: datetime) -> None:
    """Take back the versions that a result wrote; what was before counts again."""
    rows = contract_terms.of_result(session, by.workspace_id, account_id, result_id)
    changes = [Change(row, {"taken_back_at": now}) for row in rows]
    ledger.change_many(session, by, Entity.CONTRACT, now, changes)
    account_terms.follow(session, by, [account_id], now)


def counted(session: Session, workspace_id: int, account_id: int) -> list[Contract]:
    """The terms of one account that count."""
    return contract_terms.current(session, workspace_id, [account_id]).get(account_id, [])


def _contract(row: dict[str, Any]) -> Contract:
    return contract_terms.contract_of(row)


def _new(account_id: int, result_id: int, new: NewTerm) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "key": f"renewal:{result_id}",
        "starts_on": new.starts_on,
        "ends_on": new.ends_on,
        "line": None,
        "external_id": None,
        "kind": new.kind,
        "arr_minor": new.arr.minor,
        "currency": new.arr.currency,
        "notice_days": new.notice_days,
        "auto_renews": True if new.rolling else None,
        "source": new.link,
        "basis": ContractBasis.RECORDED,
    }
