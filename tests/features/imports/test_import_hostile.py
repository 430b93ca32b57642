"""What an attacker or a careless person would import: it is read, or refused in a sentence, and never raises."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from bot.app.actor import UserError
from bot.features.imports import account_rows, column_mapping, fields, file_reader, report_lines, workbooks
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.file_reader import Sheet
from bot.features.imports.headers import currency_of, scale_of
from bot.features.imports.remarks import Remark
from bot.features.imports.report import BadRow
from bot.features.imports.row_reader import Options, reader
from bot.features.imports.wording import sentence
from tests.support.refusals import worded

HEADER = "Account ID,Account Name,ARR,Currency,Renewal Date\n"
RECOGNISER = column_mapping.recogniser(fields.ACCOUNTS)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def read(data: bytes | str, name: str = "x.csv") -> Sheet:
    return file_reader.read(data.encode() if isinstance(data, str) else data, name=name, recognised=RECOGNISER.count)


def lines(data: bytes | str, name: str = "x.csv") -> list[ImportedAccount | BadRow]:
    """Every row of the file as the import reads it, the lines that cannot be split into cells first."""
    sheet = read(data, name)
    columns = RECOGNISER.recognise(sheet)
    columns, left_out, _ = report_lines.rows_of(columns, fields.ACCOUNTS, cut_off=sheet.cut_off)
    rows = reader(columns, Options(), fields.ACCOUNTS, year=2026)
    return [*sheet.broken, *left_out, *account_rows.lines(rows)]


def values(data: bytes | str, name: str = "x.csv") -> list[tuple[object, ...]]:
    """Id, name, ARR and currency of the rows that can be taken."""
    taken = [line for line in lines(data, name) if isinstance(line, ImportedAccount)]
    return [(line.external_id, line.name, line.values.get("arr_minor"), line.values.get("currency")) for line in taken]


def reasons(data: bytes | str, name: str = "x.csv") -> list[Remark]:
    return [line.reason.remark for line in lines(data, name) if isinstance(line, BadRow)]


def workbook(sheets: Mapping[str, str], **others: bytes) -> bytes:
    """An XLSX file of these sheets, each given as the XML of its rows."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
        root = f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>')
        named = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        archive.writestr(
            "xl/workbook.xml", f'<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets>{named}</sheets></workbook>'
        )
        targets = "".join(
            f'<Relationship Id="r{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        relations = f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>'
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        for n, rows in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/s{n}.xml", f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>")
        for name, content in others.items():
            archive.writestr(name, content)
    return whole.getvalue()


def row(number: int, *cells: str) -> str:
    """One row of a sheet; a cell that begins with `=` is a formula whose last result is 42."""

    def cell(column: str, text: str) -> str:
        if text.startswith("="):
            return f'<c r="{column}{number}"><f>{text[1:]}</f><v>42</v></c>'
        return f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'

    return f'<row r="{number}">{"".join(map(cell, "ABCDEFG", cells))}</row>'


def open_document(rows: str) -> bytes:
    """An ODS file of one sheet, given as the XML of its rows."""
    spaces = f'xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0" xmlns:text="{_ODF}:text:1.0"'
    table = f'<table:table table:name="A">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    return whole.getvalue()


BOOK = row(1, "Account ID", "Account Name", "ARR", "Currency") + row(2, "007", "Acme", "=B1*2", "EUR")


@pytest.mark.parametrize(
    ("header", "name", "arr"),
    [
        ("Nombre del cliente;Valor anual;Moneda;Fecha de renovación\n", "Peñón", "1.234,50"),
        ("Nome do cliente;Valor anual do contrato;Moeda;Data de renovação\n", "Ação", "1.234,50"),
        ("Nazwa klienta;Wartość roczna;Waluta;Data odnowienia\n", "Łódź", "1 234,50"),
        ("Klant;Jaarwaarde;Valuta;Verlengingsdatum\n", "Café", "1.234,50"),
        ("Nom du client;Montant annuel;Devise;Date de renouvellement\n", "Élan", "1 234,50"),
        ("会社名\t年額\t通貨\t更新日\n", "青空", "1,234.50"),
        ("公司名称|年度合同金额|币种|合同结束日期\n", "蓝天", "1,234.50"),
    ],
)
def test_headers_of_other_languages_are_known(header: str, name: str, arr: str) -> None:
    mark = next(mark for mark in ";\t|" if mark in header)
    assert values(header + mark.join((name, arr, "EUR", "2026-12-31\n"))) == [(None, name, 1_234_50, "EUR")]


@pytest.mark.parametrize("word", ["Account Link", "Company Team", "Customer Rank", "ACCOUNT_UNIT", "Customer Form"])
def test_a_short_last_word_is_no_unit(word: str) -> None:
    assert (currency_of(word), scale_of(word)) == (None, 1)
    with pytest.raises(UserError):
        lines(f"{word},ARR\nAcme,5\n")


@pytest.mark.parametrize("header", ["ARR EUR k", "ARR k EUR", "ARR (kEUR)", "ARR KEUR", "ARR EURk"])
def test_a_unit_with_its_currency_is_one(header: str) -> None:
    assert (currency_of(header), scale_of(header)) == ("EUR", 1_000)


