"""Reads amounts of money as exports write them. The decimal mark is inferred from the whole column.

This reader is separate from `bot.domain.values.numbers`, which reads what a person typed just now and who sees how it
was understood. Nobody checks 10,000 imported rows, so this one reads `1.250` by what the rest of the column shows, and
refuses with a reason what could be read both ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from bot.domain.values.money import MOST_MINOR, Money, minor_digits
from bot.features.imports import currencies
from bot.features.imports.cells import is_empty, must_be_short
from bot.features.imports.remarks import Remark, Unreadable
from bot.features.imports.workbooks import Figure

_LONE = 10
_LONGEST = 60
_LARGEST_EXPONENT = 18
_TOO_LARGE = Decimal(10) ** 18
_SCALES = {
    "": 1, "k": 10**3, "tsd": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "mio": 10**6,
    "million": 10**6, "millions": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9, "mrd": 10**9, "lakh": 10**5,
    "lakhs": 10**5, "lac": 10**5, "crore": 10**7, "crores": 10**7, "cr": 10**7, "万": 10**4, "萬": 10**4, "億": 10**8,
    "亿": 10**8, "千": 10**3, "百万": 10**6,
}  # fmt: skip
_SCALE = "|".join(sorted(filter(None, _SCALES), key=len, reverse=True))
_SHAPE = re.compile(rf"(?P<number>\d[\d.,'’ ]*|\.\d+)\s*(?P<scale>{_SCALE})?\.?", re.IGNORECASE)
_EXPONENT = re.compile(r"(\d+(?:[.,]\d+)?)[eE]\+?(\d{1,2})")
_A_YEAR = re.compile(
    r"\s*(?:/\s*(?:yr|year|y|a|jahr|an)|per\s+(?:year|annum)|p\.?\s?a\.?|annually|yearly|pro jahr)\.?$", re.I
)
_A_MONTH = re.compile(r"(?:/\s*(?:mo|month|m|monat)|per\s+month|p\.?\s?m\.|monthly|pro monat)\.?$", re.IGNORECASE)
_NO_CENTS = re.compile(r"(?<=\d)(?:[.,][-–—]{1,2}|\s?/[-–])$")
_ZERO = re.compile(r"[-–—(]?\s*(?:0+(?:[.,]0*)?|[-–—])?\s*\)?-?")
_ISO = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")


class Mark(StrEnum):
    """The decimal mark of a column; `MIXED` refuses the amounts that could be read both ways."""

    POINT = "."
    COMMA = ","
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure before its currency is settled: `currencies` are those it can be in, none when it names none.

    `scaled` says that the cell itself names thousands or millions.
    """

    figure: Decimal
    currencies: tuple[str, ...] = ()
    scaled: bool = False


def currency(text: str) -> tuple[str, ...]:
    """The currencies that this cell can mean, the usual one first, none if it is empty; raises `Unreadable`."""
    return () if is_empty(text) else currencies.read(text)


def read(text: str, mark: Mark | None, *, signed: bool = False) -> Amount | None:
    """The figure in this cell, None if it is empty; negative ones are refused unless `signed`. Raises `Unreadable`."""
    if isinstance(text, Figure):
        return _amount(Decimal(text), (), signed)
    if is_empty(text):
        return None
    must_be_short(text, _LONGEST, "amount")
    bare, codes = _without_currency(_bare(text))
    if not bare:
        return None
    if _A_MONTH.search(bare):
        raise Unreadable(Remark.AMOUNT_MONTHLY)
    bare = _NO_CENTS.sub("", _A_YEAR.sub("", bare).strip())
    if _ZERO.fullmatch(bare):
        return Amount(Decimal(0), codes)
    bare, negative = _without_sign(bare)
    bare, more_codes = _without_currency(bare) if not codes else (bare, codes)
    bare, negative = (bare, negative) if negative else _without_sign(bare)
    figure, scaled = _value(bare, mark)
    return _amount(-figure if negative else figure, codes or more_codes, signed, scaled)


def _amount(figure: Decimal, codes: tuple[str, ...], signed: bool, scaled: bool = False) -> Amount:
    if figure < 0 and not signed:
        raise Unreadable(Remark.AMOUNT_NEGATIVE)
    return Amount(figure if figure else Decimal(0), codes, scaled)


