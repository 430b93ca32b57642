"""What the message about a dropped file shows, as JSON beside the file: made once, so that nothing is read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.domain.labels import column_label, label
from bot.domain.refusal import RefusedError
from bot.domain.values.money import listed_money
from bot.domain.values.text import day, number
from bot.features.imports import wording
from bot.features.imports.report import KeptRow, Report, Totals, UndoReport
from bot.features.imports.views import (
    ImportCounts,
    PreviewedFile,
    PreviewedRow,
    PreviewedTotals,
    PreviewedWarning,
    UndoneImport,
)
from bot.store.ledger import plain

_COLUMNS, _ROWS, _WARNINGS, _STAYS, _FACTS = 8, 5, 5, 5, 6
_LONGEST, _LONGEST_FACT = 300, 60

Shown = dict[str, Any]


def of_preview(report: Report, kind: str, others: Sequence[str]) -> Shown:
    """What is shown of a dry run of this kind; `others` are kinds that would fit as well."""
    read_as = [use for use in report.preview.columns if use.field is not None]
    columns = [f"{use.header[:60]} → {(use.field or '').replace('_', ' ')}" for use in read_as]
    warnings = _warnings(report)
    return {
        "columns": columns[:_COLUMNS],
        "more_columns": len(columns[_COLUMNS:]),
        "unused": len(report.preview.columns) - len(read_as),
        "rows": [_row(row) for row in report.preview.rows[:_ROWS]],
        "totals": _totals(report.preview.totals),
        "last": _totals(report.preview.last) if report.preview.last else None,
        "warnings": warnings[:_WARNINGS],
        "more_warnings": len(warnings[_WARNINGS:]),
        "counts": of_import(report),
        "kind": kind,
        "others": list(others),
    }


def of_import(report: Report) -> Shown:
    """What is shown of an import that was done, or would be."""
    left_out = len(report.bad) + len(report.left_out)
    counts = {"added": len(report.created), "changed": report.changed_rows, "unchanged": report.unchanged}
    return {**counts, "left_out": left_out}


def of_undo(report: UndoReport) -> Shown:
    """What is shown of an undo."""
    stays = [_short(f"{stay.name[:80]}: {wording.sentence(stay.why)}") for stay in report.stays]
    removed = sum(report.taken_back.values()) + report.signals
    cut = {"stays": stays[:_STAYS], "more_stays": len(stays[_STAYS:])}
    return {"removed": removed, "restored": report.restored, **cut}


def of_refusal(error: RefusedError) -> Shown:
    """A refusal by its code and facts, worded when it is shown."""
    return {"code": error.code.value, "facts": {name: _fact(value) for name, value in error.facts.items()}}


def preview(shown: Mapping[str, Any]) -> PreviewedFile:
    """The preview for its message."""
    rows = tuple(_previewed_row(row) for row in shown["rows"])
    last = PreviewedTotals(**shown["last"]) if shown["last"] else None
    warnings = tuple(PreviewedWarning(**warning) for warning in shown["warnings"])
    lists: Shown = {"columns": tuple(shown["columns"]), "rows": rows, "warnings": warnings}
    lists["others"] = tuple(shown.get("others", ()))
    figures = {"totals": PreviewedTotals(**shown["totals"]), "last": last, "counts": counts(shown["counts"])}
    return PreviewedFile(**{**shown, **lists, **figures})


def counts(shown: Mapping[str, Any]) -> ImportCounts:
    """The counts for their message."""
    return ImportCounts(**shown)


def undone(shown: Mapping[str, Any]) -> UndoneImport:
    """The undo for its message."""
    return UndoneImport(**{**shown, "stays": tuple(shown["stays"])})


def _warnings(report: Report) -> list[Shown]:
    """The notes, and why lines are left out: each reason once, with its first line and the count of the others."""
    lines: dict[str, list[int]] = {}
    for bad in report.bad:
        lines.setdefault(_short(wording.reason(bad)), []).append(bad.line)
    notes = [{"text": _short(wording.sentence(note))} for note in report.notes]
    return [*notes, *({"text": text, "line": at[0], "more": len(at) - 1} for text, at in lines.items())]


def _row(row: KeptRow) -> Shown:
    values = row.values
    if "account" in values:
        said = [_fact_of(name, value) for name, value in values.items() if name != "account" and value is not None]
        return {"name": str(values["account"])[:100], "facts": said[:_FACTS]}
    arr = number(values["arr"], values["currency"]) if values.get("arr") is not None else None
    named = {"name": values["name"][:100], "owner": values.get("owner"), "arr": arr}
    return {**named, "renewal_date": plain(values.get("renewal_date"))}


def _fact_of(name: str, value: Any) -> str:
    """One value of a row that is about an account, with the name of its column where it would say nothing alone."""
    if isinstance(value, bool):
        return f"{column_label(name)}: {'yes' if value else 'no'}"
    if isinstance(value, datetime):
        return day(value.date())
    if isinstance(value, date):
        return f"{column_label(name)} {day(value)}"
    if isinstance(value, Enum):
        return label(value)
    if isinstance(value, Decimal):
        return number(value)
    return f"{column_label(name)}: {value}" if isinstance(value, int) else str(value)[:_LONGEST_FACT]


def _previewed_row(row: Mapping[str, Any]) -> PreviewedRow:
    values = {**row, "renewal_date": _day(row.get("renewal_date")), "facts": tuple(row.get("facts", ()))}
    return PreviewedRow(**values)


def _totals(totals: Totals) -> Shown:
    return {"rows": totals.rows, "arr": listed_money(totals.arr)}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _fact(value: object) -> Any:
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return [_fact(part) for part in _some(value)]
    return _short(value) if isinstance(value, str) else plain(value)


def _some(values: Iterable[Any]) -> list[Any]:
    return list(values)[:30]
