"""Accounts as a CRM exports them: a row of the file becomes an `ImportedAccount`, or a `BadRow` with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.enums import AccountStatus
from bot.features.imports import cells, row_reader
from bot.features.imports.cells import Who
from bot.features.imports.column_mapping import Columns
from bot.features.imports.file_reader import Row
from bot.features.imports.report import BadRow
from bot.features.imports.row_reader import BadCell, Options, Reader

_DAYS = ("contract_start", "renewal_date")
_LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """A row that can be taken. `values` holds what its cells say; an empty cell says nothing."""

    line: int
    name: str
    external_id: str | None
    values: Mapping[str, Any]
    owner: Who | None = None
    deputy: Who | None = None
    portfolio: str | None = None


def reader(columns: Columns, options: Options) -> Reader:
    """How the cells of a file of accounts are read. May raise `UserError`."""
    return row_reader.reader(columns, options, days=_DAYS, figures=("arr",), money="arr")


def lines(reader: Reader) -> Iterator[ImportedAccount | BadRow]:
    """Every row of the file, read; a second row for the same account is a bad one."""
    line_by_key: dict[str, int] = {}
    for row in reader.columns.rows:
        try:
            line = _line(reader, row)
            key = line.external_id or line.name.casefold()
            if key in line_by_key:
                header = reader.columns.header("external_id" if line.external_id else "name")
                raise BadCell(header, key, f"is on line {line_by_key[key]} already; one row an account")
            line_by_key[key] = row.line
            yield line
        except BadCell as bad:
            yield bad.row(row.line)


def _line(reader: Reader, row: Row) -> ImportedAccount:
    reader.must_fit(row)
    columns, options = reader.columns, reader.options
    name = reader.words(row, "name")
    if not name:
        raise BadCell(columns.header("name"), "", "is empty, and an account needs a name")
    external_id = columns.cell(row, "external_id") or None
    if external_id and len(external_id) > _LONGEST_ID:
        raise BadCell(columns.header("external_id"), external_id, f"is longer than {_LONGEST_ID} characters")
    values: dict[str, Any] = {}
    with reader.cell(row, "status") as text:
        if text:
            values["status"] = cells.status(text, options.words)
    with reader.cell(row, "tier") as text:
        if text:
            values["tier"] = cells.tier(text, options.words)
    values.update(_arr(reader, row, former=values.get("status") is AccountStatus.FORMER))
    values.update({name: day for name in _DAYS if (day := reader.day(row, name)) is not None})
    with reader.cell(row, "owner") as text:
        owner = cells.who(text, columns.cell(row, "owner_email"))
    with reader.cell(row, "deputy") as text:
        deputy = cells.who(text)
    portfolio = options.portfolio or reader.words(row, "portfolio")
    return ImportedAccount(
        row.line, name, external_id, values, owner, deputy, None if cells.is_empty(portfolio) else portfolio
    )


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
