"""What an import says: as text for whoever typed it, and as one JSON object for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.cli.terminal import say, section
from bot.domain.values.money import listed_money
from bot.domain.values.text import listed, number, plural
from bot.features.imports import wording
from bot.features.imports.remarks import Remark
from bot.features.imports.report import BadRow, Changed, Preview, Report, Totals, UndoReport
from bot.store.entities import Entity

_SHOWN = 20
_NAMES_SHOWN = 10


def show(done: Report, everything: bool) -> None:
    """The report as text; long lists are cut with a count unless `everything` is wanted.

    A dry run ends with how the file was read: columns, the first rows as they would be kept, and the totals.
    """
    added, changed = ("Would be added", "Would be changed") if done.dry_run else ("Added", "Changed")
    cut = None if everything else _SHOWN
    section(added, ("line", "account"), done.created if done.dry_run or everything else [], cut)
    section(changed, ("line", "account", "field", "from", "to"), _changes(done.changed), cut)
    kept = "Kept: somebody changed these here, and the CRM has not since"
    section(kept, ("line", "account", "field", "here", "in the file"), _changes(done.kept), cut)
    bad = [(bad.line, bad.column or "–", bad.value or "", wording.sentence(bad.reason)) for bad in done.bad]
    section("Left out", ("line", "column", "value", "reason"), bad, cut)
    lines = [(line.line, line.text, wording.sentence(line.reason)) for line in done.left_out]
    section("No rows of the table", ("line", "text", "reason"), lines, cut)
    if done.dry_run:
        _show_preview(done.preview, everything)
    else:
        uses = done.preview.columns
        read_as = [f"{use.header} → {use.field}" for use in uses if use.field is not None]
        say(f"Read as: {_listed(read_as, everything, _SHOWN)}")
        unused = [use.header for use in uses if use.field is None]
        if unused:
            say(f"Left alone: {_listed(unused, everything)}")
    notes = [note for note in done.notes if note.remark is not Remark.LINES_LEFT_OUT]  # they are listed above
    for note in notes[:cut]:
        say(f"Note: {wording.sentence(note)}")
    if len(notes[:cut]) < len(notes):
        say(f"… and {len(notes) - _SHOWN:,} more notes; --all shows them.")
    for names, what in ((done.new_members, "colleagues"), (done.new_portfolios, "portfolios")):
        if names:
            say(f"New {what}: {_listed(names, everything)}")
    if done.batch_id is not None:
        say(f"This is import {done.batch_id}. To take it back: python -m bot import undo {done.batch_id}")
    say(summary(done))
    if done.offer is not None:
        say(wording.sentence(done.offer))


def show_undo(done: UndoReport, everything: bool, dry_run: bool) -> None:
    """What an undo took back, and what stays with the reason."""
    rows = [(stay.entity.value, stay.name, stay.field or "–", wording.sentence(stay.why)) for stay in done.stays]
    section("Stays as it is", ("what", "name", "field", "why"), rows, None if everything else _SHOWN)
    if done.colleagues:
        say(f"{plural(done.colleagues, 'colleague')} whom it added {'stays' if done.colleagues == 1 else 'stay'}.")
    names = {Entity.CADENCE: ("meeting series", "meeting series"), Entity.CUSTOMER_ORG: ("mail domain", "mail domains")}
    counts = [(count, *names.get(entity, (entity.value,))) for entity, count in done.taken_back.items() if count]
    removed = [plural(*counted) for counted in counts]
    removed += [plural(done.signals, done.kind.removesuffix("s"))] if done.signals else []
    removed += [f"the values before it in {plural(done.restored, 'row')}"] if done.restored else []
    back = listed(removed).replace("persons", "people") or "nothing"
    say(f"{'Dry run, nothing was written. ' if dry_run else ''}Import {done.batch_id} ({done.file}) undone: {back}.")


def summary(done: Report) -> str:
    """The import in one line."""
    counts = (
        f"{len(done.created):,} added, {done.changed_rows:,} changed, {done.unchanged:,} unchanged, "
        f"{len(done.bad):,} left out"
    )
    if done.dry_run:
        return f"Dry run, nothing was written. {done.file}: {counts}."
    return f"{done.file}: {counts}."


def as_json(done: Report) -> str:
    """The report as one JSON object: `rows`, `left_out`, `warnings`, `encoding`, `columns`.

    Amounts are numbers in major units, dates ISO, and what is not known is null.
    """
    left_out = sorted([*done.bad, *done.left_out], key=lambda bad: bad.line)
    columns: dict[str, str] = {}
    for use in done.preview.columns:
        if use.field is not None and use.why.remark not in (Remark.BY_FALLBACK, Remark.BY_LABEL):
            columns.setdefault(use.field, use.header)
    content = {
        "rows": [{"line": row.line, **_plain(row.values)} for row in done.preview.rows],
        "left_out": [{"line": bad.line, "text": _text(bad), "reason": wording.reason(bad)} for bad in left_out],
        "warnings": [
            wording.sentence(note, whole=True) for note in (*done.notes, *([done.offer] if done.offer else []))
        ],
        "encoding": done.preview.encoding,
        "columns": columns,
    }
    return json.dumps(content, ensure_ascii=False)


def _text(bad: BadRow) -> str:
    return bad.text or bad.value or ""


def _show_preview(preview: Preview, everything: bool) -> None:
    unused = [use for use in preview.columns if use.field is None]
    hidden = set() if everything else {id(use) for use in unused[_SHOWN:]}
    columns = [use for use in preview.columns if id(use) not in hidden]
    uses = [(use.header, use.field or "not used", wording.sentence(use.why)) for use in columns]
    section("Columns", ("header", "read as", "why"), uses, None)
    if hidden:
        say(f"… and {len(hidden):,} more that are not used; --all shows them.")
    if preview.rows:
        names = list(dict.fromkeys(name for row in preview.rows for name in (*row.values, *row.more)))
        rows = [
            (row.line, *(_shown({**row.values, **row.more}.get(name)) for name in names)) for row in preview.rows[:5]
        ]
        section("The first rows as they would be kept", ("line", *names), rows, None)
    totals = [("this file", preview.totals)] + ([("the last import", preview.last)] if preview.last else [])
    section("Totals", ("", "rows", "ARR"), [_total(name, total) for name, total in totals], None)


def _total(name: str, totals: Totals) -> tuple[str, str, str]:
    return name, f"{totals.rows:,}", listed_money(totals.arr) or "–"


def _changes(changes: Sequence[Changed]) -> list[tuple[object, ...]]:
    return [(change.line, change.name, change.field, change.before, change.after) for change in changes]


def _listed(names: Sequence[str], everything: bool, most: int = _NAMES_SHOWN) -> str:
    cut = len(names) if everything else most
    more = f" and {len(names) - cut:,} more; --all shows them" if len(names) > cut else ""
    return ", ".join(names[:cut]) + more


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return number(value) if isinstance(value, Decimal) else str(_plain_value(value))
