"""Contracts as five tools export them, all columns included: `tests/data/contracts`, each with its right terms."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.enums import ContractBasis, ContractKind
from bot.features.imports import cells, wording
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_contracts
from bot.features.imports.term_words import TermState
from bot.store import schema
from bot.store.engine import Database
from tests.support.factory import NOON

DATA = Path(__file__).parents[2] / "data" / "contracts"
HARBORLINE, CORVID, NORDWIND, SABLE, LUMEN = range(1, 6)
NAMES = (
    "account_id",
    "external_id",
    "starts_on",
    "ends_on",
    "arr_minor",
    "currency",
    "kind",
    "auto_renews",
    "notice_days",
)
NEW, RENEWAL, EXPANSION, LESS = (
    ContractKind.NEW, ContractKind.RENEWAL, ContractKind.EXPANSION, ContractKind.CONTRACTION,
)  # fmt: skip
RIGHT: dict[str, tuple[list[tuple[Any, ...]], dict[int, str], set[Remark]]] = {
    "stripe-subscriptions.csv": (
        [
            # 25 at 48 a month; a year that will not renew itself; a quarter of 3,000; ended by a failed payment.
            (HARBORLINE, "sub_1PaXk2Lk", date(2026, 2, 4), date(2026, 3, 4), 14_400_00, "USD", None, None, None),
            (CORVID, "sub_1PbYm7Qx", date(2025, 6, 1), date(2026, 6, 1), 18_000_00, "USD", None, False, None),
            (NORDWIND, "sub_1PcZn9Rt", date(2025, 12, 15), date(2026, 3, 15), 12_000_00, "EUR", None, None, None),
            (SABLE, "sub_1Pd0p3Us", date(2026, 1, 20), date(2026, 2, 1), 9_600_00, "GBP", None, None, None),
        ],
        {6: "trialing is not signed", 7: "no account here; import the accounts first"},
        {Remark.TIMES_QUANTITY, Remark.ACCOUNTS_BY_NAME},
    ),
    "chargebee-subscriptions.csv": (
        [
            (HARBORLINE, "169lsRUQ8Bk2", date(2026, 1, 5), date(2027, 1, 5), 24_000_00, "USD", None, None, None),
            (CORVID, "169lsRUQ8Bk3", date(2026, 2, 11), date(2026, 3, 11), 4_800_00, "USD", None, False, None),
            # Its MRR is 0 since it ended; what it was worth is the price of the plan.
            (NORDWIND, "169lsRUQ8Bk4", date(2025, 5, 1), date(2026, 1, 31), 12_000_00, "EUR", None, None, None),
            (LUMEN, "169lsRUQ8Bk6", date(2026, 4, 1), date(2027, 4, 1), 3_600_00, "USD", None, None, None),
        ],
        {5: "in_trial is not signed"},
        {Remark.ACCOUNTS_BY_NAME},
    ),
    "hubspot-deals.csv": (
        [
            (HARBORLINE, "14280021344", date(2026, 1, 1), date(2029, 1, 1), 24_000_00, "USD", NEW, None, None),
            (CORVID, "14280021345", date(2026, 2, 15), date(2027, 2, 15), 18_000_00, "USD", RENEWAL, None, None),
            (NORDWIND, "14280021346", date(2026, 2, 15), date(2027, 2, 15), 6_000_00, "EUR", None, None, None),
        ],
        {
            5: "Closed Lost (Sales Pipeline) is not signed",
            6: "Contract Sent (Sales Pipeline) is not signed",
            7: "3600 is an amount for an unknown time",
        },
        {Remark.KINDS_UNKNOWN, Remark.STARTS_FROM_SALE, Remark.ENDS_ARE_LAST_DAYS},
    ),
    "salesforce-opportunities.csv": (
        [
            (HARBORLINE, "0065e00000AAaA1", date(2026, 1, 1), date(2029, 1, 1), 24_000_00, "USD", NEW, None, None),
            (CORVID, "0065e00000AAaA2", date(2026, 2, 15), date(2027, 2, 15), 18_000_00, "USD", RENEWAL, None, None),
            (NORDWIND, "0065e00000AAaA3", date(2026, 2, 15), date(2027, 2, 15), 6_000_00, "EUR", EXPANSION, None, None),
            (LUMEN, "0065e00000AAaA5", date(2026, 3, 1), date(2027, 3, 1), 2_400_00, "USD", LESS, None, None),
        ],
        {5: "Closed Lost is not signed", 7: "Proposal/Price Quote is not signed"},
        {Remark.AMOUNT_OF_TERM, Remark.ENDS_ARE_LAST_DAYS, Remark.LINES_LEFT_OUT},
    ),
    "salesforce-contracts.csv": (
        [
            (HARBORLINE, "00000118", date(2026, 1, 1), date(2029, 1, 1), 24_000_00, "USD", None, True, 60),
            (CORVID, "00000119", date(2026, 2, 15), date(2027, 2, 15), 18_000_00, "USD", None, False, None),
            (NORDWIND, "00000120", date(2025, 2, 15), date(2026, 2, 15), 6_000_00, "EUR", None, False, 30),
            (LUMEN, "00000123", date(2025, 3, 1), date(2026, 3, 1), 3_600_00, "USD", None, False, None),
        ],
        {5: "Draft is not signed", 6: "In Approval Process is not signed"},
        {Remark.COLUMN_TRAP_REMINDER, Remark.ENDS_ARE_LAST_DAYS},
    ),
}


@pytest.fixture
def book(database: Database) -> Database:
    """A ledger with the accounts that the exports are about."""
    accounts = File("accounts.csv", (DATA / "accounts.csv").read_bytes())
    assert len(import_accounts(ImportRun(database, 1, NOON), accounts, Options()).created) == 5
    return database


def taken(database: Database, name: str, *, dry_run: bool = False) -> Report:
    return import_contracts(ImportRun(database, 1, NOON, dry_run), File(name, (DATA / name).read_bytes()), Options())


def kept(database: Database) -> list[tuple[Any, ...]]:
    table = schema.contract
    columns = [table.c[name] for name in NAMES]
    real = table.c.basis != ContractBasis.STAND_IN
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).where(real).order_by(table.c.id))]


@pytest.mark.parametrize("name", RIGHT)
def test_an_export_gives_its_right_terms_once(book: Database, name: str) -> None:
    terms, reasons, remarks = RIGHT[name]
    preview = taken(book, name, dry_run=True)
    assert kept(book) == [] and len(preview.created) == len(terms)
    report = taken(book, name)
    assert kept(book) == terms
    told = {bad.line: wording.reason(bad) for bad in report.bad}
    assert told.keys() == reasons.keys() and all(part in told[line] for line, part in reasons.items()), told
    assert remarks <= {note.remark for note in report.notes}
    again = taken(book, name)
    assert (again.created, again.changed_rows, again.unchanged) == ([], 0, len(terms)) and kept(book) == terms


def test_an_mrr_that_falls_to_zero_as_it_ends_keeps_what_the_term_was_worth(book: Database) -> None:
    name = "chargebee-subscriptions.csv"
    taken(book, name)
    ended = "active,,2026-01-05 12:00:00,2027-01-05 12:00:00,2027-01-05 12:00:00"
    over = "cancelled,,2026-01-05 12:00:00,2027-01-05 12:00:00,"
    content = (DATA / name).read_text("utf-8").replace(ended, over)
    content = content.replace("2025-01-05 12:00:00,,,2000,USD", "2025-01-05 12:00:00,2026-02-20 10:00:00,,0,USD")
    report = import_contracts(ImportRun(book, 1, NOON), File(name, content.encode()), Options())
    assert report.changed_rows == 1
    assert kept(book)[-1][:6] == (1, "169lsRUQ8Bk2", date(2026, 1, 5), date(2026, 2, 20), 24_000_00, "USD")


def test_a_stage_of_a_named_pipeline_can_be_said_with_or_without_it(book: Database) -> None:
    text = (
        "Deal ID,Associated Company,Deal Stage,Close Date,Contract Term (months),Amount,Currency\n"
        "1,Sable Optics,Signed off (Renewals),2026-02-01,12,1200,GBP\n"
    )
    for said in ("Signed off=signed", "Signed off (Renewals)=signed"):
        options = Options(words=cells.extra_words([said], (TermState,)))
        report = import_contracts(ImportRun(book, 1, NOON, True), File("deals.csv", text.encode()), options)
        assert len(report.created) == 1, said
