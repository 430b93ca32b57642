"""Reads dates as exports write them. Day and month are told apart by the whole column, never cell by cell."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cache

from babel import Locale

from bot.domain.values.days import LATEST, add_days, in_range, shift_moment
from bot.domain.values.slugs import folded
from bot.features.imports.cells import is_empty, must_be_short
from bot.features.imports.remarks import Note, Remark, Unreadable, note

_LONE, _NOON = 10, 12
_DIGITS_OF_SECONDS = 10
_LONGEST = 90  # `Wed Sep 30 2026 00:00:00 GMT+0200 (Central European Summer Time)`
_TIME = re.compile(
    r"[T\s,]+\d{1,2}[:.]\d{2}([:.]\d{2})?([.,]\d+)?\s*([AaPp]\.?[Mm]\.?)?\s*"
    r"(Z|[A-Z]{2,5}|(GMT|UTC)?[+-]\d{2}:?\d{2}(\s*\([^()]*\)|\s[A-Z]{2,5})?)?$"
)
_CLOCK = re.compile(
    r"[T\s,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)?\s*(?P<half>[AaPp])?\.?(?:[Mm]\.?)?\s*"
    r"(?:Z|UTC|GMT|(?:GMT|UTC)?(?P<sign>[+-])(?P<ahead>\d{2}):?(?P<past>\d{2})(?:\s*\([^()]*\))?)?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s?([-/.年년])\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})\s?[日일]?\.?")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})\s?([-/.\s])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})\.?")
_LETTERS = r"[^\W\d_]+"
_DAY_NAME = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|e|º|ª|\.)?[-\s./,]*(?:de\s+|of\s+)?({_LETTERS})"
    r"\.?[-\s./,]+(?:de\s+|del\s+)?(\d{4}|\d{2})",
    re.IGNORECASE,
)
_NAME_DAY = re.compile(rf"({_LETTERS})\.?[-\s]+(\d{{1,2}})(?:st|nd|rd|th)?[-\s,]+(\d{{4}}|\d{{2}})", re.IGNORECASE)
_YEAR_NAME_DAY = re.compile(rf"(\d{{4}})[-\s./]({_LETTERS})[-\s./](\d{{1,2}})", re.IGNORECASE)
_WEEKDAY = re.compile(rf"{_LETTERS}\.?,?\s+(?={_LETTERS}|\d)", re.IGNORECASE)
_PARTIAL = re.compile(
    rf"(?:19|20|21)\d{{2}}|(?:q[1-4]|[1-4]q|h[12]|fy)[\s/.-]*'?\d{{2,4}}|\d{{4}}[\s/.-]*(?:q[1-4]|h[12])|"
    rf"(?P<name>{_LETTERS})\.?[\s/,'-]+\d{{2,4}}|\d{{1,2}}[/-]\d{{4}}|\d{{4}}-\d{{2}}",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}([.,]\d+)?")
# The years of Japan: the first year of an era is 1, or 元.
_ERA = re.compile(r"(令和|平成|昭和)\s?(\d{1,2}|元)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_YEAR_BEFORE_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925}
_SECONDS = re.compile(r"1\d{9}")
_MILLISECONDS = re.compile(r"1\d{12}|-?\d{12}")
_EXCEL_EPOCH = date(1899, 12, 30)
# Days that programs write for "no day": before anybody's contract, after everybody's, and counted from zero.
_MARK_YEARS_BEFORE, _MARK_YEARS_AFTER = 1902, 2999
_ZERO_DAY = re.compile(r"(?:0{1,2}|1)[-/.]0{1,2}[-/.](?:1900|0{2,4})|1900-0?1-0?0|0{4}-\d\d-\d\d|1899-12-3[01]")
_ENDS_OF_YEAR = ((1, 1), (31, 12), (12, 31))
_MARK_DAYS = frozenset((date(1970, 1, 1), date(1969, 12, 31)))
_NO_DAY = frozenset((
    "evergreen", "asap", "as soon as possible", "immediately", "perpetual", "no renewal", "auto renew",
    "auto renewal", "autorenew", "auto renews", "auto",
    "month to month", "monthly", "mtm", "ongoing", "open", "open ended", "indefinite", "indefinitely", "never", "none",
    "no end", "no end date", "no expiry", "no expiration", "does not expire", "not applicable", "rolling", "lifetime",
    "continuous", "unlimited", "permanent", "no date", "not set", "not yet", "pending", "tba", "tbc", "to be confirmed",
    "to be determined", "at will", "unbefristet", "unbegrenzt", "laufend", "keine", "kein", "offen", "unbekannt",
    "indefini", "indeterminee", "duree indeterminee", "illimite", "aucun", "aucune", "tacite reconduction",
    "indefinido", "sin fecha", "ninguno", "ninguna", "indeterminato", "nessuno", "nessuna", "onbepaald", "geen",
    "indeterminado", "nenhum", "belirsiz", "suresiz", "na czas nieokreslony", "bezterminowo", "無期限", "なし",
    "未定", "自動更新", "无限期", "无", "бессрочно", "нет",
))  # fmt: skip
_LANGUAGES = ("en", "en_GB", "de", "de_AT", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro",
              "hu", "tr", "ru", "uk", "el", "id")  # fmt: skip


class DateOrder(StrEnum):
    """The order in which a date names day, month and year."""

    MDY = "mdy"
    DMY = "dmy"
    YMD = "ymd"


@dataclass(frozen=True, slots=True)
class Order:
    """How one column writes day and month: `order` None means that a cell which could be either is refused.

    `note` says how that was found, for the person to check; it lacks the column's header.
    """

    order: DateOrder | None
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell of dates says: a day, or nothing. `why` tells what was assumed, None for a plain date."""

    day: date | None
    why: Remark | None = None