def _without_sign(text: str) -> tuple[str, bool]:
    """The text without what makes it negative: a minus before or after it, or brackets around it."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text.startswith("-"):
        return text[1:].strip(), True
    if text.endswith("-"):
        return text[:-1].strip(), True
    return text.removeprefix("+").strip(), False


def _value(bare: str, mark: Mark | None) -> tuple[Decimal, bool]:
    if match := _EXPONENT.fullmatch(bare):
        if int(match[2]) > _LARGEST_EXPONENT:
            raise Unreadable(Remark.AMOUNT_TOO_LARGE)
        return Decimal(match[1].replace(",", ".")).scaleb(int(match[2])), False
    shape = _SHAPE.fullmatch(bare)
    if shape is None:
        raise Unreadable(Remark.AMOUNT_UNREADABLE)
    scale = (shape["scale"] or "").lower()
    return _figure(shape["number"].strip(), mark) * _SCALES[scale], bool(scale)


def settle(amount: Amount, stated: tuple[str, ...], assumed: str | None) -> Money:
    """The amount in minor units: in the `stated` currency of its row, else the one it names, else the `assumed` one.

    A sign that several currencies share is narrowed by the other one, else by what was assumed. Digits below the minor
    unit (of calculated fields) are rounded half to even. Raises `Unreadable`.
    """
    candidates = amount.currencies
    if stated and candidates:
        both = tuple(code for code in stated if code in candidates)
        if not both:
            raise Unreadable(Remark.CURRENCY_DIFFERS, named=candidates[0], stated=stated[0])
        stated = both
    open_ones = tuple(filter(None, stated or candidates))
    code = assumed if not open_ones or assumed in open_ones else open_ones[0]
    if code is None:
        raise Unreadable(Remark.CURRENCY_MISSING)
    minor = amount.figure.scaleb(minor_digits(code)).to_integral_value(rounding=ROUND_HALF_EVEN)
    if minor > MOST_MINOR:
        raise Unreadable(Remark.AMOUNT_TOO_LARGE)
    return Money(int(minor), code)


def mark_of(cells: Iterable[str]) -> Mark | None:
    """The decimal mark that this column's cells show (but for one in ten); None when none of them shows any."""
    counts = Counter(mark for cell in cells if (mark := _evidence(cell)) is not None)
    if not counts:
        return None
    (usual, most), *others = counts.most_common()
    return Mark.MIXED if any(count * _LONE > most for _, count in others) else usual