def test_a_header_that_stands_twice_is_told() -> None:
    columns = RECOGNISER.recognise(read("Account Name,ARR,arr,Currency\nAcme,1,2,EUR\n"))
    assert [sentence(one) for one in columns.notes] == [
        "2 columns are called “ARR”; column 2 is read. If that is the wrong one, rename the others."
    ]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("₹ 12,34,567.00", 1_234_567_00), ("₹1,00,000", 100_000_00), ("Rs. 1,23,456.50", 123_456_50)],
)
def test_indian_grouping_is_read(written: str, amount: int) -> None:
    assert values(f'{HEADER}1,Acme,"{written}",,\n') == [("1", "Acme", amount, "INR")]


@pytest.mark.parametrize("written", ["(1,200.00)", "$(5.00)", "-7", "7-", "−7"])
def test_a_negative_value_in_any_notation_is_left_out(written: str) -> None:
    assert reasons(f'{HEADER}1,Acme,"{written}",USD,\n') == [Remark.AMOUNT_NEGATIVE]


def test_what_steers_a_terminal_or_turns_a_text_is_taken_off_names() -> None:
    text = (
        f"{HEADER}1,A\x1b[31mcme\x07,5,EUR,\n2,\u202eBolt\u202c,5,EUR,\n3,\u2066Core\u2069,5,EUR,\n4,D\x00une,5,EUR,\n"
    )
    assert [line[1] for line in values(text)] == ["Acme", "Bolt", "Core", "Dune"]


def test_a_name_longer_than_a_name_is_left_out() -> None:
    assert reasons(f"{HEADER}1,{'N' * 301},5,EUR,\n") == [Remark.NAME_TOO_LONG]


@pytest.mark.parametrize("first", ["", "Notes about this book,,,,\n\n"])
def test_a_cell_or_a_row_without_end_is_left_out_and_the_others_are_taken(first: str) -> None:
    text = f'{first}{HEADER}1,"{"x" * 1_100_000}",5,EUR,\n2,Bolt,5,EUR,\n3,Core{",1" * 20_000}\n'
    assert [line[1] for line in values(text)] == ["Bolt"]
    assert sorted(reasons(text)) == sorted([Remark.TOO_LONG, Remark.TOO_WIDE])


def test_a_header_wider_than_any_sheet_is_refused() -> None:
    with pytest.raises(UserError) as refused:
        lines(f"Account Name{',x' * 100_000}\nAcme{',1' * 100_000}\n")
    assert worded(refused.value) == (
        "The file is empty, so export the table again, as CSV or XLSX, with its header line."
    )


def test_of_two_sheets_the_one_with_the_header_is_read_and_formulas_as_they_were_last_worked_out() -> None:
    data = workbook({"Notes": row(1, "about this book"), "Accounts": BOOK})
    assert values(data, "x.xlsx") == [("007", "Acme", 42_00, "EUR")]
    assert [sentence(one) for one in read(data, "x.xlsx").notes] == [
        "The sheet “Accounts” was read, because its header names most fields; not “Notes”."
    ]


def test_a_long_list_of_sheets_is_cut_with_a_count() -> None:
    data = workbook({**{f"S{n}": row(1, "nothing") for n in range(40)}, "Accounts": BOOK})
    assert sentence(read(data, "x.xlsx").notes[0]).endswith("not “S0”, “S1”, “S2”, “S3”, “S4” and 35 more.")


def test_macros_are_not_read() -> None:
    data = workbook({"Accounts": BOOK}, **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"x" * 100, "../../evil": b"x"})
    assert values(data, "x.xlsm") == [("007", "Acme", 42_00, "EUR")]


@pytest.mark.slow
def test_a_last_row_far_below_costs_nothing() -> None:
    data = workbook({"Accounts": BOOK + row(1_048_576, "008", "Bolt", "5", "EUR")})
    assert [line[1] for line in values(data, "x.xlsx")] == ["Acme", "Bolt"]
    assert [(one.line, one.after_blank) for one in read(data, "x.xlsx").rows][-1] == (1_048_576, True)


_BOMBS = {
    "claims a cell in its last row and column": workbook(
        {"A": row(1, "Account Name", "ARR") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'}
    ),
    "repeats a full row a million times": open_document(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
    ),
    "has an entity of its own": workbook({"A": row(1, "Account Name", "&lol;")}),
    "ends in the middle": workbook({"A": BOOK})[:-400],
    "is an old workbook of nothing": b"\xd0\xcf\x11\xe0" + b"\x00" * 5_000,
}


@pytest.mark.parametrize("bomb", _BOMBS.values(), ids=_BOMBS.keys())
def test_a_workbook_that_is_a_bomb_is_refused_in_a_sentence(bomb: bytes) -> None:
    with pytest.raises(UserError) as refused:
        read(bomb, "x.xlsx")
    assert worded(refused.value).endswith(
        (
            "export the table again, as CSV or XLSX, and import that.",
            "leave out what is not needed and import it in parts.",
        )
    )


def test_a_workbook_that_unpacks_to_more_than_it_may_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_LARGEST", 1_000_000)
    with pytest.raises(UserError) as refused:
        read(workbook({"A": BOOK}, **{"xl/media/a.bin": b"0" * 1_000_001}), "x.xlsx")
    assert worded(refused.value).startswith("This is a workbook that is too large: ")
