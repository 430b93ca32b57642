"""Turns the bytes of an exported table into rows of text: kinds of file, encodings, delimiters, quotes, sheets."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from bot.app.actor import UserError
from bot.features.imports import encodings, file_kinds, workbooks
from bot.features.imports.encodings import Recognised
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import BadRow
from bot.store.types import storable

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 60
_STRAY_NULS = 20
_LONGEST_CELL = 1_000_000
_QUOTED = 200
_MOST_CELLS = 16_384
"""As many columns as a sheet of a workbook can have."""
_MOST_SHARED, _SHORT = 20_000, 40


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells, trimmed. `line` is where it begins, counted from 1; `after_blank` if an empty line precedes."""

    line: int
    cells: tuple[str, ...]
    after_blank: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells of one column (from 0) that are merged over the lines from `first` to `last`."""

    first: int
    last: int
    column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, header included, with how they were read; `broken` are lines that are no rows.

    `delimiter` is empty for a sheet of a workbook. `guessed` says that the encoding is a guess, `cut_off` that the
    last line of a text has no end. `merged` is what a workbook says of merged cells.
    """

    rows: tuple[Row, ...]
    encoding: str
    delimiter: str
    broken: tuple[BadRow, ...] = ()
    notes: tuple[Note, ...] = ()
    guessed: bool = False
    cut_off: bool = False
    merged: tuple[Merged, ...] = ()


