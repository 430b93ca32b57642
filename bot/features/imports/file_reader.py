"""Turns the bytes of an exported table into rows of text: encodings, delimiters, quotes, footers."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.app.actor import UserError
from bot.domain.values.text import plural
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.report import BadRow
from bot.store.types import storable

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 40
_STRAY_NULS = 20
_LONGEST_CELL = 1_000_000
_NOT_A_TABLE = {
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
    b"<htm": "web_page",
    b"<!do": "web_page",
    b"<tab": "web_page",
    b"\x1f\x8b": "compressed",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells, trimmed; `line` is the line of the file on which it begins, counted from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, header included, with how they were read; `broken` are lines that are no rows."""

    rows: tuple[Row, ...]
    encoding: str
    delimiter: str
    broken: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()


def read(data: bytes, *, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """The rows of a delimited text file. Raises `UserError` when it is none, or when the encoding cannot be right."""
    _must_be_text(data)
    text, used, damaged = _decoded(data, encoding)
    if text.count("\x00") > max(_STRAY_NULS, len(text) // 100):
        raise UserError(ImportRefusal.NO_TEXT)
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    if lines and lines[0].strip().strip('"').lower().startswith("sep=") and len(lines[0].strip().strip('"')) == 5:
        delimiter, start = delimiter or lines[0].strip().strip('"')[-1], 1  # Excel's own way to name its delimiter
    mark = _delimiter(delimiter) if delimiter else _sniffed(lines[start:])
    rows: list[Row] = []
    broken: list[BadRow] = []
    for row in _parsed(lines, start, mark):
        if isinstance(row, BadRow):
            broken.append(row)
        elif any(row.cells):
            rows.append(row)
    if not rows:
        raise UserError(ImportRefusal.FILE_EMPTY)
    footer = _footer(rows)
    notes = []
    if damaged:
        notes.append(f"{plural(damaged, 'character')} could not be read as {used}: look at the names with � in them.")
    if footer:
        notes.append(f"Left out the report's footer, {plural(footer, 'line')} at the end.")
    return Sheet(tuple(rows[: len(rows) - footer]), used, mark, tuple(broken), tuple(notes))


def _must_be_text(data: bytes) -> None:
    for magic, kind in _NOT_A_TABLE.items():
        if data[:4].lower() == magic.lower() or data[: len(magic)] == magic:
            raise UserError(ImportRefusal.NOT_A_TABLE, kind=kind)


def _decoded(data: bytes, encoding: str | None) -> tuple[str, str, int]:
    """Text, the encoding that was used, and how many characters were damaged."""
    if encoding:
        try:
            return data.decode(encoding), encoding, 0
        except LookupError:
            raise UserError(ImportRefusal.ENCODING_UNKNOWN, encoding=encoding) from None
        except UnicodeDecodeError as wrong:
            raise UserError(ImportRefusal.ENCODING_WRONG, encoding=encoding, position=wrong.start) from None
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _counted(data, name, "utf-8" if name == "utf-8-sig" else name)
    half = max(len(data) // 2, 1)
    if data[1::2].count(0) > half * 0.4:
        return _counted(data, "utf-16-le", "utf-16")
    if data[::2].count(0) > half * 0.4:
        return _counted(data, "utf-16-be", "utf-16")
    text, _, damaged = _counted(data, "utf-8", "utf-8")
    beyond_ascii = sum(map(str.isprintable, filter(lambda char: char > "\x7f", text))) - damaged
    # A few bad bytes among good UTF-8 are damage; without good UTF-8 it is an export of an older Windows program.
    if damaged and damaged * 10 > beyond_ascii:
        return data.decode("cp1252", "replace"), "cp1252", 0
    return text, "utf-8", damaged


def _counted(data: bytes, codec: str, name: str) -> tuple[str, str, int]:
    text = data.decode(codec, "replace")
    return text, name, text.count("�")


def _delimiter(text: str) -> str:
    delimiter = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UserError(ImportRefusal.DELIMITER_UNREADABLE)
    return delimiter


def _sniffed(lines: list[str]) -> str:
    """The delimiter that cuts the first lines most evenly into most cells; a comma when none cuts them."""

    def score(delimiter: str) -> float:
        """How many cells a row has, weighted by how many rows agree."""
        rows = [cells for cells in csv.reader(lines[:_SAMPLE], delimiter=delimiter) if cells]
        if not rows:
            return 0
        (width, count), *_ = Counter(map(len, rows)).most_common(1)
        even = width * count / len(rows) if width > 1 else 0
        return even if any(len(cells) == width for cells in rows[:3]) else even / 2

    return max(_DELIMITERS, key=score)


def _parsed(lines: list[str], start: int, delimiter: str) -> Iterator[Row | BadRow]:
    """Rows in order; where the quotes of a row do not fit it is reported and reading goes on with the next line."""
    csv.field_size_limit(_LONGEST_CELL)
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        line = start
        try:
            for cells in reader:
                yield Row(line + 1, tuple(storable(cell).strip() for cell in cells))
                line = start + reader.line_num
            return
        except csv.Error as error:
            yield BadRow(line + 1, None, lines[line].strip()[:80], _quote_trouble(str(error)))
            start = line + 1


def _quote_trouble(error: str) -> str:
    if "end of data" in error:
        return "a quote is opened here and never closed"
    if "field larger" in error:
        return "a cell is over a million characters long; is a quote not closed?"
    return 'the quotes do not fit; inside a quoted cell a quote is written twice ("")'


def _footer(rows: list[Row]) -> int:
    """How many rows at the end are a report's footer: one cell of text where the header has several columns."""
    width = max(len(row.cells) for row in rows[:3])
    count = 0
    if width > 2:
        for row in reversed(rows[1:]):
            if sum(map(bool, row.cells)) > 1 or not row.cells[0]:
                break
            count += 1
    return count
