"""Reads workbooks (XLSX, XLS, ODS): typed cells become the text that a table would hold."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass

from bot.features.imports import file_kinds, workbook_cells
from bot.store.types import storable

_LARGEST = 1_000_000_000
_SECONDS = 180
_MANIFEST, _LOCKED, _START = "META-INF/manifest.xml", b":encryption-data", 1_000_000
_OTHER_ZIPS = {
    "word/": "word", "ppt/": "slides", "Index/": "numbers", "index.xml": "numbers", "META-INF/MANIFEST.MF": "archive",
}  # fmt: skip


class Figure(str):
    """The text of a cell that holds a number, not text that looks like one: its point is the decimal mark."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """One sheet: its name, whether people see it, and its rows with their line, counted from 1.

    `merged` are the cells that are merged over several lines, None if there are some and the format keeps where.
    `unevaluated` says that the workbook has formulas without their results.
    """

    name: str
    visible: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    merged: tuple[workbook_cells.Merged, ...] | None = ()
    unevaluated: bool = False


def read(data: bytes, file: str) -> list[WorkbookSheet]:
    """The worksheets of a workbook in order, visible ones first; raises `UserError` when it is none."""
    kind = file_kinds.workbook_kind(data)
    if kind == "zip":
        _must_be_workbook(data, file)
    # -P: the folder of that file has modules that are called like some of the standard library.
    command = [sys.executable, "-P", workbook_cells.__file__]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise file_kinds.refused("too_large", file) from None
    locked = kind == "ole" and "EncryptedPackage".encode("utf-16-le") in data
    if child.returncode == workbook_cells.LOCKED or (child.returncode and locked):
        raise file_kinds.refused("password", file)
    if child.returncode:
        raise file_kinds.refused("damaged", file)
    sheets = [
        WorkbookSheet(
            storable(name),
            visible,
            tuple((line, tuple(map(_cell, cells))) for line, cells in rows),
            None if merged is None else tuple((first, last, column) for first, last, column in merged),
            unevaluated,
        )
        for name, visible, rows, merged, unevaluated in json.loads(child.stdout)
    ]
    return sorted(sheets, key=lambda sheet: not sheet.visible)


def _cell(cell: workbook_cells.Cell) -> str:
    return storable(cell) if isinstance(cell, str) else Figure(cell[0])


def _must_be_workbook(data: bytes, file: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            unpacked = sum(info.file_size for info in archive.infolist())
            locked = _MANIFEST in names and _LOCKED in archive.open(_MANIFEST).read(_START)
    # RuntimeError: an entry of the archive has a password; its child NotImplementedError: a way to pack it lacks.
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError) as error:
        raise file_kinds.refused("damaged", file) from error
    if locked:
        raise file_kinds.refused("password", file)
    if unpacked > _LARGEST:
        raise file_kinds.refused("too_large", file)
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return
    other = next((kind for name in names for start, kind in _OTHER_ZIPS.items() if name.startswith(start)), "zip")
    raise file_kinds.refused(other, file)
