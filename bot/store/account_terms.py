"""Keeps ARR, renewal and notice of accounts as their contracts in force say them: the one writer of those columns.

The columns are a cache, so that what reads very many accounts stays cheap. Whoever changes a contract calls `follow` in
the same transaction; the daily review calls it as time passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.account.contract_view import stand_in_start, terms_of_account
from bot.domain.account.renewals import awaits_manager
from bot.domain.enums import AccountStatus, ContractBasis
from bot.store import contract_terms, ledger, renewals
from bot.store.entities import Entity
from bot.store.ledger import Author, Change
from bot.store.schema import account

STAND_IN_KEY = "stand-in"
OF_CONTRACT = ("arr_minor", "currency", "renewal_date")
"""The columns that a form or an accounts file may name; they become a stand-in contract."""
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
    ids = sorted(set(account_ids))
    terms = contract_terms.current(session, by.workspace_id, ids) if ids else {}
    alone = renewals.unconfirmed(session, by.workspace_id, ids) if ids else {}
    on = now.date()
    columns = [account.c[name] for name in ("id", "status", "leaves_on", "unconfirmed_on", *_KEPT)]
    ours = (account.c.workspace_id == by.workspace_id) & account.c.id.in_(ids)
    changes: list[Change] = []
    for row in session.execute(select(*columns).where(ours).order_by(account.c.id)).mappings() if ids else ():
        said = terms_of_account(terms.get(row["id"], ()), on, row["currency"])
        values: dict[str, Any] = asdict(said) if said is not None and row["status"] is not AccountStatus.FORMER else {}
        result = alone.get(row["id"])
        awaits = result is not None and awaits_manager(result, terms.get(row["id"], ()))
        values["unconfirmed_on"] = result.recorded_at.date() if result is not None and awaits else None
        if row["leaves_on"] is not None and row["leaves_on"] <= on:
            values = {"status": AccountStatus.FORMER, "unconfirmed_on": None}
        if any(row[name] != value for name, value in values.items()):
            changes.append(Change(dict(row), values, (whys or {}).get(row["id"])))
    ledger.change_many(session, by, Entity.ACCOUNT, now, changes)


def add_stand_ins(
    session: Session,
    by: Author,
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    now: datetime,
    *,
    whys: Sequence[str | None] | None = None,
) -> None:
    """Add a version of the stand-in contract of each of these accounts, as its columns (the mapping) say; those that
    know neither ARR nor renewal get none. The columns are the caller's to write, in the same transaction."""
    wanted = [
        (account_id, row, why)
        for (account_id, row), why in zip(rows, whys or [None] * len(rows), strict=True)
        if row.get("arr_minor") is not None or row.get("renewal_date") is not None
    ]
    if not wanted:
        return
    versions = contract_terms.last_versions(session, by.workspace_id, [account_id for account_id, _, _ in wanted])
    new = [
        {
            **_stand_in(row, now.date()),
            "account_id": account_id,
            "version": versions.get((account_id, STAND_IN_KEY), 0) + 1,
        }
        for account_id, row, _ in wanted
    ]
    common = {"key": STAND_IN_KEY, "basis": ContractBasis.STAND_IN, "recorded_at": now, "batch_id": by.batch_id}
    common["recorded_by"] = by.member_id
    ledger.add_many(
        session, by, Entity.CONTRACT, now, [{**row, **common} for row in new], whys=[why for _, _, why in wanted]
    )


def restore_stand_ins(session: Session, by: Author, account_ids: Iterable[int], now: datetime) -> None:
    """Give a stand-in to those of these accounts that are there and have no contract any more."""
    ids = sorted(set(account_ids))
    with_one = contract_terms.current(session, by.workspace_id, ids).keys() if ids else ()
    missing = [account_id for account_id in ids if account_id not in with_one]
    ours = (account.c.workspace_id == by.workspace_id) & account.c.id.in_(missing)
    wanted = select(account).where(ours, account.c.taken_back_at.is_(None)).order_by(account.c.id)
    rows = session.execute(wanted).mappings().all() if missing else []
    add_stand_ins(session, by, [(row["id"], dict(row)) for row in rows], now)


def _stand_in(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    created = row.get("created_at")
    added_on = created.date() if isinstance(created, datetime) else today
    return {
        "starts_on": stand_in_start(row.get("contract_start"), row.get("renewal_date"), added_on),
        "ends_on": row.get("renewal_date"),
        "arr_minor": row.get("arr_minor"),
        "currency": row.get("currency"),
    }
