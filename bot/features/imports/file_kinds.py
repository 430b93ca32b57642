"""Tells what a file is: a workbook, a table in text, or something that cannot be read and is named for what it is."""

from __future__ import annotations

import re

from bot.app.actor import UserError
from bot.features.imports.refusals import ImportRefusal

_WORKBOOKS = {b"PK\x03\x04": "zip", b"\xd0\xcf\x11\xe0": "ole"}
_BINARY: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"SQLite format 3", "sqlite"),
    (b"PAR1", "parquet"),
    (b"{\\rtf", "rtf"),
)
_BOM = "\ufeff"
_BEFORE_TAGS = re.compile(r"(?:\s|<\?[^>]*>|<!--.*?-->|<!doctype(?!\s+html)[^>]*>)*", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|meta|style|div|script|tr|center)\b", re.IGNORECASE)
_XML = re.compile(r"<(?:\?xml|!--|!doctype|[a-z][\w.:-]*(?:\s[^<>]*)?>\s*<)", re.IGNORECASE)
_JSON = re.compile(r'\[\s*(?:[\[{"\]]|-?\d|$)|\{\s*(?:"|\}|$)')
_SQL = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/;?)*(?:create\s+(?:table|database|schema|view)|insert\s+into|drop\s+table|delete\s+from|"
    r"select\s+[^,;\t\n]+\s+from|begin(?:\s+transaction)?\s*;|pragma\s+\w+\s*=|set\s+\w+\s*(?:=|to\s)|lock\s+tables|use\s+`)",
    re.IGNORECASE | re.DOTALL,
)
_YAML = re.compile(
    r"(?:#[^\n]*\n|%YAML[^\n]*\n|\s)*(?:---[ \t]*\r?\n(?:-[ \t]|[\w.-]+:)|"
    r"-[ \t]+[\w.-]+:(?:[ \t][^,;\t\n]*)?\r?\n[ \t]+[\w.-]+:|"
    r"[\w.-]+:[ \t]*\r?\n[ \t]*-[ \t]+[\w\"'])"
)
_MARKED = {"BEGIN:VCARD": "vcard", "BEGIN:VCALENDAR": "calendar", "MIME-VERSION:": "mail", "FROM ": "mail"}
_START = 4096


def workbook_kind(data: bytes) -> str | None:
    """`zip` for what may be XLSX or ODS, `ole` for what may be XLS, None for anything else."""
    return next((kind for magic, kind in _WORKBOOKS.items() if data.startswith(magic)), None)


def must_be_text(data: bytes, name: str) -> None:
    """Raise `UserError` for a binary file that is no table."""
    kind = next((kind for magic, kind in _BINARY if data.startswith(magic)), None)
    if kind is not None:
        raise refused(kind, name)


def must_be_table(text: str, name: str) -> None:
    """Raise `UserError` for text that is no table: HTML, XML, JSON, SQL and the like."""
    start = text[:_START].lstrip(_BOM + " \t\r\n\x00")
    if start.startswith("<"):
        opening = _BEFORE_TAGS.match(start)
        if _HTML.match(start, opening.end() if opening else 0):
            raise refused("html", name)
        if _XML.match(start):
            raise refused("xml", name)
    if _JSON.match(start):
        raise refused("json", name)
    for form, language in ((_SQL, "sql"), (_YAML, "yaml")):
        if form.match(start):
            raise refused(language, name)
    kind = next((kind for mark, kind in _MARKED.items() if start.upper().startswith(mark) and ":" in start[:40]), None)
    if kind is not None and "," not in start.splitlines()[0]:
        raise refused(kind, name)


def refused(kind: str, name: str) -> UserError:
    """The refusal of a file of this kind; it says so if the file's name claims something else."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    claimed = suffix if suffix in ("csv", "xls", "xlsx", "txt", "tsv", "ods") else None
    return UserError(ImportRefusal.NOT_A_TABLE, kind=kind, claimed=claimed)
