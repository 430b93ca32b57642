"""How the rows of one file are read: what whole columns settle, and single cells with the column at fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus
from bot.domain.values.money import Money
from bot.features.imports import amounts, cells, currencies, dates, headers, record_ids
from bot.features.imports.amounts import Amount, Mark
from bot.features.imports.colleagues import Named, Spellings
from bot.features.imports.column_mapping import Columns
from bot.features.imports.dates import DateOrder, Order
from bot.features.imports.fields import FieldTable
from bot.features.imports.file_reader import Row
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Note, Remark, Unreadable, note
from bot.features.imports.report import BadRow

_START_AHEAD, _DAY_AHEAD = 10, 50
_QUOTED = 80
_STARTS = ("contract_start", "baseline_on", "promised_on", "left_on", "starts_on", "period_start", "at", "observed_at")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says of the file: the order of its dates, a currency for bare amounts, words of their own.

    `source` is the system that signals and contracts come from, where no column says it.
    """

    date_order: DateOrder | None = None
    currency: str | None = None
    words: Mapping[str, StrEnum] = field(default_factory=dict)
    portfolio: str | None = None
    source: str | None = None


class BadCell(Exception):
    """A cell that makes its row a bad one; `column` is the header, None for the row as a whole."""

    def __init__(self, column: str | None, value: str | None, reason: Note) -> None:
        super().__init__(reason.remark.value)
        self.column, self.value, self.reason = column, value, reason

    def row(self, row: Row, text: str) -> BadRow:
        """The report's line about it."""
        value = self.value if self.value is None or len(self.value) <= _QUOTED else self.value[: _QUOTED - 1] + "…"
        return BadRow(row.line, self.column, value, self.reason, text)


