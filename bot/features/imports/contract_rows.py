"""Contracts as billing systems and CRMs export them: a row of the file becomes one term, or a `BadRow` with the reason.

Whatever a file says of money, a term has its amount a year: of ARR as it stands, of MRR twelve times, of an amount with
an interval by that interval, and of any other amount as the value of the whole term.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.enums import ContractKind
from bot.domain.values.days import add_months
from bot.domain.values.money import Money
from bot.features.imports import headers, periods, report_lines, term_words
from bot.features.imports.amounts import Amount
from bot.features.imports.file_reader import Row
from bot.features.imports.periods import EndDay
from bot.features.imports.remarks import Remark, Unreadable, note
from bot.features.imports.report import BadRow
from bot.features.imports.row_reader import BadCell, Reader
from bot.features.imports.term_words import TermState

_YEAR = 12
_LONGEST_LINE = 200
_LONGEST_NOTICE = 3650


@dataclass(frozen=True, slots=True)
class TermLine:
    """A row that can be taken. `values` holds what its cells say; an empty cell says nothing."""

    line: int
    account_id: str | None
    account: str
    external_id: str | None
    plan: str | None
    starts_on: date
    values: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What tells this term from others of its account."""
        return periods.digest(self.external_id, self.plan, self.starts_on)


def lines(reader: Reader) -> Iterator[TermLine | BadRow]:
    """Every row of the file, read; a second row for the same term is a bad one."""
    last_days = _ends_are_last_days(reader)
    line_by_term: dict[tuple[str, str], int] = {}
    for row in reader.columns.rows:
        try:
            line = _line(reader, row, last_days)
            term = (line.account_id or line.account.casefold(), line.key)
            if term in line_by_term:
                raise BadCell(None, None, note(Remark.ROW_TWICE, line=line_by_term[term]))
            line_by_term[term] = row.line
            yield line
        except BadCell as bad:
            yield bad.row(row, report_lines.quoted(row))


def _line(reader: Reader, row: Row, last_days: bool) -> TermLine:
    reader.must_fit(row)
    account_id, account = reader.account(row)
    with reader.cell(row, "state") as text:
        state = term_words.state(text, reader.options.words)
    start = _start(reader, row)
    months = _months(reader, row)
    end = _end(reader, row, start, months, last_days)
    end = _ended(reader, row, state, end)
    if end is not None and end < start:
        raise BadCell(reader.columns.header("ends_on"), end.isoformat(), note(Remark.TERM_BACKWARDS, start=start))
    over = state is TermState.ENDED
    values = {**_terms(reader, row, state), **_arr(reader, row, start, end, months=months, over=over)}
    plan = reader.words(row, "plan") or None
    if plan is not None and len(plan) > _LONGEST_LINE:
        raise BadCell(reader.columns.header("plan"), plan, note(Remark.NAME_TOO_LONG, limit=_LONGEST_LINE))
    if end is not None:
        values["ends_on"] = end
    return TermLine(row.line, account_id, account, reader.record_id(row, "external_id"), plan, start, values)


def _start(reader: Reader, row: Row) -> date:
    """The first day of the term; the day of the sale where the row has no other."""
    start = reader.day(row, "starts_on")
    if start is not None:
        return start
    text = reader.columns.cell(row, "starts_on")
    closed = reader.day(row, "closed_on") if not text else None
    if closed is None:
        why = note(Remark.DATE_UNREADABLE if text else Remark.EMPTY)
        raise BadCell(reader.columns.header("starts_on"), text, why)
    reader.tally.add(Remark.STARTS_FROM_SALE, "starts_on", reader.columns.cell(row, "closed_on"), str(row.line))
    return closed


def _months(reader: Reader, row: Row) -> int | None:
    """How many months the term has, where a column says it."""
    months = reader.number(row, "term_months")
    if months is None:
        return None
    if months != int(months) or not 0 < months <= 1200:
        text = reader.columns.cell(row, "term_months")
        raise BadCell(reader.columns.header("term_months"), text, note(Remark.MONTHS_UNREADABLE))
    return int(months)


def _ends_are_last_days(reader: Reader) -> bool:
    """Whether the column of ends holds the last day of each term, and not the first one after it."""
    shapes: Counter[EndDay] = Counter()
    for row in reader.columns.rows:
        try:
            start, end = reader.day(row, "starts_on"), reader.day(row, "ends_on")
        except BadCell:
            continue
        if start is not None and end is not None:
            shapes[periods.end_day(start, end)] += 1
    reader.tally.counts.clear()
    return shapes[EndDay.LAST] > shapes[EndDay.NEXT]


def _end(reader: Reader, row: Row, start: date, months: int | None, last_days: bool) -> date | None:
    """The first day on which the term is over."""
    end = reader.day(row, "ends_on")
    if end is None:
        return add_months(start, months) if months is not None else None
    shape = periods.end_day(start, end)
    if shape is EndDay.LAST or (last_days and shape is EndDay.EITHER):
        after = periods.day_after(end)
        reader.tally.add(Remark.ENDS_ARE_LAST_DAYS, "ends_on", end.isoformat(), after.isoformat())
        return after
    return end


