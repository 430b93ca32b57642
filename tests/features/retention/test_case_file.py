"""A file of retention cases: every fact is answered, and what cannot be read says why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.features.retention.case_file import Answered, answered
from bot.features.retention.refusals import RetentionRefusal
from bot.features.retention.wording import remark_line
from bot.wording import sentence_of
from tests.support.facts import FACTS, fact

CASES = fact("retention.json")["cases"]
TEXT = (FACTS / "retention.json").read_text()
ROW = {"account": "A", "line": "plan", "currency": "USD", "start": "2024-01-01", "end": None, "arr": 1000}


def case(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"id": "X", "t0": "2025-01-01", "t1": "2026-01-01", "rows": list(rows), **more}


def ask(*cases: Any, variants: bool = False) -> list[Answered]:
    return list(answered(json.dumps({"cases": list(cases)}), variants=variants))


def figures(*rows: Any, currency: str = "USD", **more: Any) -> dict[str, Any]:
    (one,) = ask(case(*rows, **more))
    assert one.answer is not None, one.error
    return one.answer[currency]


def refused(*cases: Any) -> str:
    (one,) = ask(*cases)
    assert one.answer is None and one.error is not None
    return sentence_of(one.error)


def test_every_case_and_every_variant_gets_the_known_answer() -> None:
    answers = {one.case: one.answer for one in answered(TEXT)}
    assert answers == {one["id"]: one["expected"] for one in CASES}
    variants = {(one.case, one.variant): one.answer for one in answered(TEXT, variants=True)}
    assert variants == {
        (one["id"], variant["name"]): variant["expected"] for one in CASES for variant in one.get("variants", ())
    }
    assert len(answers) == 28 and len(variants) == 6


def test_what_must_be_said_beside_a_figure_is_said() -> None:
    said = {one.case: " ".join(remark_line(remark, remark.account) for remark in one.said) for one in answered(TEXT)}
    assert {one for one, words in said.items() if words} == {one["id"] for one in CASES if "must_say" in one}
    assert "A had no contract from 1 Jun 2025 to 1 Aug 2025 (61 days)" in said["R07"]
    assert "A moved from EUR to USD" in said["R09"] and "without a fixed rate" in said["R09"]
    assert "in force again one day" in said["R12"] and "Are the ends of this export inclusive?" in said["R12"]
    assert "A: two terms of one line overlap from 15 Dec 2025 to 15 Jan 2026." in said["R15"]
    assert "A nets to -1,000 USD on 1 Jan 2026" in said["R22"] and "B nets to -1,000 USD on 1 Jan 2025" in said["R22"]


def test_settings_go_together() -> None:
    """What no case of the facts has: mapping with lost and apart, chains, inclusive ends with overlaps."""
    b = {**ROW, "account": "B", "arr": 500}
    assert figures(ROW, b, settings={"mapping": {"B": "C", "C": "A"}})["accounts"] == 1
    assert figures(ROW, b, settings={"mapping": {"B": "A"}, "same_line": "later_start"})["arr_t1_of_cohort"] == 1500
    assert figures(ROW, b, settings={"mapping": {"B": "A"}, "lost": ["B"]})["churned"] == ["A"]
    assert figures(ROW, b, settings={"apart": ["B"]})["accounts"] == 1
    one_day = {**ROW, "start": "2026-01-01", "end": "2026-01-01", "line": "day"}
    assert figures(ROW, one_day, settings={"ends": "inclusive"})["arr_t1_of_cohort"] == 2000
    assert figures(ROW, one_day)["arr_t1_of_cohort"] == 1000
    ended = {**ROW, "end": "2025-12-31"}
    early = {**ROW, "start": "2025-12-31", "arr": 700}
    both = {"ends": "inclusive", "same_line": "later_start"}
    assert figures(ended, early, settings=both)["arr_t1_of_cohort"] == 700
    unnamed = {key: value for key, value in ROW.items() if key != "line"}
    assert figures(unnamed, unnamed, settings={"same_line": "later_start"})["arr_t0"] == 2000
    # A currency that changes is plainly lost in the one and new in the other, unless the settings put it apart.
    euro = {**ROW, "currency": "EUR", "end": "2025-06-01"}
    dollar = {**ROW, "start": "2025-06-01"}
    assert figures(euro, dollar, currency="EUR")["churned"] == figures(euro, dollar)["out_new"] == ["A"]
    assert figures(ROW, {**ROW, "arr": -99999, "line": "note", "kind": "One-off"})["arr_t0"] == 1000
    assert figures({**ROW, "arr": None, "amount": 100.5, "months": 18})["arr_t0"] == 67
    assert figures(ROW, rows_changed=[{**ROW, "arr": 3}])["arr_t0"] == 3


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (case(ROW, settings={"window": 30}), "do not know the setting 'window'. Settings are: ends, same_line"),
        (case(ROW, settings={"ends": "open"}), "the setting ends must be exclusive or inclusive"),
        (case(ROW, settings={"same_line": ["sum"]}), "the setting same_line must be sum or later_start"),
        (case(ROW, settings={"lost": "A"}), "the setting lost must be a list of accounts"),
        (case(ROW, settings=["ends"]), "the setting settings must be an object"),
        (case(ROW, settings={"mapping": {"A": "B", "B": "A"}}), "the mapping goes round in a circle"),
        (case(ROW, t0="2026-01-01"), "Case X: t0 must be before t1"),
        (case(ROW, t1="2026-13-01"), "Case X: t1 must be a day like 2025-01-01"),
        ({"id": "X", "t0": "2025-01-01", "t1": "2026-01-01"}, "Case X: rows must be a list of rows"),
        (case(ROW, "A"), "Case X, row 2: it is no object"),
        (case({**ROW, "account": " "}), "Case X, row 1: account is missing"),
        (case({**ROW, "currency": None}), "Case X, row 1: currency is missing"),
        (case({**ROW, "start": "1/2/2024"}), "row 1: start must be a day like 2025-01-01"),
        (case({**ROW, "end": 20250101}), "row 1: end must be a day like 2025-01-01, or null if it is open"),
        (case({**ROW, "end": "2023-12-31"}), "row 1: it ends before it starts"),
        (case({**ROW, "arr": "1000"}), "row 1: it needs a number in arr, or in amount and months"),
        (case({**ROW, "arr": True}), "row 1: it needs a number in arr"),
        (case({**ROW, "arr": float("nan")}), "row 1: it needs a number in arr"),
        (case({**ROW, "arr": 1e300}), "row 1: it needs a number in arr"),
        (case({**ROW, "arr": None, "amount": 5}), "row 1: it needs a number in arr, or in amount and months"),
        (case({**ROW, "arr": None, "amount": 5, "months": 0}), "row 1: months must be a number above 0"),
    ],
)
def test_what_cannot_be_read_gets_no_answer_and_one_sentence(broken: Any, sentence: str) -> None:
    assert sentence in refused(broken)
    # The other cases of the file are answered all the same.
    good = ask({**broken, "id": "broken"}, case(ROW))[1]
    assert good.answer is not None and good.answer["USD"]["grr"] == 1.0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", RetentionRefusal.NOT_JSON),
        ('{"cases": [}', RetentionRefusal.NOT_JSON),
        ("[" * 100_000, RetentionRefusal.NOT_JSON),
        ('{"case": []}', RetentionRefusal.NO_CASES),
        ('{"cases": [7]}', RetentionRefusal.CASE_NOT_AN_OBJECT),
        ('{"cases": [{"id": 7}]}', RetentionRefusal.CASE_ID_MISSING),
        (json.dumps({"cases": [case(ROW), case(ROW)]}), RetentionRefusal.CASE_ID_TWICE),
    ],
)
def test_what_is_no_file_of_cases_is_refused(text: str, code: RetentionRefusal) -> None:
    with pytest.raises(UserError) as refusal:
        list(answered(text))
    assert refusal.value.code is code and sentence_of(refusal.value)
