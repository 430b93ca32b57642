"""Keeps ARR, renewal and notice of accounts as their contracts in force say them: the one writer of those columns.

The columns are a cache, so that what reads very many accounts stays cheap. Whoever changes a contract calls `follow` in
the same transaction; the daily review calls it as time passes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.account.contract_view import stand_in_start, terms_of_account
from bot.domain.account.renewals import awaits_manager
from bot.domain.enums import AccountStatus, ContractBasis
from bot.store import contract_terms, ledger, renewals
from bot.store.bulk import pages
from bot.store.contract_terms import STAND_IN_KEY
from bot.store.entities import Entity
from bot.store.ledger import Author, Change
from bot.store.schema import account

OF_CONTRACT = ("arr_minor", "currency", "renewal_date")
"""The columns that a form or an accounts file may name; they become a stand-in contract."""
Standing = dict[int, list[dict[str, Any]]]
Versions = dict[tuple[int, str], int]
_KEPT = (*OF_CONTRACT, "notice_days", "rolling", "commitment_lost_on")


def follow(
    session: Session,
    by: Author,
    account_ids: Iterable[int],
    now: datetime,
    *,
    whys: Mapping[int, str] | None = None,
) -> None:
    """Have these accounts of the author's workspace say what their contracts say today, with history of what changed.

    A customer whose day of leaving has come becomes a former one. Accounts without any contract are left alone.
    `whys` are reasons for history, by account.
    """
    for ids in pages(account_ids):
        _follow(session, by, ids, now, whys or {})


def _follow(session: Session, by: Author, ids: Sequence[int], now: datetime, whys: Mapping[int, str]) -> None:
    terms = contract_terms.current(session, by.workspace_id, ids)
    alone = renewals.unconfirmed(session, by.workspace_id, ids)
    on = now.date()
    columns = [account.c[name] for name in ("id", "status", "leaves_on", "unconfirmed_on", *_KEPT)]
    ours = (account.c.workspace_id == by.workspace_id) & account.c.id.in_(ids)
    changes: list[Change] = []
    for row in session.execute(select(*columns).where(ours).order_by(account.c.id)).mappings():
        said = terms_of_account(terms.get(row["id"], ()), on, row["currency"])
        values: dict[str, Any] = asdict(said) if said is not None and row["status"] is not AccountStatus.FORMER else {}
        result = alone.get(row["id"])
        awaits = result is not None and awaits_manager(result, terms.get(row["id"], ()))
        values["unconfirmed_on"] = result.recorded_at.date() if result is not None and awaits else None
        if row["leaves_on"] is not None and row["leaves_on"] <= on:
            values = {"status": AccountStatus.FORMER, "unconfirmed_on": None}
        if any(row[name] != value for name, value in values.items()):
            changes.append(Change(dict(row), values, whys.get(row["id"])))
    ledger.change_many(session, by, Entity.ACCOUNT, now, changes)


def add_stand_ins(
    session: Session,
    by: Author,
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    now: datetime,
    *,
    whys: Sequence[str | None] | None = None,
    returned: Collection[int] = (),
    are_new: bool = False,
) -> None:
    """Add a version of the stand-in contract of each of these accounts, as its columns (the mapping) say; those that
    know neither ARR nor renewal get none, nor do former customers. The columns are the caller's to write, in the same
    transaction. An account that has `returned` gets a further stand-in, so that the time without one stays. Those that
    `are_new` have no contract yet, so none is looked for.
    """
    wanted = [
        (account_id, row, why)
        for (account_id, row), why in zip(rows, whys or [None] * len(rows), strict=True)
        if (row.get("arr_minor") is not None or row.get("renewal_date") is not None)
        and row.get("status") is not AccountStatus.FORMER
    ]
    if not wanted:
        return
    standing, versions = ({}, {}) if are_new else _of_stand_ins(session, by, [account_id for account_id, *_ in wanted])
    new = [
        {"account_id": account_id} | _stand_in(row, now.date(), standing.get(account_id, []), account_id in returned)
        for account_id, row, _ in wanted
    ]
    _write(session, by, new, versions, now, whys=[why for _, _, why in wanted])


def write_stand_ins(
    session: Session, by: Author, rows: Sequence[Mapping[str, Any]], now: datetime, *, whys: Sequence[str | None]
) -> None:
    """Add a version of a stand-in for each of these rows: account, key, days, ARR and currency."""
    if rows:
        _, versions = _of_stand_ins(session, by, [row["account_id"] for row in rows])
        _write(session, by, rows, versions, now, whys=whys)


def _of_stand_ins(session: Session, by: Author, account_ids: Collection[int]) -> tuple[Standing, Versions]:
    return contract_terms.of_stand_ins(session, by.workspace_id, account_ids)


def _write(
    session: Session,
    by: Author,
    rows: Sequence[Mapping[str, Any]],
    versions: Versions,
    now: datetime,
    *,
    whys: Sequence[str | None],
) -> None:
    common = {"basis": ContractBasis.STAND_IN, "recorded_at": now, "batch_id": by.batch_id, "recorded_by": by.member_id}
    new = [{**row, **common, "version": versions.get((row["account_id"], row["key"]), 0) + 1} for row in rows]
    ledger.add_many(session, by, Entity.CONTRACT, now, new, whys=whys)


def restore_stand_ins(session: Session, by: Author, account_ids: Iterable[int], now: datetime) -> None:
    """Give a stand-in to those of these accounts that are there and have no contract any more."""
    for ids in pages(account_ids):
        with_one = contract_terms.current(session, by.workspace_id, ids).keys()
        missing = [account_id for account_id in ids if account_id not in with_one]
        ours = (account.c.workspace_id == by.workspace_id) & account.c.id.in_(missing)
        wanted = select(account).where(ours, account.c.taken_back_at.is_(None)).order_by(account.c.id)
        rows = session.execute(wanted).mappings().all() if missing else []
        add_stand_ins(session, by, [(row["id"], dict(row)) for row in rows], now)


def _stand_in(
    row: Mapping[str, Any], today: date, standing: Sequence[Mapping[str, Any]], returned: bool
) -> dict[str, Any]:
    """The stand-in that an account's columns make: the last of those that stand anew, or one that follows on them."""
    begin, end = row.get("contract_start"), row.get("renewal_date")
    last = standing[-1] if standing else None
    follows = returned and last is not None and last["ends_on"] is not None and last["ends_on"] <= today
    before = standing if follows else standing[:-1]
    content = {"arr_minor": row.get("arr_minor"), "currency": row.get("currency")}
    if not before:
        created = row.get("created_at")
        added_on = created.date() if isinstance(created, datetime) else today
        days = {"starts_on": stand_in_start(begin, end, added_on), "ends_on": end}
        return {"key": last["key"] if last is not None else STAND_IN_KEY, **days, **content}
    left_on = max(one["ends_on"] or one["starts_on"] for one in before)
    began = today if follows or last is None else last["starts_on"]
    start = begin if begin is not None and begin > left_on else began
    key = f"{STAND_IN_KEY}:{today.isoformat()}" if follows or last is None else last["key"]
    return {"key": key, "starts_on": start, "ends_on": end if end is not None and end > start else None, **content}
