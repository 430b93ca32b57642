"""What the report says of a file and of a line that are refused: one sentence, and what to do."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.cli import import_report
from bot.domain.refusal import Refusal
from bot.features.imports import wording
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Remark, note
from bot.features.imports.report import Report
from bot.resources import TEMPLATES
from bot.slack.refusals import SlackRefusal
from tests.support.refusals import worded

TO_DO = re.compile(
    r"\b(?:add|ask|choose|close|copy|correct|drop|export|fill|format|give|import|keep|leave|look|make|mend|name|put|"
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
        sentence = worded(UserError(code, **facts))
        assert sentence.endswith(".") and not re.search(r"[.?!] [A-Z]", sentence), sentence
        assert TO_DO.search(sentence), sentence


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