def named_currencies(cells: Iterable[str]) -> set[tuple[str, ...]]:
    """What the amounts of a column name as their currency, each as `Amount.currencies`; empty for bare figures."""
    named: set[tuple[str, ...]] = set()
    for cell in cells:
        if len(cell) > _LONGEST or cell.isdigit() or isinstance(cell, Figure) or is_empty(cell):
            continue
        with suppress(Unreadable):
            codes = _without_currency(_bare(cell))[1]
            if codes:
                named.add(codes)
    return named


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet may have cut digits off: `1.23457E+11` has six of twelve."""
    match = _EXPONENT.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    return match is not None and "+" in text and len(re.sub(r"\D", "", match[1])) >= 6


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").removeprefix("'")
    return " ".join(plain.split())


def _without_currency(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without the currency it names before, after or between sign and figure, and that currency."""
    if text.isascii() and not re.search(r"[A-Za-z$]", text):
        return text, ()
    codes = [word for word in _ISO.findall(text) if currencies.is_code(word)]
    if len(set(codes)) > 1:
        raise Unreadable(Remark.CURRENCIES_TWO)
    if codes:
        text = text.replace(codes[0], "", 1).strip()
    upper = text.upper()
    for sign, meant in currencies.signs().items():
        at = upper.find(sign.upper())
        if at < 0 or not _stands_alone(text, at, at + len(sign)):
            continue
        text = (text[:at] + text[at + len(sign) :]).strip()
        return text, tuple(codes) or meant
    if not codes and (words := re.search(r"[^\W\d_][^\d]*[^\W\d_]", text)):
        # Words before or after the figure: `12,000 US dollars`, `12 million euros`.
        parts = words[0].split()
        for start in range(len(parts)):
            meant = currencies.of_name(" ".join(parts[start:]))
            if meant:
                return text.replace(" ".join(parts[start:]), "", 1).strip(), meant
    return text, tuple(codes)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a sign of letters is a word of its own: `kr` in `500 kr`, and not in `500 krx`."""
    before, after = text[start - 1 : start], text[end : end + 1]
    sign = text[start:end]
    if unicodedata.east_asian_width(sign[0]) == "W":
        return True  # 円 and 元 follow a figure or 万 without a space
    if sign[0].isalpha() and before.isalpha():
        return False
    return not (sign[-1].isalpha() and after.isalpha())


def _figure(number: str, mark: Mark | None) -> Decimal:
    plain = re.sub(r"['’ ]", "", number)
    if plain != number and not re.fullmatch(r"\d{1,3}(?:['’ ]\d{2,3})*['’ ]\d{3}(?:[.,]\d*)?", number):
        raise Unreadable(Remark.AMOUNT_GAPS)
    decimal = _decimal_mark(plain)
    if decimal is None and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain):
        if mark is Mark.MIXED:
            raise Unreadable(Remark.AMOUNT_MIXED)
        decimal = Mark.COMMA if mark is Mark.COMMA and "," in plain else None
        decimal = Mark.POINT if mark is Mark.POINT and "." in plain else decimal
    whole, _, fraction = plain.rpartition(decimal.value) if decimal else (plain, "", "")
    grouped = re.search(r"[.,]", whole) is not None
    digits = re.sub(r"[.,]", "", whole)
    if not re.fullmatch(r"\d*", fraction) or (grouped and not _well_grouped(whole)):
        raise Unreadable(Remark.AMOUNT_MARKS)
    return Decimal(f"{digits or 0}.{fraction}" if fraction else digits or "0")


def _well_grouped(whole: str) -> bool:
    """Groups of three; of two before the last three, as in India; of four, as in Japan."""
    if len(set(re.findall(r"[.,]", whole))) > 1:
        return False
    first, *rest = re.split(r"[.,]", whole)
    return 1 <= len(first) <= 3 and len(rest[-1]) == 3 and all(len(group) in (2, 3) for group in rest)


def _decimal_mark(plain: str) -> Mark | None:
    """The decimal mark that this number shows by itself; None when it has none or could be read both ways."""
    marks = re.findall(r"[.,]", plain)
    if len(set(marks)) == 2:
        return Mark(marks[-1])
    if len(marks) == 1 and not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain):
        return Mark(marks[0])
    return None


def _evidence(cell: str) -> Mark | None:
    if len(cell) > _LONGEST or cell.isdigit() or isinstance(cell, Figure):
        return None
    try:
        bare = _without_currency(_bare(cell))[0]
    except Unreadable:
        return None
    bare = _NO_CENTS.sub("", bare.strip("-()+%<>≥≤≈~ "))
    shape = _SHAPE.match(bare)
    if shape is None:
        return None
    plain = re.sub(r"['’ ]", "", shape["number"])
    if mark := _decimal_mark(plain):
        return mark
    marks = re.findall(r"[.,]", plain)
    if len(marks) > 1:
        return Mark.POINT if marks[0] == "," else Mark.COMMA
    return None


def number(text: str, mark: Mark | None) -> Decimal | None:
    """A figure that is no money: `-2.5%`, `(5%)`, `≥99.5`, `15 days`, `1E3`; None if it is empty.

    Raises `Unreadable`.
    """
    value = _number(text, mark)
    if value is not None and abs(value) >= _TOO_LARGE:
        raise Unreadable(Remark.NUMBER_TOO_LARGE)
    return value


def _number(text: str, mark: Mark | None) -> Decimal | None:
    if isinstance(text, Figure):
        return Decimal(text)
    if is_empty(text):
        return None
    must_be_short(text, _LONGEST, "number")
    bare = _bare(text).lstrip("<>=≥≤≈~±").strip()
    bare, negative = _without_sign(bare)
    bare = bare.removesuffix("%").strip()
    bare, negative = (bare, True) if negative else _without_sign(bare)
    if match := re.fullmatch(r"([\d.,'’ ]*\d)\s*(?:[^\W\d_][^\d]*|°.*|/.*)", bare):
        unit = bare[match.end(1) :].strip().lower().rstrip(".")
        bare = match[1] if unit not in _SCALES else bare
    try:
        value = _value(bare, mark)[0]
    except Unreadable as error:
        if error.note.remark is Remark.AMOUNT_UNREADABLE:
            raise Unreadable(Remark.NUMBER_UNREADABLE) from None
        raise
    return -value if negative and value else value