def read(text: str, order: DateOrder | None, *, latest: int = LATEST.year) -> Reading:
    """The date in this cell; no day if it is empty, a mark for no day, or names only a year or a month.

    A year of two digits is the last one that is not after `latest`. Raises `Unreadable`.
    """
    if is_empty(text):
        return Reading(None)
    must_be_short(text, _LONGEST, "date")
    bare = _bare(text)
    if _ZERO_DAY.fullmatch(bare) or _words(bare) in _NO_DAY:
        return Reading(None, Remark.DATES_UNKNOWN)
    if (reading := _numeric(bare, order, latest)) is not None:
        return reading
    if _SERIAL.fullmatch(bare):
        return Reading(add_days(_EXCEL_EPOCH, int(bare[:5])), Remark.DATES_OF_SPREADSHEET)
    if _SECONDS.fullmatch(bare) or _MILLISECONDS.fullmatch(bare):
        unit = timedelta(seconds=1) if len(bare) == _DIGITS_OF_SECONDS else timedelta(milliseconds=1)
        return _checked(shift_moment(datetime(1970, 1, 1, tzinfo=UTC), int(bare) * unit).date())
    for pattern, (year, month, day) in ((_DAY_NAME, (3, 2, 1)), (_NAME_DAY, (3, 1, 2)), (_YEAR_NAME_DAY, (1, 2, 3))):
        for form in (bare, _WEEKDAY.sub("", bare, count=1)):
            match = pattern.fullmatch(form)
            if match and (number := month_number(match[month])):
                return _date(match[year], number, match[day], latest)
    match = _PARTIAL.fullmatch(bare)
    if match and (match["name"] is None or month_number(match["name"])):
        return Reading(None, Remark.DATES_PARTIAL)
    raise Unreadable(Remark.DATE_UNREADABLE)


def clock(text: str) -> time | None:
    """The time of day at the end of a cell, in UTC if it names no zone; None without one, or with an unknown zone."""
    match = _CLOCK.search(" ".join(text.split())) if len(text) <= _LONGEST else None
    if match is None:
        return None
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half and not 1 <= hour <= _NOON:
        return None
    ahead = timedelta(hours=int(match["ahead"] or 0), minutes=int(match["past"] or 0))
    try:
        zone = timezone(-ahead if match["sign"] == "-" else ahead)
        hour = hour % _NOON + (_NOON if half == "p" else 0) if half else hour
        return time(hour, int(match["minute"]), int(match["second"] or 0), tzinfo=zone)
    except ValueError:
        return None


def order_of(columns: Mapping[str, Iterable[str]], likely: DateOrder | None) -> dict[str, Order]:
    """How each column (name → its cells) orders day and month.

    A day above 12 decides for its column (unless one in ten says the opposite), and for the other columns of the file;
    `likely` (what the file's numbers suggest) decides where nothing else does, and says so; without it the cells that
    could be either are refused.
    """
    evidence_by_column: dict[str, Counter[DateOrder | str | None]] = {}
    examples: dict[DateOrder, str] = {}
    for name, cells in columns.items():
        counts: Counter[DateOrder | str | None] = Counter()
        for cell in cells:
            shows = _evidence(cell)
            counts[shows] += 1
            if isinstance(shows, DateOrder):
                examples.setdefault(shows, cell)
        evidence_by_column[name] = counts
    orders_shown = {name: _shown(evidence) for name, evidence in evidence_by_column.items()}
    whole = set().union(*orders_shown.values()) if orders_shown else set()
    return {
        name: _order(evidence, orders_shown[name], whole, likely, examples)
        for name, evidence in evidence_by_column.items()
    }


def _order(
    evidence: Counter[DateOrder | str | None],
    shown: set[DateOrder],
    whole: set[DateOrder],
    likely: DateOrder | None,
    examples: Mapping[DateOrder, str],
) -> Order:
    if len(shown) > 1:
        return Order(None, note(Remark.DATES_MIXED))
    if "either" not in evidence:
        return Order(next(iter(shown), None))
    decided = next(iter(shown), None) or (next(iter(whole)) if len(whole) == 1 else None)
    if decided is not None:
        return Order(decided, note(Remark.DATES_OF_COLUMN, order=decided, example=examples[decided]))
    if likely is not None and not whole:
        return Order(likely, note(Remark.DATES_ASSUMED, order=likely))
    return Order(None, note(Remark.DATES_UNDECIDED))


