"""How the rows of one file are read: what whole columns settle, and single cells with the column at fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.app.actor import UserError
from bot.domain.values.money import Money
from bot.features.imports import amounts, cells, dates
from bot.features.imports.amounts import Amount, Mark
from bot.features.imports.cells import Unreadable
from bot.features.imports.column_mapping import Columns
from bot.features.imports.dates import DateOrder, Order
from bot.features.imports.file_reader import Row
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.report import BadRow

_TOO_LARGE = Decimal(10) ** 18
_SIGNS = "$€£¥₹₩₪₺₴฿₫₦₱円元"


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says of the file: the order of its dates, a currency for bare amounts, words of their own."""

    date_order: DateOrder | None = None
    currency: str | None = None
    words: Mapping[str, StrEnum] = field(default_factory=dict)
    portfolio: str | None = None


class BadCell(Exception):
    """A cell that makes its row a bad one; `column` is the header, None for the row as a whole."""

    def __init__(self, column: str | None, value: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason

    def row(self, line: int) -> BadRow:
        """The report's line about it."""
        value = self.value if self.value is None or len(self.value) <= 80 else self.value[:79] + "…"
        return BadRow(line, self.column, value, self.reason)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the cells of one file; what whole columns show was settled before its first row."""

    columns: Columns
    options: Options
    mark: Mark | None
    orders: Mapping[str, Order]
    currency: str | None
    guessed: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What was assumed, for the person to check; `guessed` are the meanings of signs such as $."""
        notes = [f"{self.columns.header(name)!r} {order.note}" for name, order in self.orders.items() if order.note]
        if self.currency is not None and "currency" not in self.columns:
            notes.append(f"Amounts without a currency are {self.currency}.")
        notes += [f"{guess}; --currency says otherwise." for guess in self.guessed]
        return notes

    @contextmanager
    def cell(self, row: Row, name: str) -> Iterator[str]:
        """The text of one cell, empty if it says nothing; what is unreadable in it raises `BadCell`."""
        text = self.columns.cell(row, name)
        try:
            yield "" if cells.is_empty(text) else text
        except Unreadable as error:
            raise BadCell(self.columns.header(name), text, str(error)) from None

    def words(self, row: Row, name: str) -> str:
        """The text of one cell on one line."""
        return " ".join(self.columns.cell(row, name).split())

    def day(self, row: Row, name: str) -> date | None:
        """The date in one cell; None when the column or the cell is not there."""
        if name not in self.columns:
            return None
        with self.cell(row, name) as text:
            return dates.read(text, self.orders[name].order)

    def amount(self, row: Row, name: str) -> Amount | None:
        """The figure of an amount of money, whose currency is still open."""
        with self.cell(row, name) as text:
            return amounts.read(text, self.mark)

    def money(self, row: Row, name: str, amount: Amount) -> Money:
        """This amount in the currency of its row."""
        with self.cell(row, "currency") as text:
            stated = amounts.currency(text)
        with self.cell(row, name):
            return amounts.settle(amount, stated, self.currency)

    def number(self, row: Row, name: str) -> Decimal | None:
        """A figure that is no money: it may be negative, or a percentage."""
        with self.cell(row, name) as text:
            bare = text.replace("\u2212", "-").removesuffix("%").strip()
            amount = amounts.read(bare.removeprefix("-"), self.mark)
            if amount is None:
                return None
            if amount.figure >= _TOO_LARGE:
                raise Unreadable("is too large a number")
            return -amount.figure if bare.startswith("-") else amount.figure

    def must_fit(self, row: Row) -> None:
        """Raise `BadCell` for a row with more cells than there are headers."""
        headers = len(self.columns.headers)
        if any(row.cells[headers:]):
            raise BadCell(None, None, f"has {len(row.cells)} cells under {headers} headers; is a comma not quoted?")


def reader(
    columns: Columns, options: Options, *, days: tuple[str, ...], figures: tuple[str, ...], money: str
) -> Reader:
    """Look at whole columns to settle decimal marks, the order of dates and the currency.

    `days` and `figures` name the fields that hold dates and numbers, `money` the one of them that holds money. Raises
    `UserError` when amounts name no currency anywhere.
    """
    cells_by_field = {
        name: [columns.cell(row, name) for row in columns.rows] for name in (*days, *figures) if name in columns
    }
    mark = amounts.mark_of(cell for name in figures for cell in cells_by_field.get(name, []))
    currency = _assumed_currency(columns, options, cells_by_field.get(money, []))
    guessed = () if currency or "currency" in columns else amounts.guesses(cells_by_field.get(money, []))
    date_cells = {name: cells_by_field[name] for name in days if name in cells_by_field}
    if options.date_order is not None:
        orders = dict.fromkeys(date_cells, Order(options.date_order))
    else:
        orders = dates.order_of(date_cells, _likely_order(columns, mark, currency))
    return Reader(columns, options, mark, orders, currency, guessed)


def _assumed_currency(columns: Columns, options: Options, amount_cells: list[str]) -> str | None:
    try:
        chosen = amounts.currency(options.currency or columns.currency_hint or "")
    except Unreadable:
        raise UserError(ImportRefusal.CURRENCY_UNREADABLE, currency=options.currency) from None
    filled = [cell for cell in amount_cells if not cells.is_empty(cell)]
    names_currency = any(char.isalpha() or char in _SIGNS for cell in filled for char in cell)
    if filled and not names_currency and chosen is None and "currency" not in columns:
        raise UserError(ImportRefusal.CURRENCY_MISSING)
    return chosen


def _likely_order(columns: Columns, mark: Mark | None, currency: str | None) -> DateOrder | None:
    """What a file's money suggests of its dates: decimal commas go with day first, US dollars with month first."""
    if mark is Mark.COMMA:
        return DateOrder.DMY
    stated: set[str | None] = {currency}
    if "currency" in columns:
        stated = {columns.cell(row, "currency").upper() or None for row in columns.rows} - {None}
    return DateOrder.MDY if stated == {"USD"} and mark is not Mark.MIXED else None
