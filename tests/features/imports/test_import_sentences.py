"""What the report says of a file and of a line that are refused: one sentence, and what to do."""

from __future__ import annotations

import errno
import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.app.actor import UserError
from bot.cli import errors, import_report
from bot.domain.refusal import Refusal
from bot.features.imports import wording
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Remark, note
from bot.features.imports.report import Report
from bot.resources import TEMPLATES
from bot.slack.refusals import SlackRefusal
from tests.features.imports.test_import_workbooks import cells, saved
from tests.support.refusals import worded

TO_DO = re.compile(
    r"\b(?:add|ask|check|choose|close|copy|correct|drop|export|fill|format|give|import|keep|leave|look|make|mend|name|put|"
    r"remove|run|save|say|shorten|tell|turn|write)\b",
    re.IGNORECASE,
)
OF_SLACK = (SlackRefusal.FILES_NOT_ALLOWED, SlackRefusal.FILE_TOO_LARGE, SlackRefusal.FILE_NOT_READ)
FACTS: dict[str, Any] = {
    "on": date(2026, 3, 3), "kind": "html", "claimed": "xls", "state": "imported", "columns": ("Firm",), "more": 0,
    "fields": ("name",), "meanings": ("customer",), "last": ["1 (a.csv)"], "workspaces": (("T1", "Acme"),),
    "what": "week",
}  # fmt: skip


def remarks_of(first: str, after: str) -> list[str]:
    """The keys of one part of the file of remarks, by the headings above and below it."""
    text = (TEMPLATES / "imports" / "remarks.yml").read_text("utf-8")
    part = text[text.index(first) : text.index(after)]
    return re.findall(r"^(\w+):", part, re.MULTILINE)


@pytest.mark.parametrize("code", [*ImportRefusal, *OF_SLACK], ids=str)
def test_a_refused_file_is_told_in_one_sentence_what_to_do(code: Refusal) -> None:
    kinds = ("html", "password", "damaged", "too_large") if code is ImportRefusal.NOT_A_TABLE else ("people",)
    names = ("name", "column", "pair", "encoding", "position", "currency", "title", "batch", "file", "admin", "by",
             "reference", "megabytes", "most", "line")  # fmt: skip
    for kind in kinds:
        facts: dict[str, Any] = {**dict.fromkeys(names, "x"), **FACTS, "kind": kind}
        must_be_one_sentence(worded(UserError(code, **facts)))


def must_be_one_sentence(sentence: str) -> None:
    assert sentence.endswith(".") and not re.search(r"[.?!] [A-Z]", sentence), sentence
    assert TO_DO.search(sentence), sentence


def locked_document() -> bytes:
    """An ODS file as a program writes it that was given a password."""
    spaces = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    locked = '<manifest:encryption-data manifest:checksum="x"/>'
    entries = (
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{locked}'
        "</manifest:file-entry>"
    )
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", bytes(range(200, 256)) * 8)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {spaces}>{entries}</manifest:manifest>")
    return whole.getvalue()


