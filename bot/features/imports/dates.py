"""Reads dates as exports write them. Day and month are told apart by the whole column, never cell by cell."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.values.days import in_range
from bot.features.imports.cells import Unreadable, is_empty, must_be_short

_LONE = 10
_LONGEST = 60
_TIME = re.compile(
    r"[T\s,]+\d{1,2}[:.]\d{2}([:.]\d{2})?(\.\d+)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.年])\s?(\d{1,2})[-/.月]\s?(\d{1,2})日?\.?")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.\s])\s?(\d{1,2})\2\s?(\d{4}|\d{2})")
_DAY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-\s./,]+([a-z]+)\.?[-\s./,]+(\d{4}|\d{2})", re.IGNORECASE)
_NAME_DAY = re.compile(r"([a-z]+)\.?[-\s]+(\d{1,2})(?:st|nd|rd|th)?[-\s,]+(\d{4}|\d{2})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DateOrder(StrEnum):
    """The order in which a date names day, month and year."""

    MDY = "mdy"
    DMY = "dmy"
    YMD = "ymd"


@dataclass(frozen=True, slots=True)
class Order:
    """How one column writes day and month: `order` None means that a cell which could be either is refused."""

    order: DateOrder | None
    note: str | None = None


def read(text: str, order: DateOrder | None) -> date | None:
    """The date in this cell, None if it is empty; raises `Unreadable`."""
    if is_empty(text):
        return None
    must_be_short(text, _LONGEST, "a date")
    bare = _bare(text)
    if match := _YEAR_FIRST.fullmatch(bare):
        return _date(match[1], match[3], match[4])
    if match := _COMPACT.fullmatch(bare):
        return _date(match[1], match[2], match[3])
    if match := _NUMBERS.fullmatch(bare):
        return _numbers(match[1], match[3], match[4], order)
    if match := _DAY_NAME.fullmatch(bare):
        return _date(match[3], _month(match[2]), match[1])
    if match := _NAME_DAY.fullmatch(bare):
        return _date(match[3], _month(match[1]), match[2])
    if re.fullmatch(r"\d{5}(\.\d+)?", bare):
        raise Unreadable("is a day number of Excel; format the column as a date and export again")
    raise Unreadable("is not a date; write it as 2026-03-31")


def order_of(columns: Mapping[str, Iterable[str]], likely: DateOrder | None) -> dict[str, Order]:
    """How each column (name → its cells) orders day and month.

    A day above 12 decides for its column (unless one in ten says the opposite), and for the other columns of the file;
    `likely` (what the file's numbers suggest) decides where nothing else does, and says so; without it the cells that
    could be either are refused.
    """
    evidence_by_column = {name: Counter(_evidence(cell) for cell in cells) for name, cells in columns.items()}
    orders_shown = {name: _shown(evidence) for name, evidence in evidence_by_column.items()}
    whole = set().union(*orders_shown.values()) if orders_shown else set()
    orders: dict[str, Order] = {}
    for name, evidence in evidence_by_column.items():
        if len(orders_shown[name]) == 1:
            orders[name] = Order(next(iter(orders_shown[name])))
        elif orders_shown[name]:
            orders[name] = Order(
                None, "mixes day-first and month-first dates; those that could be either are left out."
            )
        elif "either" not in evidence:
            orders[name] = Order(None)
        elif len(whole) == 1:
            orders[name] = Order(next(iter(whole)))
        elif likely is not None and not whole:
            words = "month first, as in the US" if likely is DateOrder.MDY else "day first"
            orders[name] = Order(likely, f"could be read both ways and was read {words}; --date-order says otherwise.")
        else:
            orders[name] = Order(None, "could be read both ways; say which with --date-order mdy or dmy.")
    return orders


def _shown(evidence: Counter[DateOrder | str | None]) -> set[DateOrder]:
    """The orders that a column shows; a lone exception is a mistake in its cell and not a second order."""
    counts = {order: evidence[order] for order in DateOrder if evidence[order]}
    most = max(counts.values(), default=0)
    return {order for order, count in counts.items() if count * _LONE > most}


def _evidence(cell: str) -> DateOrder | str | None:
    match = _NUMBERS.fullmatch(_bare(cell)) if len(cell) <= _LONGEST else None
    if match is None:
        return None
    first, separator, second = int(match[1]), match[2], int(match[3])
    if first > 12 >= second:
        return DateOrder.DMY
    if second > 12 >= first:
        return DateOrder.MDY
    if separator == ".":
        return DateOrder.DMY  # whoever writes the month first does not separate with points
    return None if first == second else "either"


def _bare(text: str) -> str:
    return _TIME.sub("", unicodedata.normalize("NFKC", text).strip())


def _numbers(first: str, second: str, third: str, order: DateOrder | None) -> date:
    if order is DateOrder.YMD and len(third) == 2:
        return _date(first, second, third)
    first_number, second_number = int(first), int(second)
    if (
        order not in (DateOrder.MDY, DateOrder.DMY)
        and first_number <= 12
        and second_number <= 12
        and first_number != second_number
    ):
        raise Unreadable("could be read month first or day first; say which with --date-order mdy or dmy")
    day_first = order is DateOrder.DMY if first_number <= 12 and second_number <= 12 else first_number > 12
    if order not in (None, DateOrder.YMD) and day_first != (order is DateOrder.DMY):
        raise Unreadable(f"is no date when read {'day' if order is DateOrder.DMY else 'month'} first")
    return _date(third, second, first) if day_first else _date(third, first, second)


def _month(name: str) -> int:
    word = name.lower()
    if word[:3] not in _MONTHS:
        raise Unreadable("names a month that is not English; write it as 2026-03-31")
    return _MONTHS.index(word[:3]) + 1


def _date(year: str | int, month: str | int, day: str | int) -> date:
    full = int(year) + (2000 if len(str(year)) == 2 else 0)
    try:
        result = date(full, int(month), int(day))
    except ValueError:
        raise Unreadable("is a day that no calendar has") from None
    try:
        return in_range(result)
    except ValueError:
        raise Unreadable("is too far from today to be meant") from None
