"""Importing the terms of contracts, as billing systems and CRMs export them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.cli.import_report import as_json
from bot.domain.account import contracts
from bot.domain.enums import ContractBasis, ContractKind
from bot.domain.values.money import Money, total
from bot.features.imports import cells, undo, wording
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_contracts
from bot.features.imports.term_words import TermState
from bot.store import contract_terms, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.factory import NOON
from tests.support.refusals import says

CRM_BOOK = Path(__file__).parents[2] / "data" / "crm-book"
ACCOUNTS = (
    b"Account ID,Name,ARR,Currency,Renewal Date\n"
    b"1,Acme,12000,USD,2027-01-01\n2,Bolt,6000,USD,2026-12-31\n3,Corvid,,USD,\n"
)
TAKEN_ON = datetime(2023, 9, 24, 12, tzinfo=UTC)
"""When the exports of the crm-book were taken."""


@pytest.fixture
def book(database: Database) -> Database:
    """A ledger with three accounts."""
    import_accounts(ImportRun(database, 1, NOON), File("accounts.csv", ACCOUNTS), Options())
    return database


def taken(
    database: Database, text: str, *mapping: str, dry_run: bool = False, now: datetime = NOON, **options: Any
) -> Report:
    run = ImportRun(database, 1, now, dry_run, all_rows=True)
    return import_contracts(run, File("contracts.csv", text.encode(), mapping), Options(**options))


def rows(database: Database, table: Any = schema.contract) -> list[dict[str, Any]]:
    """The rows of a table, without the contracts that stand in for what accounts files said."""
    with database.reading() as session:
        all_rows = [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]
    return [row for row in all_rows if row.get("basis") != ContractBasis.STAND_IN]


def kept(database: Database, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows(database)]


def reasons(report: Report) -> dict[int, str]:
    return {bad.line: wording.reason(bad) for bad in report.bad}


def remarks(report: Report) -> list[Remark]:
    return [note.remark for note in report.notes]


TABLE = (
    "Account ID,Contract ID,Plan,Start,End,ARR,Currency,Notice Period,Auto Renewal,Kind\n"
    "1,K-1,Gold,2026-01-01,2027-01-01,12000,USD,60,yes,New\n"
    "2,K-2,Silver,2026-01-01,2027-01-01,6000,USD,,,\n"
)


def test_a_table_is_read_and_what_it_does_not_say_stays_unknown(book: Database) -> None:
    report = taken(book, TABLE)
    assert (len(report.created), report.bad) == (2, [])
    gold, silver = rows(book)
    assert (gold["account_id"], gold["external_id"], gold["line"]) == (1, "K-1", "Gold")
    assert (gold["starts_on"], gold["ends_on"]) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (gold["arr_minor"], gold["currency"], gold["notice_days"]) == (12_000_00, "USD", 60)
    assert (gold["auto_renews"], gold["kind"], gold["version"]) == (True, ContractKind.NEW, 1)
    assert (silver["notice_days"], silver["auto_renews"], silver["kind"]) == (None, None, None)
    assert (gold["recorded_by"], gold["recorded_at"], gold["batch_id"]) == (None, NOON, report.batch_id)


def test_a_second_run_changes_nothing_and_a_dry_run_writes_nothing(book: Database) -> None:
    assert len(taken(book, TABLE, dry_run=True).created) == 2
    assert rows(book) == []
    taken(book, TABLE)
    before = rows(book), rows(book, schema.history), rows(book, schema.import_batch)
    assert taken(book, TABLE).unchanged == 2
    assert (rows(book), rows(book, schema.history), rows(book, schema.import_batch)) == before


def test_a_term_that_says_something_else_is_a_new_version_and_the_old_one_is_kept(book: Database) -> None:
    taken(book, TABLE)
    report = taken(book, TABLE.replace("12000", "15000").replace(",60,", ",,"))
    assert (report.created, report.changed_rows, report.unchanged) == ([], 1, 1)
    assert [(change.field, change.before, change.after) for change in report.changed] == [
        ("ARR", "12,000 USD", "15,000 USD")
    ]
    assert Remark.VERSIONS_ADDED in remarks(report)
    # An empty cell says nothing, so the notice of the version before stands in the new one.
    assert kept(book, "version", "arr_minor", "notice_days") == [
        (1, 12_000_00, 60), (1, 6_000_00, None), (2, 15_000_00, 60),
    ]  # fmt: skip
    with book.reading() as session:
        terms = contract_terms.current(session, 1, [1, 2])
    assert [term.arr_minor for term in terms[1]] == [15_000_00]


def test_undo_takes_a_version_back_and_the_one_before_stands_again(book: Database) -> None:
    taken(book, TABLE)
    report = taken(book, TABLE.replace("12000", "15000"))
    with book.begin() as session:
        done = undo.undo(session, Author(1, None, "import"), report.batch_id or 0, NOON)
        assert done.taken_back[Entity.CONTRACT] == 1
        assert [term.arr_minor for term in contract_terms.current(session, 1, [1])[1]] == [12_000_00]
    again = taken(book, TABLE.replace("12000", "15000"))
    assert again.changed_rows == 1 and rows(book)[-1]["version"] == 3


def test_history_has_every_term_and_undone_accounts_with_contracts_stay(book: Database) -> None:
    taken(book, TABLE)
    of_contracts = [row for row in rows(book, schema.history) if row["entity"] == "contract"]
    lines = [row for row in of_contracts if row["after"]["basis"] == "imported"]
    assert [(line["account_id"], line["why"]) for line in lines] == [
        (1, "contracts.csv, line 2"), (2, "contracts.csv, line 3"),
    ]  # fmt: skip
    with book.begin() as session:
        done = undo.undo(session, Author(1, None, "import"), 1, NOON)
    assert [stay.name for stay in done.stays] == ["Acme", "Bolt"]


STRIPE = (
    "id,Customer ID,Customer Name,Plan,Quantity,Currency,Interval,Amount,Status,Current Period Start (UTC),"
    "Current Period End (UTC),Ended At (UTC),Cancel At Period End\n"
    "sub_1,cus_1,Acme,gold,10,usd,month,49.00,active,2026-02-10 10:00,2026-03-10 10:00,,false\n"
    'sub_2,cus_2,Bolt,gold,1,usd,year,"1,200.00",canceled,2026-01-01 00:00,2027-01-01 00:00,2026-02-15 09:00,true\n'
    "sub_3,cus_3,Corvid,gold,1,usd,month,49.00,trialing,2026-02-10 10:00,2026-03-10 10:00,,false\n"
)


def test_stripe(book: Database) -> None:
    report = taken(book, STRIPE)
    assert reasons(report) == {
        4: 'Status: trialing is not signed, so there is no contract yet; if it is, add --word "trialing=signed"'
    }
    names = ("account_id", "external_id", "starts_on", "ends_on", "arr_minor", "auto_renews")
    assert kept(book, *names) == [
        (1, "sub_1", date(2026, 2, 10), date(2026, 3, 10), 5_880_00, None),
        (2, "sub_2", date(2026, 1, 1), date(2026, 2, 15), 1_200_00, False),
    ]
    assert {Remark.ACCOUNTS_BY_NAME, Remark.TIMES_QUANTITY} <= set(remarks(report))


def test_the_next_period_of_a_subscription_is_another_term(book: Database) -> None:
    taken(book, STRIPE)
    later = STRIPE.replace("2026-02-10", "2026-03-10").replace("2026-03-10 10:00,,false", "2026-04-10 10:00,,false")
    taken(book, later)
    assert [row["starts_on"] for row in rows(book) if row["account_id"] == 1] == [date(2026, 2, 10), date(2026, 3, 10)]


def test_chargebee(book: Database) -> None:
    report = taken(
        book,
        "subscriptions.id,customers.company,subscriptions.customer_id,subscriptions.status,subscriptions.plan_id,"
        "subscriptions.current_term_start,subscriptions.current_term_end,subscriptions.mrr,"
        "subscriptions.currency_code\n"
        "AzZ1,Acme,C9,non_renewing,enterprise,2026-01-05 12:00:00,2027-01-05 12:00:00,250.00,EUR\n",
    )
    assert report.bad == []
    names = ("line", "starts_on", "ends_on", "arr_minor", "currency", "auto_renews")
    assert kept(book, *names) == [("enterprise", date(2026, 1, 5), date(2027, 1, 5), 3_000_00, "EUR", False)]


def test_hubspot_deals(book: Database) -> None:
    text = (
        "Record ID,Deal Name,Deal Stage,Close Date,Contract Term (months),Annual recurring revenue,Amount,Currency,"
        "Deal Type,Associated Company\n"
        "11,Acme 2026,Closed won,2026-02-01 10:33,24,,48000,EUR,newbusiness,Acme\n"
        "12,Bolt next,Contract sent,2026-02-01 10:33,12,,9000,EUR,existingbusiness,Bolt\n"
        "13,Bolt more,Signed off,2026-02-01 10:33,12,,3000,EUR,existingbusiness,Bolt\n"
    )
    report = taken(book, text)
    assert list(reasons(report)) == [3, 4]
    assert 'no state known here; add --word "Signed off=signed"' in reasons(report)[4]
    assert Remark.START_OF_SALE in remarks(report) and Remark.AMOUNT_OF_TERM in remarks(report)
    assert kept(book, "starts_on", "ends_on", "arr_minor", "kind") == [
        (date(2026, 2, 1), date(2028, 2, 1), 24_000_00, ContractKind.NEW)
    ]
    words = cells.extra_words(["Signed off=signed"], (TermState,))
    assert len(taken(book, text, words=words).created) == 1


def test_salesforce_opportunities(book: Database) -> None:
    report = taken(
        book,
        "Opportunity Name,Account Name,Account ID,Opportunity ID,Product Name,Amount,Amount Currency,"
        "Contract Start Date,Contract End Date,Stage,Type\n"
        'Renewal,Acme,1,006A,Core,"36,000.00",USD,1/1/2026,12/31/2028,Closed Won,Existing Customer - Upgrade\n'
        'Lost,Bolt,2,006B,Core,"9,000.00",USD,1/1/2026,12/31/2026,Closed Lost,Renewal\n'
        "Total,,,,,,,,,,\n",
    )
    assert list(reasons(report)) == [3] and [bad.line for bad in report.left_out] == [4]
    # 31 December is the last day of the term, which is over on 1 January.
    assert kept(book, "ends_on", "arr_minor", "kind") == [(date(2029, 1, 1), 12_000_00, ContractKind.EXPANSION)]
    assert Remark.ENDS_ARE_LAST_DAYS in remarks(report)


def test_salesforce_contracts_have_no_money_and_their_arr_is_unknown(book: Database) -> None:
    report = taken(
        book,
        "Contract Number,Account Name,Contract Start Date,Contract Term (months),Status,Owner Expiration Notice\n"
        "00000101,Acme,2026-01-01,12,Activated,30 Days\n00000102,Bolt,2026-01-01,12,Draft,\n",
    )
    assert list(reasons(report)) == [3]
    assert kept(book, "external_id", "ends_on", "arr_minor", "currency", "notice_days") == [
        ("00000101", date(2027, 1, 1), None, None, None)
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (
            "Kundennummer;Firma;Produkt;Vertragsbeginn;Vertragsende;Monatswert;Währung\n"
            "1;Acme;Gold;01.01.2026;31.12.2026;4.000,00 €;EUR\nSumme;;;;;4.000,00 €;\n",
            "cp1252",
            ("Gold", date(2026, 1, 1), date(2027, 1, 1), 48_000_00, "EUR"),
        ),
        (
            "Client;Offre;Date de début;Date de fin;Valeur annuelle;Devise\n"
            "Acme;Or;15/01/2026;14/01/2027;12 000,00;EUR\n",
            "utf-8",
            ("Or", date(2026, 1, 15), date(2027, 1, 15), 12_000_00, "EUR"),
        ),
        (
            '会社名,プラン,契約開始日,契約終了日,年間契約額,通貨\nAcme,ゴールド,2026年1月1日,2026年12月31日,"¥1,200,000",JPY\n',
            "shift_jis",
            ("ゴールド", date(2026, 1, 1), date(2027, 1, 1), 1_200_000, "JPY"),
        ),
        (
            "Account ID,Plan,Start Date,End Date,ARR,Currency\n1,Gold,46023,46388,48000,EUR\n",
            "utf-8",
            ("Gold", date(2026, 1, 1), date(2027, 1, 1), 48_000_00, "EUR"),
        ),
        (
            "subscription_id,account_code,company,plan_code,plan_name,state,unit_amount,quantity,currency,"
            "current_period_started_at,current_period_ends_at,plan_interval_length,plan_interval_unit\n"
            "u1,x9,Acme,gold,Gold,active,100,10,USD,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,1,months\n",
            "utf-8",
            ("Gold", date(2026, 1, 1), date(2026, 2, 1), 12_000_00, "USD"),
        ),
        (
            "Account: Name,Subscription: Name,Rate Plan: Name,Subscription: Term Start Date,"
            "Subscription: Term End Date,Rate Plan Charge: MRR,Account: Currency,Subscription: Status\n"
            "Acme,A-S1,Gold,01/01/2026,01/01/2027,1000,USD,Active\n",
            "utf-8",
            ("Gold", date(2026, 1, 1), date(2027, 1, 1), 12_000_00, "USD"),
        ),
        (
            "Contracts in force\nGenerated 11/29/2026\n\nAccount Name,Plan,Contract Start Date,Contract End Date,"
            'Total Contract Value,Currency\nAcme,Gold,1/1/2026,12/31/2028,"$36,000.00",USD\n'
            'Grand Total,,,,"36,000.00",\n\nConfidential Information - Do Not Distribute\n',
            "utf-8",
            ("Gold", date(2026, 1, 1), date(2029, 1, 1), 12_000_00, "USD"),
        ),
    ],
    ids=["german", "french", "japanese", "serials", "recurly", "zuora", "formatted report"],
)
def test_other_vendors_locales_and_encodings(
    book: Database, text: str, encoding: str, expected: tuple[Any, ...]
) -> None:
    file = File("contracts.csv", text.encode(encoding))
    for again in (False, True):
        report = import_contracts(ImportRun(book, 1, NOON), file, Options())
        assert report.bad == [] and report.unchanged == again
    assert kept(book, "line", "starts_on", "ends_on", "arr_minor", "currency") == [expected]


def test_months_of_notice_are_counted_long_and_other_words_are_unknown(book: Database) -> None:
    report = taken(
        book,
        "Account,Start,Notice Period\n"
        "Acme,2026-01-01,3 months\nBolt,2026-01-01,8 Wochen\nCorvid,2026-01-01,as agreed\n",
    )
    assert kept(book, "notice_days") == [(93,), (56,), (None,)]
    assert Remark.NOTICE_UNREADABLE in remarks(report)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Acme,2026-01-01,2025-01-01,month,10", "2025-01-01 is before the start, 1 Jan 2026"),
        ("Acme,,2026-01-01,month,10", "starts_on is empty"),
        ("Acme,2026-01-01,,,10", "amount: 10 is an amount for an unknown time"),
        ("Acme,2026-01-01,,fortnight-ish,10", "interval: fortnight-ish is no billing interval"),
        ("Acme,2026-01-01,,month,-10", "is negative"),
        ("Nobody,2026-01-01,,month,10", "is no account here"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(book: Database, row: str, reason: str) -> None:
    report = taken(book, f"account,starts_on,ends_on,interval,amount\n{row}\n", currency="USD")
    assert reason in reasons(report)[2]
    assert rows(book) == []


def test_an_ended_term_without_an_end_is_left_out(book: Database) -> None:
    report = taken(book, "Account,Start,MRR,Status\nAcme,2026-01-01,10,cancelled\n", currency="USD")
    assert "has ended, and no column says when" in reasons(report)[2]


def test_a_row_that_stands_twice_is_told(book: Database) -> None:
    report = taken(book, TABLE + TABLE.splitlines()[1] + "\n")
    assert reasons(report) == {4: "is about the same as line 2; keep one of the two"}


def test_a_file_without_accounts_or_starts_is_refused(book: Database) -> None:
    with pytest.raises(UserError, check=says("No column says which account")):
        taken(book, "Start,ARR\n2026-01-01,5\n", currency="USD")
    with pytest.raises(UserError, check=says("No column holds the starts on")):
        taken(book, "Account,ARR\nAcme,5\n", currency="USD")


def test_where_the_account_said_something_else_it_follows_its_contracts_and_that_is_told(book: Database) -> None:
    text = TABLE.replace("12000", "15000").replace("2027-01-01,6000", "2027-02-01,6000")
    before = rows(book, schema.account)
    sentences = []
    for dry_run in (True, False):
        report = taken(book, text, dry_run=dry_run)
        (note,) = [wording.sentence(note) for note in report.notes if note.remark is Remark.CONTRACTS_DIFFER]
        sentences.append(note)
        assert not dry_run or rows(book, schema.account) == before
    assert set(sentences) == {
        "2 accounts take ARR and renewal from their contracts, which say something else. Acme had 12,000 USD ARR, and "
        "its contracts say 15,000 USD; Bolt had renewal on 2026-12-31, and its contracts say end on 2027-02-01."
    }
    acme, bolt, _ = rows(book, schema.account)
    assert (acme["arr_minor"], acme["notice_days"], bolt["renewal_date"]) == (15_000_00, 60, date(2027, 2, 1))


def test_accounts_that_agree_with_their_contracts_are_not_named(book: Database) -> None:
    # Acme renews on the day on which its term is over, Bolt on the last day of its term.
    assert Remark.CONTRACTS_DIFFER not in remarks(taken(book, TABLE))


def test_a_customer_without_a_contract_in_force_is_named(book: Database) -> None:
    report = taken(book, "Account,Start,End\nAcme,2024-01-01,2025-01-01\nBolt,2026-06-01,2027-06-01\n")
    (note,) = [wording.sentence(note) for note in report.notes if note.remark is Remark.CONTRACTS_NONE]
    assert note == (
        "Told, not written: 2 customers have no contract in force today. Acme: the last one ended on 1 Jan 2025; Bolt: "
        "the last one has not begun."
    )


def test_overlaps_of_one_plan_are_told(book: Database) -> None:
    text = "Account,Plan,Start,End,ARR\nAcme,Gold,2026-01-01,2027-01-01,12000\nAcme,Gold,2026-02-01,2027-02-01,14000\n"
    report = taken(book, text, currency="USD")
    assert Remark.CONTRACTS_OVERLAP in remarks(report)
    assert report.preview.totals.arr == (Money(14_000_00, "USD"),)


def test_the_json_has_the_keys_of_every_import(book: Database) -> None:
    content = json.loads(as_json(taken(book, TABLE, dry_run=True)))
    assert list(content) == ["rows", "left_out", "warnings", "encoding", "columns"]
    assert content["rows"][0] == {
        "line": 2, "account": "Acme", "external_id": "K-1", "plan": "Gold", "starts_on": "2026-01-01",
        "ends_on": "2027-01-01", "arr": 12000, "currency": "USD", "kind": "new", "notice_days": 60, "auto_renews": True,
        "source": None,
    }  # fmt: skip
    assert content["columns"]["plan"] == "Plan" and content["columns"]["notice_days"] == "Notice Period"


def test_one_id_under_two_accounts_is_two_terms(book: Database) -> None:
    taken(book, TABLE)
    report = taken(book, TABLE.replace("\n1,K-1", "\n3,K-1"))
    assert len(report.created) == 1 and report.unchanged == 1


@pytest.fixture
def crm_book(database: Database) -> Database:
    file = File("accounts.csv", (CRM_BOOK / "accounts.csv").read_bytes())
    import_accounts(ImportRun(database, 1, TAKEN_ON), file, Options())
    return database


@pytest.mark.slow
def test_the_subscriptions_of_the_crm_book_as_they_come(crm_book: Database) -> None:
    text = (CRM_BOOK / "subscriptions.csv").read_text("utf-8")
    report = taken(crm_book, text, now=TAKEN_ON)
    assert (len(report.created), report.bad, report.left_out) == (4854, [], [])
    # Twelve times what the accounts pay a month is what their export says of them, to the cent and to the day.
    assert Remark.CONTRACTS_DIFFER not in remarks(report) and Remark.CONTRACTS_NONE not in remarks(report)
    with crm_book.reading() as session:
        table = schema.account
        accounts = {row["id"]: row for row in session.execute(select(table)).mappings()}
        terms = contract_terms.current(session, 1, list(accounts))
    # facts/retention.json: 116 accounts in force on 2022-09-23 pay 1,351,620 USD a year.
    in_force = [arr for some in terms.values() if (arr := contracts.arr_on(some, date(2022, 9, 23)))]
    assert len(in_force) == 116
    told = json.loads((CRM_BOOK.parent / "facts" / "retention.json").read_text("utf-8"))["crm_book"]["windows"]
    for window in told:
        then = [contracts.arr_on(some, date.fromisoformat(window["t0"])) for some in terms.values()]
        assert total(amount for arr in then for amount in arr) == (Money(window["arr_t0"] * 100, "USD"),)
    assert taken(crm_book, text, now=TAKEN_ON).unchanged == 4854