def _shown(evidence: Counter[DateOrder | str | None]) -> set[DateOrder]:
    """The orders that a column shows; a lone exception is a mistake in its cell and not a second order."""
    counts = {order: evidence[order] for order in DateOrder if evidence[order]}
    most = max(counts.values(), default=0)
    return {order for order, count in counts.items() if count * _LONE > most}


def _evidence(cell: str) -> DateOrder | str | None:
    if len(cell) > _LONGEST or not cell[:1].isdigit() or _ZERO_DAY.fullmatch(cell):
        return None
    match = _NUMBERS.fullmatch(_bare(cell))
    if match is None:
        return None
    first, separator, second = int(match[1]), match[2], int(match[3])
    if (first, second) in _ENDS_OF_YEAR and match[4] in ("1900", "9999", "2999"):
        return None
    if first > 12 >= second:
        return DateOrder.DMY
    if second > 12 >= first:
        return DateOrder.MDY
    if separator == ".":
        return DateOrder.DMY  # whoever writes the month first does not separate with points
    return None if first == second else "either"


def _bare(text: str) -> str:
    if text.isascii() and len(text) == 10 and text[4] == "-":
        return text
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("'")
    return _TIME.sub("", " ".join(plain.split())) if ":" in plain or "." in plain else " ".join(plain.split())


def _words(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())


def _numeric(bare: str, order: DateOrder | None, latest: int) -> Reading | None:
    if match := _YEAR_FIRST.fullmatch(bare):
        return _date(match[1], match[3], match[4], latest)
    if match := _ERA.fullmatch(bare):
        year = 1 if match[2] == "元" else int(match[2])
        return _date(str(_YEAR_BEFORE_ERA[match[1]] + year), match[3], match[4], latest)
    if match := _COMPACT.fullmatch(bare):
        return _date(match[1], match[2], match[3], latest)
    if match := _NUMBERS.fullmatch(bare):
        return _numbers((match[1], match[3], match[4]), order, latest)
    return None


def _numbers(parts: tuple[str, str, str], order: DateOrder | None, latest: int) -> Reading:
    first, second, third = parts
    if order is DateOrder.YMD and len(third) == 2:
        return _date(first, second, third, latest)
    first_number, second_number = int(first), int(second)
    open_order = first_number <= 12 and second_number <= 12
    if order not in (DateOrder.MDY, DateOrder.DMY) and open_order and first_number != second_number:
        if int(third) >= _MARK_YEARS_AFTER or (len(third) == 4 and int(third) < _MARK_YEARS_BEFORE):
            return Reading(None, Remark.DATES_UNKNOWN)
        raise Unreadable(Remark.DATE_EITHER)
    day_first = order is DateOrder.DMY if open_order else first_number > 12
    if order not in (None, DateOrder.YMD) and day_first != (order is DateOrder.DMY):
        if 0 < first_number <= 31 and 0 < second_number <= 31 and int(third) >= _MARK_YEARS_AFTER:
            return Reading(None, Remark.DATES_UNKNOWN)
        raise Unreadable(Remark.DATE_ORDER_DIFFERS, order=order)
    return _date(third, second, first, latest) if day_first else _date(third, first, second, latest)


def month_number(name: str) -> int | None:
    """The month of this name or abbreviation in one of the languages; None for none."""
    return _months().get(folded(name).rstrip("."))


@cache
def _months() -> dict[str, int]:
    """Names of months by `babel`; those that mean two months in two languages are left out."""
    meanings: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    word = folded(name).rstrip(".")
                    if len(word) > 2 and not word.isdigit():
                        meanings.setdefault(word, set()).add(number)
    english = {"sept": {9}, "mrz": {3}, "maerz": {3}}
    return {word: numbers.pop() for word, numbers in {**meanings, **english}.items() if len(numbers) == 1}


def _date(year: str, month: str | int, day: str, latest: int) -> Reading:
    full = int(year)
    if len(year) == 2:
        full += 2000 if 2000 + full <= latest else 1900
    if full <= _MARK_YEARS_BEFORE or full >= _MARK_YEARS_AFTER:
        return Reading(None, Remark.DATES_UNKNOWN)
    try:
        return _checked(date(full, int(month), int(day)))
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(Remark.DATE_IMPOSSIBLE) from None


def _checked(day: date) -> Reading:
    if day in _MARK_DAYS:
        return Reading(None, Remark.DATES_UNKNOWN)
    try:
        return Reading(in_range(day))
    except ValueError:
        raise Unreadable(Remark.DATE_TOO_FAR) from None
