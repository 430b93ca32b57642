"""Accounts as a CRM exports them: one row of the file becomes one `AccountLine`, or one `BadRow` with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from bot.domain.words import AccountStatus
from bot.services.actor import Refused
from bot.services.importing import amounts, cells, dates
from bot.services.importing.amounts import Mark
from bot.services.importing.cells import Unreadable, Who
from bot.services.importing.columns import Columns
from bot.services.importing.dates import DateOrder, Order
from bot.services.importing.reading import Row
from bot.services.importing.report import BadRow

_DATES = ("contract_start", "renewal_date")
_LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says of the file: the order of its dates, a currency for bare amounts, words of their own."""

    date_order: DateOrder | None = None
    currency: str | None = None
    words: Mapping[str, StrEnum] = field(default_factory=dict)
    portfolio: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """How the cells of one file are read, settled before its first row."""

    columns: Columns
    options: Options
    mark: Mark | None
    orders: Mapping[str, Order]
    currency: str | None

    @property
    def notes(self) -> list[str]:
        """What was assumed, for the person to check."""
        dated = [f"{self.columns.header(name)!r} {order.note}" for name, order in self.orders.items() if order.note]
        bare = (
            []
            if self.currency is None or "currency" in self.columns
            else [f"Amounts without a currency are {self.currency}."]
        )
        return [*dated, *bare]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A row that can be taken. `values` holds what its cells say; an empty cell says nothing."""

    line: int
    name: str
    external_id: str | None
    values: Mapping[str, Any]
    owner: Who | None = None
    deputy: Who | None = None
    portfolio: str | None = None


class _Bad(Exception):
    """One cell that makes its row a bad one."""

    def __init__(self, column: str | None, value: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def reader(columns: Columns, options: Options) -> Reader:
    """Look at whole columns to settle decimal marks, the order of dates and the currency. May raise `Refused`."""
    arr = [columns.cell(row, "arr") for row in columns.rows] if "arr" in columns else []
    mark = amounts.mark_of(arr)
    currency = _assumed_currency(columns, options, arr)
    dated = {name: [columns.cell(row, name) for row in columns.rows] for name in _DATES if name in columns}
    if options.date_order is not None:
        orders = dict.fromkeys(dated, Order(options.date_order))
    else:
        orders = dates.order_of(dated, _likely_order(columns, mark, currency))
    return Reader(columns, options, mark, orders, currency)


def lines(reader: Reader) -> Iterator[AccountLine | BadRow]:
    """Every row of the file, read; a second row for the same account is a bad one."""
    seen: dict[str, int] = {}
    for row in reader.columns.rows:
        try:
            line = _line(reader, row)
            key = line.external_id or line.name.casefold()
            if key in seen:
                name = "external_id" if line.external_id else "name"
                raise _Bad(reader.columns.header(name), key, f"is on line {seen[key]} already; one row an account")
            seen[key] = row.line
            yield line
        except _Bad as bad:
            value = bad.value if bad.value is None or len(bad.value) <= 80 else bad.value[:79] + "…"
            yield BadRow(row.line, bad.column, value, bad.reason)


def _line(reader: Reader, row: Row) -> AccountLine:
    columns, options = reader.columns, reader.options
    if len(row.cells) > len(columns.headers) and any(row.cells[len(columns.headers) :]):
        raise _Bad(
            None, None, f"has {len(row.cells)} cells under {len(columns.headers)} headers; is a comma not quoted?"
        )
    name = " ".join(columns.cell(row, "name").split())
    if not name:
        raise _Bad(columns.header("name"), "", "is empty, and an account needs a name")
    external_id = columns.cell(row, "external_id") or None
    if external_id and len(external_id) > _LONGEST_ID:
        raise _Bad(columns.header("external_id"), external_id, f"is longer than {_LONGEST_ID} characters")
    values: dict[str, Any] = {}
    with _cell(reader, row, "status") as text:
        if text and not cells.is_empty(text):
            values["status"] = cells.status(text, options.words)
    with _cell(reader, row, "tier") as text:
        if text and not cells.is_empty(text):
            values["tier"] = cells.tier(text, options.words)
    _money(reader, row, values)
    for field_name in _DATES:
        _day(reader, row, field_name, values)
    with _cell(reader, row, "owner") as text:
        owner = cells.who(text, columns.cell(row, "owner_email"))
    with _cell(reader, row, "deputy") as text:
        deputy = cells.who(text)
    portfolio = " ".join((options.portfolio or columns.cell(row, "portfolio")).split())
    named = None if cells.is_empty(portfolio) else portfolio
    return AccountLine(row.line, name, external_id, values, owner, deputy, named)


@contextmanager
def _cell(reader: Reader, row: Row, name: str) -> Iterator[str]:
    """The text of one cell; what is unreadable in it becomes a bad row that names its column."""
    text = reader.columns.cell(row, name)
    try:
        yield text
    except Unreadable as error:
        raise _Bad(reader.columns.header(name), text, str(error)) from None


def _money(reader: Reader, row: Row, values: dict[str, Any]) -> None:
    """ARR in minor units. For a former customer no value and a value of zero mean the same: there is none."""
    if "arr" not in reader.columns:
        return
    with _cell(reader, row, "currency") as text:
        stated = amounts.currency(text)
    with _cell(reader, row, "arr") as text:
        amount = amounts.read(text, reader.mark)
        former = values.get("status") is AccountStatus.FORMER
        if former and (amount is None or amount.figure == 0):
            values["arr_minor"] = None
        elif amount is not None:
            money = amounts.settle(amount, stated, reader.currency)
            values["arr_minor"], values["currency"] = money.minor, money.currency


def _day(reader: Reader, row: Row, name: str, values: dict[str, date]) -> None:
    if name not in reader.columns:
        return
    with _cell(reader, row, name) as text:
        day = dates.read(text, reader.orders[name].order)
    if day is not None:
        values[name] = day


def _assumed_currency(columns: Columns, options: Options, arr: list[str]) -> str | None:
    try:
        chosen = amounts.currency(options.currency or columns.currency_hint or "")
    except Unreadable as error:
        raise Refused(f"--currency {options.currency!r} {error}.") from None
    if chosen is None and "currency" not in columns:
        named = any(
            char.isalpha() or char in "$€£¥₹₩₪₺₴฿₫₦₱円元" for cell in arr if not cells.is_empty(cell) for char in cell
        )
        if any(not cells.is_empty(cell) for cell in arr) and not named:
            raise Refused("The amounts name no currency. Add --currency USD, or whichever it is.")
    return chosen


def _likely_order(columns: Columns, mark: Mark | None, currency: str | None) -> DateOrder | None:
    """What a file's money suggests of its dates: decimal commas go with day first, US dollars with month first."""
    if mark is Mark.COMMA:
        return DateOrder.DMY
    stated = (
        {columns.cell(row, "currency").upper() for row in columns.rows} - {""} if "currency" in columns else {currency}
    )
    return DateOrder.MDY if stated == {"USD"} and mark is not Mark.MIXED else None
