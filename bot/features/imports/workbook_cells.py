"""Reads the cells of a workbook with `python_calamine`; run as a process of its own, for its parent `workbooks`.

A damaged or hostile workbook can claim more cells than there is memory for, and the parser then ends the process that
it runs in. Here that is a child with a limit. It gets the file on standard input and writes the sheets as JSON: a cell
is its text, or a list of one text if it holds a number. It must import nothing of the bot, so that it starts at once.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

DAMAGED, LOCKED = 65, 77
"""Exit codes for a file that is no workbook, and for one with a password."""

_MEMORY = 2 * 1024**3
_SMALLEST_PLAIN = 1e-4
_PART, _OVERLAP = 1024**2, 1024
_SPANS = re.compile(rb'number-rows-spanned="(?:[2-9]|1[0-9])')

# A formula whose result was not saved; the result of one that gives an empty text is empty as well.
_UNEVALUATED = re.compile(
    rb'<c\s(?![^>]*t="str")[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)

Cell = str | list[str]


Merged = tuple[int, int, int]
"""Cells of one column that are merged over several lines: the first and the last line from 1, the column from 0."""


def sheets(data: bytes) -> list[tuple[str, bool, list[tuple[int, list[Cell]]], list[Merged] | None, bool]]:
    """Each worksheet: its name, whether people see it, its rows that are not empty with their line, and what is merged.

    Lines count from 1. What is merged is None where the format keeps it from us and there is some. Last comes whether
    the workbook has formulas without their results.
    """
    unknown = _found(data, _SPANS, "content.xml")
    unevaluated = _found(data, _UNEVALUATED, "xl/worksheets/")
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        return [
            (
                meta.name,
                meta.visible is SheetVisibleEnum.Visible,
                list(_rows(workbook, meta.name)),
                None if unknown else _merged(workbook, meta.name),
                unevaluated,
            )
            for meta in workbook.sheets_metadata
            if meta.typ is SheetTypeEnum.WorkSheet
        ]


def _rows(workbook: CalamineWorkbook, name: str) -> Iterator[tuple[int, list[Cell]]]:
    sheet = workbook.get_sheet_by_name(name)
    first = sheet.start[0] + 1 if sheet.start else 1
    for position, cells in enumerate(sheet.iter_rows()):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield first + position, texts


def _merged(workbook: CalamineWorkbook, name: str) -> list[Merged]:
    sheet = workbook.get_sheet_by_name(name)
    left = sheet.start[1] if sheet.start else 0
    ranges = sheet.merged_cell_ranges or []
    return [
        (top + 1, bottom + 1, column - left) for (top, column), (bottom, _) in ranges if bottom > top and column >= left
    ]


def _found(data: bytes, pattern: re.Pattern[bytes], start: str) -> bool:
    """Whether this pattern stands in a part of the packed workbook whose name begins so."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            rest = b""
            if name.startswith(start) and not name.endswith("/"):
                with archive.open(name) as content:
                    while part := content.read(_PART):
                        if pattern.search(rest + part):
                            return True
                        rest = part[-_OVERLAP:]
    return False


def _text(cell: object) -> Cell:
    """A typed cell as text: dates ISO, numbers plain and marked as such, whole ones without a point."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else ""


def _number(cell: float) -> Cell:
    if cell != cell or cell in (float("inf"), float("-inf")):
        return str(cell)
    if cell == int(cell):
        return [str(int(cell))]
    return [format(cell, ".15g") if abs(cell) > _SMALLEST_PLAIN else format(cell, ".15f")]


def main() -> int:
    with suppress(ImportError, ValueError, OSError):  # not every system has limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        cells_by_sheet = sheets(sys.stdin.buffer.read())
    except PasswordError:
        return LOCKED
    except (CalamineError, OSError, MemoryError, zipfile.BadZipFile, zlib.error):
        return DAMAGED
    json.dump(cells_by_sheet, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