BOOK = saved("".join(cells(n, "Account Name", "ARR") for n in (1, 2, 3)))
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
WRONG: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "The file is empty, so export the table again"),
    "blank lines": ("a.csv", b"\xef\xbb\xbf\r\n\r\n  \r\n", "The file is empty, so export the table again"),
    "empty cells": ("a.csv", b",,,\n,,,\n", "The file is empty, so export the table again"),
    "no header": ("a.csv", b"17,5\n18,6\n", "names of the columns"),
    "cut off workbook": ("a.xlsx", BOOK[: len(BOOK) // 2], "cut off workbook: export the table again"),
    "damaged workbook": ("a.xls", LOCKED[:8] + bytes(900), "damaged or cut off workbook: export the table again"),
    "locked workbook": ("a.xlsx", LOCKED, "a workbook with a password: remove the password"),
    "locked document": ("a.ods", locked_document(), "a workbook with a password: remove the password"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture, although its name ends in .csv: export"),
    "text of no kind": ("a.csv", bytes(range(32)) * 40, "This is no text, so export the table"),
    "web page": ("a.xls", b"<html><body><table><tr><td>Account</td></tr></table>", "a web page (HTML), although"),
    "JSON": ("a.csv", b'[{"name": "Acme"}]', "This is JSON, although its name ends in .csv: export the table"),
    "SQL": ("a.csv", b"-- of the CRM\nINSERT INTO accounts VALUES (1, 'Acme');\n", "This is SQL, although its name"),
    "SQL dump": ("dump.sql", b"/* 8.0 */;\nCREATE TABLE `a` (\n  id int\n);\n", "This is SQL: export the table again"),
    "YAML": ("a.txt", b"---\n- name: Acme\n  arr: 100\n", "This is YAML, although its name ends in .txt: export"),
    "YAML list": ("a.yml", b"accounts:\n  - name: Acme\n    arr: 100\n", "This is YAML: export the table again"),
    "packed": ("a.gz", b"\x1f\x8b" + bytes(30), "This is a compressed file: export the table again"),
    "header only": ("a.csv", b"Account Name,ARR,Currency\n", "The file has a header and no rows, so export"),
}
"""What is no file that can be imported: its name, its content, and what is said of it."""


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_cannot_be_imported_says_what_to_do(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, content, says = WRONG[what]
    (tmp_path / name).write_bytes(content)
    refused(monkeypatch, capsys, tmp_path, name, says)


def test_a_file_that_cannot_be_opened_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.csv").write_text("Account Name\nAcme\n")
    (tmp_path / "leads_nowhere.csv").symlink_to(tmp_path / "gone.csv")
    for name, says in {
        "nothing.csv": "There is no file nothing.csv, so check its name and the folder you are in.",
        "leads_nowhere.csv": "There is no file leads_nowhere.csv, so check its name",
        "folder": "folder is a folder, so name a file in it.",
        "a.csv/b.csv": "a.csv/b.csv cannot be used (Not a directory), so fix that",
        "x" * 300: "That name is too long for a file, so check what you typed.",
    }.items():
        refused(monkeypatch, capsys, tmp_path, name, says)


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "Permission denied", "a.csv"),
        OSError(errno.EIO, "Input/output error", "a.csv"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
    ids=str,
)
def test_what_the_system_refuses_is_told_with_what_to_do(error: OSError) -> None:
    must_be_one_sentence(errors.sentence(error) or "")


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, name: str, says: str
) -> None:
    """Import a file of this folder at the command line, which has to refuse it in one sentence, twice the same."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///refused.sqlite3")
    for more in (["--dry-run"], []):
        with pytest.raises(SystemExit) as ended:
            main(["import", "accounts", name, *more])
        said = " ".join(capsys.readouterr().err.split())
        assert ended.value.code == 1 and says in said
        must_be_one_sentence(said)


def test_the_reason_of_a_line_says_what_to_do_behind_a_semicolon() -> None:
    keys = remarks_of("# Why a cell cannot be taken.", "# Why a line is no row.")
    assert len(keys) > 50
    text = (TEMPLATES / "imports" / "remarks.yml").read_text("utf-8")
    for key in keys:
        written = re.search(rf"^{key}: (?:>-\n)?((?:.+\n?)(?:  .*\n)*)", text, re.MULTILINE)
        assert written is not None
        _, semicolon, to_do = written[1].rpartition(";")
        assert semicolon and TO_DO.search(to_do), key


def test_scripts_get_whole_lists_and_people_short_ones_with_a_count() -> None:
    names = [f"metric {number}" for number in range(40)]
    report = Report("figures.csv", notes=[note(Remark.SIGNALS_COUNT_NOTHING, count=40, names=names)])
    (warning,) = json.loads(import_report.as_json(report))["warnings"]
    assert all(f"“{name}”" in warning for name in names) and "more" not in warning
    assert wording.sentence(report.notes[0]).endswith("“metric 4” and 35 more.")
