"""Days of a file that can hardly be meant: they are taken as they stand, and counted for the person to check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain.enums import AccountStatus
from bot.features.imports.file_reader import Row
from bot.features.imports.remarks import Remark
from bot.features.imports.row_reader import Reader

_HAVE_BEEN = ("baseline_on", "promised_on")
_AFTER = {"renewal_date": "contract_start", "due_on": "promised_on"}
"""What comes after what, if a row has both."""


def count(reader: Reader, row: Row, values: Mapping[str, Any]) -> None:
    """Count the doubtful days among the values of a row; a former customer's renewal may lie in the past."""
    today = reader.today
    if today is None:
        return
    days = {name: day for name in reader.table.days if isinstance(day := values.get(name), date)}
    for name, day in days.items():
        earlier = (
            days.get("baseline_on") if name == "due_on" and "baseline_on" in days else days.get(_AFTER.get(name, ""))
        )
        if name in _HAVE_BEEN and day > today:
            _note(reader, row, Remark.DATES_AHEAD, name)
        elif earlier is not None and day < earlier:
            _note(reader, row, Remark.DATES_REVERSED, name)
        elif name == "renewal_date" and day < today and values.get("status") is not AccountStatus.FORMER:
            _note(reader, row, Remark.DATES_PASSED, name)


def _note(reader: Reader, row: Row, remark: Remark, name: str) -> None:
    reader.tally.add(remark, name, reader.columns.cell(row, name), str(row.line))