def read(
    data: bytes,
    *,
    name: str = "",
    encoding: str | None = None,
    delimiter: str | None = None,
    recognised: Recognised = lambda cells: 0,
) -> Sheet:
    """The rows of a table in a file called `name`. `recognised` tells delimiters and sheets apart by their headers.

    Raises `UserError` when the file is no table, or when the encoding cannot be right.
    """
    if file_kinds.workbook_kind(data):
        return _of_workbook(data, name, recognised)
    file_kinds.must_be_text(data, name)
    text = encodings.decoded(data, encoding, recognised)
    file_kinds.must_be_table(text.text, name)
    if text.text.count("\x00") > max(_STRAY_NULS, len(text.text) // 100):
        raise UserError(ImportRefusal.NO_TEXT)
    return _of_text(text, delimiter, recognised)


def _of_workbook(data: bytes, name: str, recognised: Recognised) -> Sheet:
    """The sheet whose header names most fields; the first of them if several do."""
    sheets = workbooks.read(data, name)
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise UserError(ImportRefusal.FILE_EMPTY)
    chosen = max(filled, key=lambda sheet: max(recognised(cells) for _, cells in sheet.rows[:_SAMPLE]))
    lines = [chosen.rows[0][0] - 1, *(line for line, _ in chosen.rows)]
    rows = tuple(Row(line, cells, line > above + 1) for above, (line, cells) in zip(lines, chosen.rows, strict=False))
    others = [sheet.name for sheet in filled if sheet is not chosen]
    notes = [note(Remark.SHEET_CHOSEN, sheet=chosen.name, names=others)] if others else []
    if chosen.unevaluated:
        notes.append(note(Remark.FORMULAS_WITHOUT_RESULTS))
    if chosen.merged is None:
        notes.append(note(Remark.MERGED_UNKNOWN))
    return Sheet(rows, "workbook", "", notes=tuple(notes), merged=tuple(Merged(*one) for one in chosen.merged or ()))


def _of_text(decoded: encodings.Decoded, delimiter: str | None, recognised: Recognised) -> Sheet:
    lines = io.StringIO(decoded.text, newline="").readlines()
    start = 0
    if lines and lines[0].strip().strip('"').lower().startswith("sep=") and len(lines[0].strip().strip('"')) <= 5:
        mark = lines[0].strip("\r\n").strip('"')[4:5] or "\t"  # Excel's own way to name its delimiter
        delimiter, start = delimiter or mark, 1
    mark = _delimiter(delimiter) if delimiter else _sniffed(lines[start:], recognised)
    lines = _unwrapped(lines, start, mark)
    rows: list[Row] = []
    broken: list[BadRow] = []
    blank = False
    for row in _parsed(lines, start, mark):
        if isinstance(row, BadRow):
            broken.append(row)
        elif any(row.cells):
            rows.append(Row(row.line, row.cells, True) if blank else row)
        blank = isinstance(row, Row) and not any(row.cells)
    if not rows:
        raise UserError(ImportRefusal.FILE_EMPTY)
    notes = (note(Remark.DAMAGED, count=decoded.damaged, encoding=decoded.encoding),) if decoded.damaged else ()
    cut_off = not decoded.text.endswith(("\n", "\r"))
    return Sheet(tuple(rows), decoded.encoding, mark, tuple(broken), notes, decoded.guessed, cut_off)


def _delimiter(text: str) -> str:
    delimiter = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UserError(ImportRefusal.DELIMITER_UNREADABLE)
    return delimiter


def _sniffed(lines: list[str], recognised: Recognised) -> str:
    """The delimiter that shows most headers, then the one that cuts most evenly into most cells; else a comma."""

    def score(delimiter: str) -> tuple[int, float]:
        """How many fields the best row names, and how many cells a row has, weighted by how many rows agree."""
        rows: list[list[str]] = []
        with suppress(csv.Error):  # a cell that is too long is told of when the rows are read
            rows.extend(cells for cells in csv.reader(lines[:_SAMPLE], delimiter=delimiter) if cells)
        if not rows:
            return 0, 0
        (width, count), *_ = Counter(map(len, rows)).most_common(1)
        even = width * count / len(rows) if width > 1 else 0
        fields = max(recognised(cells) if len(cells) > 1 else 0 for cells in rows)
        return fields, even if any(len(cells) == width for cells in rows[:3]) else even / 2

    return max(_DELIMITERS, key=score)


def _unwrapped(lines: list[str], start: int, delimiter: str) -> list[str]:
    """The lines without a pair of quotes around each as a whole, which a table gets that was saved twice."""
    wrapped = [line.strip() for line in lines[start : start + _SAMPLE] if line.strip()]
    if len(wrapped) < 2 or not all(
        len(line) > 1 and line[0] == line[-1] == '"' and delimiter in line and _is_one_cell(line, delimiter)
        for line in wrapped
    ):
        return lines
    return [next(csv.reader([line], delimiter=delimiter), [""])[0] + "\n" if line.strip() else line for line in lines]


def _is_one_cell(line: str, delimiter: str) -> bool:
    with suppress(csv.Error):
        return len(next(csv.reader([line], delimiter=delimiter), [])) == 1
    return False


def _parsed(lines: list[str], start: int, delimiter: str) -> Iterator[Row | BadRow]:
    """Rows in order; where the quotes of a row do not fit it is reported and reading goes on with the next line."""
    csv.field_size_limit(_LONGEST_CELL)
    shared: dict[str, str] = {}  # of cells that repeat, one copy is kept: a large file has few owners and currencies
    while start < len(lines):
        # Some programs write a blank after the delimiter, so that a quote is not the first character of its cell.
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True, skipinitialspace=True)
        line = start
        try:
            for cells in reader:
                yield _row(line, cells, shared) if len(cells) <= _MOST_CELLS else _too_wide(line, cells)
                line = start + reader.line_num
            return
        except csv.Error as error:
            yield _as_written(lines[line], line, delimiter) or BadRow(
                line + 1, None, lines[line].strip()[:80], _quote_trouble(str(error)), lines[line].strip()[:_QUOTED]
            )
            start = line + 1


def _too_wide(line: int, cells: list[str]) -> BadRow:
    reason = note(Remark.TOO_WIDE, cells=len(cells), most=_MOST_CELLS)
    return BadRow(line + 1, None, None, reason, ", ".join(cells[:_QUOTED])[:_QUOTED])


def _as_written(text: str, line: int, delimiter: str) -> Row | None:
    """This line with the blanks before its quotes kept, which makes the quotes plain characters; None if not."""
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return _row(line, cells, {})


def _row(line: int, cells: list[str], shared: dict[str, str]) -> Row:
    texts = [storable(cell).strip() for cell in cells]
    if len(shared) < _MOST_SHARED:
        shared.update((text, text) for text in texts if len(text) <= _SHORT and text not in shared)
    return Row(line + 1, tuple([shared.get(text, text) for text in texts]))


def _quote_trouble(error: str) -> Note:
    if "end of data" in error:
        return note(Remark.QUOTE_NEVER_CLOSED)
    return note(Remark.TOO_LONG if "field larger" in error else Remark.QUOTES_DO_NOT_FIT)
