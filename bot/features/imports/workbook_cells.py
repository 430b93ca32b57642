"""Reads the cells of a workbook with `python_calamine`; run as a process of its own, for its parent `workbooks`.

A damaged or hostile workbook can claim more cells than there is memory for, and the parser then ends the process that
it runs in. Here that is a child with a limit. It gets the file on standard input and writes the sheets as JSON: a cell
is its text, or a list of one text if it holds a number. It must import nothing of the bot, so that it starts at once.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

DAMAGED, LOCKED = 65, 77
"""Exit codes for a file that is no workbook, and for one with a password."""

_MEMORY = 2 * 1024**3
_SMALLEST_PLAIN = 1e-4

Cell = str | list[str]


def sheets(data: bytes) -> list[tuple[str, bool, list[tuple[int, list[Cell]]]]]:
    """Each worksheet: its name, whether people see it, and its rows that are not empty with their line, from 1."""
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        return [
            (meta.name, meta.visible is SheetVisibleEnum.Visible, list(_rows(workbook, meta.name)))
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
    except (CalamineError, OSError, MemoryError):
        return DAMAGED
    json.dump(cells_by_sheet, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