@dataclass(slots=True)
class Tally:
    """What was assumed in single cells, counted by field, with the first of them as an example; signs one by one."""

    counts: Counter[tuple[Remark, str, str]] = field(default_factory=Counter)
    examples: dict[tuple[Remark, str, str], tuple[str, str]] = field(default_factory=dict)

    def add(self, remark: Remark, name: str, text: str, meant: str = "") -> None:
        """Count one cell of this field."""
        # Each sign is a guess of its own.
        key = (remark, name, text if remark is Remark.SIGN_GUESSED else "")
        self.counts[key] += 1
        self.examples.setdefault(key, (text, meant))


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the cells of one file; what whole columns show was settled before its first row.

    `marks` and `orders` are by field, `currency` is for amounts that name none, `year` is the present one.
    `money_field` is the amount that the file is read by where it has several.
    With `today`, days that can hardly be meant are counted for the person to check.
    """

    columns: Columns
    options: Options
    table: FieldTable
    year: int
    marks: Mapping[str, Mark | None] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    currency: str | None = None
    short_ids: bool = True
    spellings: Mapping[str, Spellings] = field(default_factory=dict)
    assumed: tuple[Note, ...] = ()
    money_field: str | None = None
    tally: Tally = field(default_factory=Tally)
    today: date | None = None

    @property
    def notes(self) -> list[Note]:
        """What was assumed, for the person to check; complete when all rows were read."""
        notes = [
            note(order.note.remark, header=self.columns.header(name), **order.note.facts)
            for name, order in self.orders.items()
            if order.note
        ]
        notes += self.assumed
        told = {note.facts["example"] for note in self.assumed if note.remark is Remark.SIGN_GUESSED}
        for key, count in self.tally.counts.items():
            remark, name, sign = key
            text, meant = self.tally.examples[key]
            if remark is Remark.SIGN_GUESSED and sign in told:
                continue
            header = self.columns.header(name) or name
            notes.append(note(remark, count=count, header=header, example=text, meant=meant))
        return notes

    @contextmanager
    def cell(self, row: Row, name: str) -> Iterator[str]:
        """The text of one cell, empty if it says nothing; what is unreadable in it raises `BadCell`."""
        text = self.columns.cell(row, name)
        try:
            yield "" if cells.is_empty(text) else text
        except Unreadable as error:
            raise BadCell(self.columns.header(name), text, error.note) from None

    def words(self, row: Row, name: str) -> str:
        """The text of one cell on one line."""
        return " ".join(self.columns.cell(row, name).split())

    def account(self, row: Row) -> tuple[str | None, str]:
        """The id and the name of the account that a row is about; one of them is there."""
        account_id, account = self.record_id(row, "account_id"), self.words(row, "account")
        if not account and not account_id:
            raise BadCell(self.columns.header("account"), "", note(Remark.EMPTY_ACCOUNT))
        return account_id, account

    def record_id(self, row: Row, name: str) -> str | None:
        """The id in one cell; two ways to write one id give the same."""
        with self.cell(row, name) as text:
            id_as_read = record_ids.read(text)
            return record_ids.canonical(id_as_read) if id_as_read and self.short_ids else id_as_read

    def day(self, row: Row, name: str) -> date | None:
        """The date in one cell; None when the column or the cell is not there, or names no day."""
        if name not in self.columns:
            return None
        latest = self.year + (_START_AHEAD if name in _STARTS else _DAY_AHEAD)
        with self.cell(row, name) as text:
            reading = dates.read(text, self.orders[name].order, latest=latest)
        if reading.why is not None:
            self.tally.add(reading.why, name, text, reading.day.isoformat() if reading.day else "")
        return reading.day

    def amount(self, row: Row, name: str) -> Amount | None:
        """The figure of an amount of money, whose currency is still open; in the unit that its header names."""
        with self.cell(row, name) as text:
            amount = amounts.read(text, self.marks.get(name))
        if amount is None:
            return None
        if amounts.is_shortened(text):
            self.tally.add(Remark.SHORTENED_AMOUNTS, name, text, f"{amount.figure:,f}")
        scale = self.columns.scale(name) if name in self.table.money else 1
        if scale == 1 or amount.scaled:
            return amount
        scaled = Amount(amount.figure * scale, amount.currencies, True)
        if scaled.figure:
            self.tally.add(Remark.UNIT_OF_HEADER, name, text, f"{scaled.figure.normalize():,f}")
        return scaled

    def money(self, row: Row, name: str, amount: Amount) -> Money:
        """This amount in the currency of its row."""
        with self.cell(row, self.table.money[name]) as text:
            stated = amounts.currency(text)
        with self.cell(row, name):
            settled = amounts.settle(amount, stated, self.currency)
        shared = [codes for codes in (stated, amount.currencies) if len(codes) > 1]
        if shared and len(stated) != 1 and len(amount.currencies) != 1 and self.options.currency is None:
            sign = text if len(stated) > 1 else next(
                (sign for sign, codes in currencies.signs().items() if codes == amount.currencies), ""
            )  # fmt: skip
            self.tally.add(Remark.SIGN_GUESSED, name, sign, settled.currency)
        return settled

    def number(self, row: Row, name: str) -> Decimal | None:
        """A figure that is no money: it may be negative, a percentage, a bound, or carry its unit."""
        with self.cell(row, name) as text:
            return amounts.number(text, self.marks.get(name))

    def status(self, row: Row, name: str) -> AccountStatus | None:
        """Customer or former customer, by every column that can say it."""
        columns = self.columns.cells(row, name)
        try:
            return cells.status([(_kind(header), text) for header, text in columns], self.options.words)
        except Unreadable as error:
            word = error.note.facts["word"]
            header = next((header for header, text in columns if text == word), self.columns.header(name))
            raise BadCell(header, word, error.note) from None

    def person(self, row: Row, name: str, email: str = "") -> Named:
        """Whom a cell names, as the whole file knows them; `email` is the text of an address beside it."""
        text = self.columns.cell(row, name)
        try:
            named = self.spellings[name].named(text, email) if name in self.spellings else Named(None)
        except Unreadable as error:
            raise BadCell(self.columns.header(name), text, error.note) from None
        if named.why is not None:
            self.tally.add(named.why, name, text, named.who.name if named.who else "")
        return named

    def must_fit(self, row: Row) -> None:
        """Raise `BadCell` for a row with more cells than there are headers."""
        count = len(self.columns.headers)
        if len(row.cells) > count and any(row.cells[count:]):
            raise BadCell(None, None, note(Remark.TOO_MANY_CELLS, cells=len(row.cells), headers=count))


def reader(columns: Columns, options: Options, table: FieldTable, *, year: int) -> Reader:
    """Look at whole columns to settle decimal marks, the order of dates, the currency, and who is who.

    Raises `UserError` when amounts name no currency anywhere.
    """
    texts = {
        name: [columns.cell(row, name) for row in columns.rows]
        for name in (*table.days, *table.figures, *table.money.values())
        if name in columns
    }
    marks = _marks({name: texts[name] for name in table.figures if name in texts})
    amount = _amount_of(table, texts)
    currency, assumed = _assumed_currency(columns, options, table, texts) if amount else (None, ())
    date_cells = {name: texts[name] for name in table.days if name in texts}
    if options.date_order is not None:
        orders = dict.fromkeys(date_cells, Order(options.date_order))
    else:
        stated = texts.get(table.money.get(amount or "", ""), [])
        orders = dates.order_of(date_cells, _likely_order(marks, currency, stated))
    return Reader(
        columns, options, table, year, marks, orders, currency, _short_ids(columns, table), _spellings(columns, table),
        assumed, money_field=amount,
    )  # fmt: skip


def _amount_of(table: FieldTable, texts: Mapping[str, list[str]]) -> str | None:
    """The amount that a file is read by: of several columns the first kind of amount that has any cell filled."""
    columns = [name for name in table.money if name in texts]
    filled = (name for name in columns if any(not cells.is_empty(text) for text in texts[name]))
    return next(filled, columns[0] if columns else None)


def _marks(figures: Mapping[str, list[str]]) -> dict[str, Mark | None]:
    """The decimal mark of each column by its own cells; by those of all where its own show none."""
    own = {name: amounts.mark_of(texts) for name, texts in figures.items()}
    shared = amounts.mark_of(text for texts in figures.values() for text in texts)
    return {name: mark or (shared if shared is not Mark.MIXED else None) for name, mark in own.items()}


def _assumed_currency(
    columns: Columns, options: Options, table: FieldTable, texts: Mapping[str, list[str]]
) -> tuple[str | None, tuple[Note, ...]]:
    """The currency of amounts that name none, and what to say of it."""
    amount = _amount_of(table, texts) or ""
    filled = [text for text in texts[amount] if not cells.is_empty(text)]
    has_column = table.money[amount] in columns
    if options.currency:
        try:
            code = currencies.read(options.currency)[0]
        except Unreadable:
            raise UserError(ImportRefusal.CURRENCY_UNREADABLE, currency=options.currency) from None
        return code, () if has_column else (note(Remark.CURRENCY_ASSUMED, currency=code),)
    hint = columns.currency_hint(amount)
    if hint is not None:
        meant = (hint,) if currencies.is_code(hint) else currencies.of_sign(hint)
        if meant:
            guessed = (note(Remark.SIGN_GUESSED, count=1, header=columns.header(amount), example=hint, meant=meant[0]),)
            notes = (note(Remark.CURRENCY_ASSUMED, currency=meant[0]),)
            return meant[0], () if has_column else guessed if len(meant) > 1 else notes
    named = amounts.named_currencies(filled)
    if len(named) == 1 and not has_column:
        (meant,) = named
        bare = sum(not amounts.named_currencies((text,)) for text in filled)
        notes = (note(Remark.CURRENCY_OF_COLUMN, currency=meant[0], count=bare, header=columns.header(amount)),)
        return meant[0], notes if bare else ()
    if filled and not named and not has_column:
        raise UserError(ImportRefusal.CURRENCY_MISSING)
    return None, ()


def _likely_order(marks: Mapping[str, Mark | None], currency: str | None, stated: list[str]) -> DateOrder | None:
    """What a file's money suggests of its dates: decimal commas go with day first, US dollars with month first."""
    if Mark.COMMA in marks.values():
        return DateOrder.DMY
    codes: set[str | None] = {currency}
    if stated:
        codes = {_code(text) for text in set(stated) if not cells.is_empty(text)}
    return DateOrder.MDY if codes == {"USD"} and Mark.MIXED not in marks.values() else None


def _code(text: str) -> str | None:
    try:
        return currencies.read(text)[0]
    except Unreadable:
        return None


def _short_ids(columns: Columns, table: FieldTable) -> bool:
    ids: list[str] = []
    for name in table.ids:
        for row in columns.rows if name in columns else ():
            try:
                ids.append(record_ids.read(columns.cell(row, name)) or "")
            except Unreadable:
                continue
    return record_ids.are_salesforce(ids)


def _spellings(columns: Columns, table: FieldTable) -> dict[str, Spellings]:
    """One knowledge of people for the whole file, under each field that names some."""
    names = [name for name in table.people if name in columns]
    spellings = Spellings.of(
        (columns.cell(row, name), columns.cell(row, f"{name}_email")) for row in columns.rows for name in names
    )
    return dict.fromkeys((*names, *(("owner",) if "owner_email" in columns else ())), spellings)


def _kind(header: str) -> str:
    key = headers.key(header)
    if "lifecycle" in key:
        return "lifecycle"
    if key in ("estado", "stato", "etat", "state"):
        return "state"
    return "type" if key.endswith("type") else "status"
