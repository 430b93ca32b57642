"""Reads workbooks (XLSX, XLS, ODS) with `python_calamine`: typed cells become the text that a table would hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from bot.features.imports import file_kinds
from bot.store.types import storable

_LARGEST = 1_000_000_000
_OTHER_ZIPS = {
    "word/": "word", "ppt/": "slides", "Index/": "numbers", "index.xml": "numbers", "META-INF/MANIFEST.MF": "archive",
}  # fmt: skip


class Figure(str):
    """The text of a cell that holds a number, not text that looks like one: its point is the decimal mark."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """One sheet: its name, whether people see it, and its rows with their line, counted from 1."""

    name: str
    visible: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(data: bytes, file: str) -> list[WorkbookSheet]:
    """The worksheets of a workbook in order, visible ones first; raises `UserError` when it is none."""
    kind = file_kinds.workbook_kind(data)
    if kind == "zip":
        _must_be_workbook(data, file)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [
                WorkbookSheet(meta.name, meta.visible is SheetVisibleEnum.Visible, tuple(_rows(workbook, meta.name)))
                for meta in workbook.sheets_metadata
                if meta.typ is SheetTypeEnum.WorkSheet
            ]
    except PasswordError:
        raise file_kinds.refused("password", file) from None
    except (CalamineError, OSError) as error:
        locked = kind == "ole" and b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P" in data
        raise file_kinds.refused("password" if locked else "damaged", file) from error
    return sorted(sheets, key=lambda sheet: not sheet.visible)


def _must_be_workbook(data: bytes, file: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise file_kinds.refused("damaged", file) from error
    if unpacked > _LARGEST:
        raise file_kinds.refused("too_large", file)
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return
    other = next((kind for name in names for start, kind in _OTHER_ZIPS.items() if name.startswith(start)), "zip")
    raise file_kinds.refused(other, file)


def _rows(workbook: CalamineWorkbook, name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    sheet = workbook.get_sheet_by_name(name)
    first = sheet.start[0] + 1 if sheet.start else 1
    for position, cells in enumerate(sheet.iter_rows()):
        texts = tuple(map(_text, cells))
        last = next((at for at in range(len(texts), 0, -1) if texts[at - 1]), 0)
        yield first + position, texts[:last]


def _text(cell: object) -> str:
    """A typed cell as text: dates ISO, numbers plain and marked as such, whole ones without a point."""
    if isinstance(cell, str):
        return storable(cell).strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return Figure(cell)
    if isinstance(cell, float):
        return Figure(int(cell)) if cell.is_integer() else Figure(format(cell, ".15g") if abs(cell) > 1e-4 else cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else ""
