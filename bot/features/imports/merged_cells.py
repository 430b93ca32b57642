"""Gives the lines below a merged cell its value: an account's name that stands once beside all of its lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.features.imports.fields import FieldTable
from bot.features.imports.file_reader import Merged, Row

_COUNTS = ("quantity", "interval_count", "period_days")


def filled(
    rows: Sequence[Row], merged: Collection[Merged], at: Mapping[str, int], table: FieldTable
) -> tuple[tuple[Row, ...], list[int]]:
    """The rows with what is merged over several of them in each, and the columns that this changed.

    An amount is never filled down: it stands once, and counts once.
    """
    columns = {position for name, position in at.items() if name not in (*table.figures, *_COUNTS)}
    spans = sorted({one for one in merged if one.column in columns}, key=lambda one: (one.column, one.first))
    lines = {row.line: place for place, row in enumerate(rows)}
    cells: dict[int, list[str]] = {}
    changed: list[int] = []
    done: dict[int, int] = {}
    for span in spans:
        top = lines.get(span.first)
        # Merged cells never overlap; a file that says so would cost a look at each row for each of them.
        if top is None or done.get(span.column, 0) >= span.first or not _cell(rows[top].cells, span.column):
            continue
        done[span.column] = span.last
        place = top + 1
        while place < len(rows) and rows[place].line <= span.last:
            below = cells.setdefault(place, list(rows[place].cells))
            below += [""] * (span.column + 1 - len(below))
            if not below[span.column]:
                below[span.column] = rows[top].cells[span.column]
                changed += [span.column] if span.column not in changed else []
            place += 1
    whole = (
        Row(row.line, tuple(cells[place]), row.after_blank) if place in cells else row for place, row in enumerate(rows)
    )
    return tuple(whole), changed


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""
