"""Accounts as a CRM exports them: a row of the file becomes an `ImportedAccount`, or a `BadRow` with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.enums import AccountStatus
from bot.features.imports import cells, doubtful_days, report_lines, series_rows
from bot.features.imports.colleagues import Who
from bot.features.imports.file_reader import Row
from bot.features.imports.remarks import Remark, Unreadable, note
from bot.features.imports.report import BadRow
from bot.features.imports.row_reader import BadCell, Reader
from bot.features.imports.series_rows import SeriesLine

_LONGEST_PORTFOLIO = 80  # as in the form that sets one up; what is far longer fits no index


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """A row that can be taken. `values` holds what its cells say; an empty cell says nothing.

    `left_on` is the day from which a former customer was none any more.
    """

    line: int
    name: str
    external_id: str | None
    values: Mapping[str, Any]
    owner: Who | None = None
    deputy: Who | None = None
    portfolio: str | None = None
    series: SeriesLine | None = None
    website: str = ""
    left_on: date | None = None


LONGEST_NAME = 300
_QUOTED = 60
_DAYS = ("contract_start", "renewal_date")


def lines(reader: Reader) -> Iterator[ImportedAccount | BadRow]:
    """Every row of the file, read; a second row for the same account is a bad one."""
    line_by_key: dict[str, int] = {}
    for row in reader.columns.rows:
        try:
            line = _line(reader, row)
            key = line.external_id or cells.name_key(line.name)
            if key in line_by_key:
                header = reader.columns.header("external_id" if line.external_id else "name")
                raise BadCell(
                    header, line.external_id or line.name, note(Remark.ALREADY_ON_LINE, line=line_by_key[key])
                )
            line_by_key[key] = row.line
            yield line
        except BadCell as bad:
            yield bad.row(row, report_lines.quoted(row))


def _line(reader: Reader, row: Row) -> ImportedAccount:
    reader.must_fit(row)
    columns, options = reader.columns, reader.options
    name = reader.words(row, "name")
    if cells.is_empty(name) and not name.isalpha():  # a firm may be called Null, and none is called n/a
        raise BadCell(columns.header("name"), name, note(Remark.EMPTY_NAME))
    if len(name) > LONGEST_NAME:
        raise BadCell(columns.header("name"), f"{name[:_QUOTED]}…", note(Remark.NAME_TOO_LONG, limit=LONGEST_NAME))
    external_id = reader.record_id(row, "external_id")
    values: dict[str, Any] = {}
    status = reader.status(row, "status")
    if status is not None:
        values["status"] = status
    with reader.cell(row, "tier") as text:
        if text:
            values["tier"] = cells.tier(text, options.words)
    values.update(_arr(reader, row, former=status is AccountStatus.FORMER))
    for field in _DAYS:
        day = reader.day(row, field)
        if day is not None:
            values[field] = day
    doubtful_days.count(reader, row, values)
    if columns.labels and (labels := columns.labels_of(row)):
        values["labels"] = labels
    owner = reader.person(row, "owner", columns.cell(row, "owner_email")).who
    deputy = reader.person(row, "deputy").who
    with reader.cell(row, "portfolio") as text:
        portfolio = " ".join((options.portfolio or text).split())
        if len(portfolio) > _LONGEST_PORTFOLIO:
            raise Unreadable(Remark.NAME_TOO_LONG, limit=_LONGEST_PORTFOLIO)
    series = None if status is AccountStatus.FORMER else series_rows.of_row(reader, row)
    with reader.cell(row, "website") as website:
        pass
    named = (owner, deputy, portfolio or None)
    left_on = _left_on(reader, row) if status is AccountStatus.FORMER else None
    return ImportedAccount(row.line, name, external_id, values, *named, series, website, left_on)


def _left_on(reader: Reader, row: Row) -> date | None:
    """The day they left; a cell that gives none never costs the row."""
    try:
        return reader.day(row, "left_on")
    except BadCell:
        reader.tally.add(Remark.LEFT_UNREADABLE, "left_on", reader.columns.cell(row, "left_on"), str(row.line))
        return None


def _arr(reader: Reader, row: Row, *, former: bool) -> dict[str, Any]:
    """ARR in minor units. A former customer's value of zero counts as no value."""
    if "arr" not in reader.columns:
        return {}
    amount = reader.amount(row, "arr")
    if former and (amount is None or amount.figure == 0):
        return {"arr_minor": None}
    if amount is None:
        return {}
    money = reader.money(row, "arr", amount)
    return {"arr_minor": money.minor, "currency": money.currency}
