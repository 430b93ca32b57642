"""Many rows at once: as many ids as there are, and rows that are the same however they were inserted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import bot_author
from bot.domain.enums import AccountStatus, Stage, Tier
from bot.store import account_terms, bulk, ledger, renewals, schema
from bot.store.engine import Database
from bot.store.entities import Entity

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MORE_THAN_A_STATEMENT_NAMES = range(1, 70_001)
"""PostgreSQL takes 65,535 parameters."""


def accounts(count: int) -> list[dict[str, Any]]:
    """Rows of accounts with something of every type, and texts that a file for COPY would have to quote."""
    return [
        {
            "workspace_id": 1,
            "slug": f"acme-{number}",
            "name": f'Acme\t"{number}"\\N\n',
            "external_id": None if number % 2 else f"{number:04}",
            "status": AccountStatus.CUSTOMER,
            "tier": Tier.HIGH_TOUCH,
            "stage": Stage.SETUP,
            "arr_minor": number,
            "currency": "EUR",
            "renewal_date": date(2026, 12, 31),
            "created_at": NOW,
            "rolling": number % 3 == 0,
        }
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 200])
def test_rows_are_the_same_however_they_are_inserted(database: Database, count: int) -> None:
    rows = accounts(count)
    with database.begin() as session:
        ids = ledger.add_many(session, bot_author(1), Entity.ACCOUNT, NOW, rows)
    assert ids == sorted(set(ids)) and len(ids) == count
    account, history = schema.account, schema.history
    with database.reading() as session:
        kept = session.execute(select(account).where(account.c.id.in_(ids)).order_by(account.c.id)).mappings().all()
        lines = session.execute(select(history).where(history.c.entity_id.in_(ids)).order_by(history.c.id)).mappings()
        noted = [(line["entity_id"], line["before"], line["after"]["name"], line["why"]) for line in lines]
        due = set(session.execute(select(schema.account_due.c.account_id)).scalars())
    assert [{name: row[name] for name in given} for row, given in zip(kept, rows, strict=True)] == rows
    assert noted == [(row_id, None, row["name"], None) for row_id, row in zip(ids, rows, strict=True)]
    assert due == set(ids)


def test_rows_of_different_columns_are_refused(database: Database) -> None:
    rows = accounts(100)
    rows[99] = {name: value for name, value in rows[99].items() if name != "currency"}
    with pytest.raises(Exception, match=r"column|currency"), database.begin() as session:
        bulk.insert_all(session, schema.account, rows)
    with database.reading() as session:
        assert session.execute(select(schema.account.c.id)).first() is None


def test_more_accounts_than_a_statement_may_name_follow_their_contracts(database: Database) -> None:
    many = MORE_THAN_A_STATEMENT_NAMES
    with database.begin() as session:
        account_terms.restore_stand_ins(session, bot_author(1), many, NOW)
        account_terms.follow(session, bot_author(1), many, NOW)
        assert renewals.left(session, 1, many) == {}