def _ended(reader: Reader, row: Row, state: TermState | None, end: date | None) -> date | None:
    """The end of a term that was ended: on the day that a column says, if that is earlier."""
    if state is not TermState.ENDED:
        return end
    ended = reader.day(row, "ended_on")
    if ended is None and end is None:
        raise BadCell(reader.columns.header("state"), reader.columns.cell(row, "state"), note(Remark.TERM_END_MISSING))
    return min(day for day in (ended, end) if day is not None)


def _terms(reader: Reader, row: Row, state: TermState | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    notice = _notice(reader, row)
    if notice is not None:
        values["notice_days"] = notice
    renews = _yes_or_no(reader, row, "auto_renews")
    if renews is None and (state is TermState.RUNS_OUT or _yes_or_no(reader, row, "cancels")):
        renews = False
    if renews is not None:
        values["auto_renews"] = renews
    with reader.cell(row, "kind") as text:
        kind: ContractKind | None = term_words.kind(text)
        if text and kind is None:
            reader.tally.add(Remark.KINDS_UNKNOWN, "kind", text)
    if kind is not None:
        values["kind"] = kind
    values["source"] = reader.words(row, "source")[:80] or reader.options.source
    return {name: value for name, value in values.items() if value is not None}


def _notice(reader: Reader, row: Row) -> int | None:
    """The notice in days; a month counts 31, so that the last day to act is never too late."""
    for name, unit in (("notice_days", None), ("notice_months", "months")):
        with reader.cell(row, name) as text:
            if not text:
                continue
            days = term_words.days_of_notice(text, unit)
            if days is None or days > _LONGEST_NOTICE:
                reader.tally.add(Remark.NOTICE_UNREADABLE, name, text)
            return days if days is None or days <= _LONGEST_NOTICE else None
    return None


def _yes_or_no(reader: Reader, row: Row, name: str) -> bool | None:
    with reader.cell(row, name) as text:
        said = term_words.yes_or_no(text)
        if text and said is None:
            reader.tally.add(Remark.YES_NO_UNKNOWN, name, text)
        return said


def _arr(reader: Reader, row: Row, start: date, end: date | None, *, months: int | None, over: bool) -> dict[str, Any]:
    """The amount a year and its currency; empty where the row has no amount.

    By the amount that the file is read by, or where that is empty by another one. Billing systems write 0 for what
    has ended (`over`), which says nothing of what it was worth.
    """
    for name in _amounts(reader):
        amount = reader.amount(row, name)
        if amount is None or (over and amount.figure == 0):
            continue
        if name == "mrr":
            amount = _times(amount, Decimal(_YEAR))
        elif name == "amount":
            amount = _annual(reader, row, amount, periods.months_between(start, end) if end else months)
        money: Money = reader.money(row, name, amount)
        return {"arr_minor": money.minor, "currency": money.currency}
    return {}


def _amounts(reader: Reader) -> list[str]:
    first = reader.money_field
    others = [name for name in reader.table.money if name in reader.columns and name != first]
    return [first, *others] if first is not None else []


def _annual(reader: Reader, row: Row, amount: Amount, months: Decimal | int | None) -> Amount:
    """An amount for an interval, or for the whole term, as an amount a year."""
    text = reader.columns.cell(row, "amount")
    interval = _interval(reader, row)
    if interval is not None:
        quantity = reader.number(row, "quantity")
        a_year = _times(amount, Decimal(_YEAR) / interval)
        if quantity is not None and quantity > 1:
            a_year = _times(a_year, quantity)
            reader.tally.add(Remark.TIMES_QUANTITY, "amount", text, f"{a_year.figure.normalize():,f}")
        return a_year
    if not months:
        raise BadCell(reader.columns.header("amount"), text, note(Remark.AMOUNT_WITHOUT_PERIOD))
    a_year = _times(amount, Decimal(_YEAR) / Decimal(months))
    if "unit" in headers.key(reader.columns.header("amount") or ""):
        a_year = _times(a_year, reader.number(row, "quantity") or Decimal(1))
    if months != _YEAR:
        shown = f"{a_year.figure.quantize(Decimal('0.01')).normalize():,f}"
        reader.tally.add(Remark.AMOUNT_OF_TERM, "amount", text, shown)
    return a_year


def _interval(reader: Reader, row: Row) -> Decimal | None:
    """How many months one amount is for, where a column says it."""
    with reader.cell(row, "interval") as text:
        count = reader.number(row, "interval_count")
        if not text or text.isdigit():
            months = Decimal(text) if text else count
            return months if months else None
        months = term_words.months_of(text)
        if months is None:
            raise Unreadable(Remark.INTERVAL_UNKNOWN)
        # `3 months` says its own count; `month` with another column beside it does not.
        return months * count if count and not re.match(r"\s*\d", text) else months


def _times(amount: Amount, factor: Decimal) -> Amount:
    return replace(amount, figure=amount.figure * factor)
