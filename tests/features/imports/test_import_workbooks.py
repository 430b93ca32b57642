"""Workbooks as spreadsheets save them: merged cells, dates, text ids, several sheets, hidden headers; wide tables."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app.actor import UserError
from bot.features.imports.fact_rows import PEOPLE
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import (
    File,
    ImportRun,
    import_accounts,
    import_contracts,
    import_facts,
    import_readings,
)
from bot.features.imports.wording import sentence
from bot.store import schema
from bot.store.engine import Database
from tests.features.imports.test_import_hostile import open_document, workbook
from tests.support.factory import NOON
from tests.support.refusals import worded

_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_FORMATS = f'<styleSheet {_SHEET}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
_STYLES = (
    '<Relationship Id="r99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
    'Target="styles.xml"/></Relationships>'
)
Cell = str | int | float | date | None


def cells(number: int, *values: Cell, hidden: bool = False) -> str:
    """A row of a sheet: text as text, numbers as numbers, dates as typed ones."""
    written = "".join(_cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(values))
    return f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>{written}</row>'


def _cell(place: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def saved(*sheets: str, merged: Sequence[str] = ()) -> bytes:
    """An XLSX file of these sheets, with typed dates; `merged` are ranges of the last one."""
    source = zipfile.ZipFile(io.BytesIO(workbook({f"Sheet{n}": rows for n, rows in enumerate(sheets, 1)})))
    ranges = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    whole = io.BytesIO()
    with source, zipfile.ZipFile(whole, "w") as archive:
        for name in source.namelist():
            text = source.read(name).decode()
            if name.endswith(f"s{len(sheets)}.xml") and merged:
                text = text.replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>")
            if name == "xl/_rels/workbook.xml.rels":
                text = text.replace("</Relationships>", _STYLES)
            archive.writestr(name, text)
        archive.writestr("xl/styles.xml", _FORMATS)
    return whole.getvalue()


def open_sheet(rows: str) -> bytes:
    """An ODS file of one sheet, with the list of parts that a program writes into it."""
    source = zipfile.ZipFile(io.BytesIO(open_document(rows)))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    spaces = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    whole = io.BytesIO()
    with source, zipfile.ZipFile(whole, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {spaces}>{entry}</manifest:manifest>")
    return whole.getvalue()


def taken(database: Database, data: bytes, name: str = "book.xlsx", **options: Any) -> Report:
    return import_accounts(ImportRun(database, 1, NOON), File(name, data), Options(**options))


def accounts(database: Database) -> list[tuple[Any, ...]]:
    table = schema.account
    columns = (table.c.external_id, table.c.name, table.c.arr_minor, table.c.renewal_date)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(table.c.id))]


def notes(report: Report) -> list[str]:
    return [sentence(note) for note in report.notes]


HEADER = ("Account ID", "Account Name", "ARR", "Currency", "Renewal Date")


def test_typed_dates_text_ids_and_a_totals_row(database: Database) -> None:
    data = saved(
        cells(1, "Export of 2 March")
        + cells(3, *HEADER)
        + cells(4, "0042", "Acme", 1200.5, "EUR", date(2026, 9, 30))
        + cells(5, "0007", "Bolt", 99, "EUR", date(2027, 1, 31))
        + cells(6, "Total", None, 1299.5)
    )
    report = taken(database, data)
    assert accounts(database) == [
        ("0042", "Acme", 1200_50, date(2026, 9, 30)),
        ("0007", "Bolt", 99_00, date(2027, 1, 31)),
    ]
    assert [(left.line, sentence(left.reason)) for left in report.left_out] == [(6, "is a total of other lines")]
    assert taken(database, data).unchanged == 2


def test_dates_that_lost_their_format_are_read_as_days_and_told(database: Database) -> None:
    report = taken(database, saved(cells(1, *HEADER) + cells(2, "0042", "Acme", 5, "EUR", 46295)))
    assert accounts(database) == [("0042", "Acme", 5_00, date(2026, 9, 30))]
    assert "1 cell of “Renewal Date” is a day number of Excel: 46295 was read as 2026-09-30." in notes(report)


def test_of_two_sheets_the_one_of_accounts_is_read_also_below_a_hidden_header(database: Database) -> None:
    pivot = cells(1, "Owner", "Sum") + cells(2, "Ines", 5)
    book = cells(1, "x") + cells(2, *HEADER, hidden=True) + cells(3, "0042", "Acme", 5, "EUR", date(2026, 9, 30))
    report = taken(database, saved(pivot, book))
    assert accounts(database) == [("0042", "Acme", 5_00, date(2026, 9, 30))]
    assert "The sheet “Sheet2” was read, because its header names most fields; not “Sheet1”." in notes(report)


def test_an_open_document_with_typed_dates_and_text_ids(database: Database) -> None:
    def text(value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    header = "".join(map(text, HEADER))
    line = (
        text("0042") + text("Acme") + '<table:table-cell office:value-type="float" office:value="5"/>' + text("EUR")
        + '<table:table-cell office:value-type="date" office:date-value="2026-09-30"/>'
    )  # fmt: skip
    rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in (header, line))
    taken(database, open_sheet(rows), "book.ods")
    assert accounts(database) == [("0042", "Acme", 5_00, date(2026, 9, 30))]


def test_an_account_that_is_merged_over_its_people_stands_beside_each(database: Database) -> None:
    taken(database, b"Account Name\nAcme\nBolt\n", "book.csv")
    rows = cells(1, "Account", "Contact Name", "Role")
    rows += cells(2, "Acme", "Dana Fox", "Champion") + cells(3, None, "Eli Ruiz", "User")
    rows += (
        cells(4, None, "Uma Vale", "User") + cells(5, "Bolt", "Kim Lee", "User") + cells(6, None, "Lone Wolf", "User")
    )
    run = ImportRun(database, 1, NOON)
    report = import_facts(run, PEOPLE, File("people.xlsx", saved(rows, merged=["A2:A4"])), Options())
    person, account = schema.person, schema.account
    joined = select(account.c.name, person.c.name).join_from(person, account, person.c.account_id == account.c.id)
    with database.reading() as session:
        people = [tuple(row) for row in session.execute(joined.order_by(person.c.id))]
    assert people == [("Acme", "Dana Fox"), ("Acme", "Eli Ruiz"), ("Acme", "Uma Vale"), ("Bolt", "Kim Lee")]
    assert [bad.line for bad in report.bad] == [6]
    assert "“Account” has cells that are merged over several lines: each of these lines got their value." in notes(
        report
    )


def test_an_amount_that_is_merged_counts_once(database: Database) -> None:
    taken(database, b"Account Name\nAcme\n", "book.csv")
    rows = cells(1, "Account", "Plan", "Start", "End", "ARR", "Currency")
    rows += cells(2, "Acme", "Core", date(2026, 1, 1), date(2027, 1, 1), 900, "EUR")
    rows += cells(3, None, "Extra", date(2026, 1, 1), date(2027, 1, 1), None, "EUR")
    data = saved(rows, merged=["A2:A3", "E2:E3"])
    import_contracts(ImportRun(database, 1, NOON), File("terms.xlsx", data), Options())
    with database.reading() as session:
        assert session.execute(select(func.sum(schema.contract.c.arr_minor))).scalar_one() == 900_00


def test_merged_cells_of_an_open_document_are_told(database: Database) -> None:
    def text(value: str, spans: str = "") -> str:
        return f'<table:table-cell office:value-type="string"{spans}><text:p>{value}</text:p></table:table-cell>'

    header = text("Account Name") + text("Portfolio")
    first = text("Acme", ' table:number-columns-spanned="1" table:number-rows-spanned="2"') + text("North")
    rows = "".join(
        f"<table:table-row>{row}</table:table-row>"
        for row in (header, first, "<table:covered-table-cell/>" + text("N"))
    )
    report = taken(database, open_sheet(rows), "book.ods")
    assert any("save it as XLSX if lines lack something" in text for text in notes(report))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Account,Metric,2026-W05,2026-W06,2026-W07\nAcme,logins,1,2,3\n",
         "This table has a column for each period, such as “2026-W05”, “2026-W06” and 1 more: turn them into rows"),
        ("Account,Jan 2026,Feb 2026\nAcme,1,2\n",
         "This table has a column for each period, such as “Jan 2026” and “Feb 2026”: turn them into rows"),
        ("Account,Metric,05/01/2026,12/01/2026\nAcme,logins,1,2\n", "such as “05/01/2026” and “12/01/2026”"),
        ("Account,Week,Logins,Seats\nAcme,2026-01-05,1,2\n",
         "This table has a column for each metric, such as “Logins” and “Seats”"),
    ],
)  # fmt: skip
def test_a_wide_table_of_readings_is_told_how_to_be_made_long(database: Database, text: str, says: str) -> None:
    with pytest.raises(UserError) as refused:
        import_readings(ImportRun(database, 1, NOON), File("usage.csv", text.encode()), Options())
    assert says in worded(refused.value)
    assert "--map" not in worded(refused.value)


def test_a_table_of_readings_that_only_lacks_a_header_is_told_so(database: Database) -> None:
    text = b"Account,Metric,Week,Wat\nAcme,logins,2026-01-05,1\n"
    with pytest.raises(UserError) as refused:
        import_readings(ImportRun(database, 1, NOON), File("usage.csv", text), Options())
    assert worded(refused.value).startswith("No column holds the value: ")
