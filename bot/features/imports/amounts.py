"""Reads amounts of money as exports write them. The decimal mark is inferred from the whole column.

This reader is separate from `bot.domain.values.numbers`, which reads what a person typed just now and who sees how it
was understood. Nobody checks 10,000 imported rows, so this one reads `1.250` by what the rest of the column shows, and
refuses with a reason what could be read both ways or what a spreadsheet has mangled.
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

from bot.domain.values.money import CURRENCIES, MOST_MINOR, Money, minor_digits
from bot.features.imports.cells import Unreadable, is_empty, must_be_short

_LONE = 10
_LONGEST = 60
# What a sign can stand for, the usual one first; the currency column decides among them.
_SIGNS: dict[str, tuple[str, ...]] = {
    "US$": ("USD",), "CA$": ("CAD",), "C$": ("CAD",), "AU$": ("AUD",), "A$": ("AUD",), "NZ$": ("NZD",),
    "HK$": ("HKD",), "S$": ("SGD",), "NT$": ("TWD",), "R$": ("BRL",), "MX$": ("MXN",), "€": ("EUR",), "£": ("GBP",),
    "¥": ("JPY", "CNY"), "円": ("JPY",), "元": ("CNY",), "₹": ("INR",), "₩": ("KRW",), "₪": ("ILS",), "₺": ("TRY",),
    "₴": ("UAH",), "฿": ("THB",), "₫": ("VND",), "₦": ("NGN",), "₱": ("PHP",), "zł": ("PLN",), "Kč": ("CZK",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS", "BBD", "BMD", "BSD", "BZD",
          "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "XCD", "BND"),
}  # fmt: skip
_SCALES = {"": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "mio": 10**6, "b": 10**9, "bn": 10**9}
_SHAPE = re.compile(r"(?P<number>\d[\d.,'’ ]*|\.\d+)\s*(?P<scale>k|mio|mn|mm|m|bn|b)?\.?", re.IGNORECASE)
_ISO = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")


class Mark(StrEnum):
    """The decimal mark of a column; `MIXED` refuses the amounts that could be read both ways."""

    POINT = "."
    COMMA = ","
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure before its currency is settled: `currencies` are those it can be in, none when it names none."""

    figure: Decimal
    currencies: tuple[str, ...] = ()


def currency(text: str) -> str | None:
    """The ISO code in this cell, None if it is empty; raises `Unreadable`."""
    if is_empty(text):
        return None
    code = text.strip().upper()
    if code in CURRENCIES:
        return code
    codes: list[str] = [word for word in _ISO.findall(text) if word in CURRENCIES]
    if len(codes) == 1:
        return codes[0]
    sign = _SIGNS.get(text.strip())
    if sign is not None and len(sign) == 1:
        return sign[0]
    raise Unreadable("is no currency; write its three letters, such as USD")


def read(text: str, mark: Mark | None) -> Amount | None:
    """The figure in this cell, None if it is empty; raises `Unreadable`."""
    if is_empty(text):
        return None
    must_be_short(text, _LONGEST, "an amount")
    bare, currencies = _without_currency(_bare(text))
    if re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", bare):
        raise Unreadable("was shortened by a spreadsheet; format the column as a number and export again")
    if re.match(r"[-−(]", bare) and re.search(r"\d", bare):
        raise Unreadable("is negative, and a contract's value cannot be")
    shape = _SHAPE.fullmatch(bare)
    if shape is None:
        raise Unreadable("is not an amount; write it as 8400.00")
    figure = _figure(shape["number"].strip(), mark) * _SCALES[(shape["scale"] or "").lower()]
    return Amount(figure, currencies)


def settle(amount: Amount, stated: str | None, assumed: str | None) -> Money:
    """The amount in minor units: in the `stated` currency of its row, else the one it names, else the `assumed` one.

    Digits below the minor unit (of calculated fields) are rounded half to even. Raises `Unreadable`.
    """
    candidates = amount.currencies
    if stated and candidates and stated not in candidates:
        raise Unreadable(f"is in {candidates[0]}, and the currency column says {stated}")
    code = stated or (assumed if assumed in candidates else next(iter(candidates), assumed))
    if code is None:
        raise Unreadable("names no currency; add --currency USD, or whichever it is")
    minor = amount.figure.scaleb(minor_digits(code)).to_integral_value(rounding=ROUND_HALF_EVEN)
    if minor > MOST_MINOR:
        raise Unreadable("is more money than there is")
    return Money(int(minor), code)


def mark_of(cells: Iterable[str]) -> Mark | None:
    """The decimal mark that this column's cells show (but for one in ten); None when none of them shows any."""
    counts = Counter(mark for cell in cells if (mark := _evidence(cell)) is not None)
    if not counts:
        return None
    (usual, most), *others = counts.most_common()
    return Mark.MIXED if any(count * _LONE > most for _, count in others) else usual


def guesses(cells: Iterable[str]) -> tuple[str, ...]:
    """How signs that several currencies share are read where nothing else names one, in words."""
    shared = {sign: currencies for sign, currencies in _SIGNS.items() if len(currencies) > 1}
    bare = [
        cell
        for cell in map(_bare, (cell for cell in cells if len(cell) <= _LONGEST))
        if any(sign in cell for sign in shared)
    ]
    guessed_signs: set[str] = set()
    for cell in bare:
        with suppress(Unreadable):
            guessed_signs |= {sign for sign, currencies in shared.items() if _without_currency(cell)[1] == currencies}
    return tuple(f"{sign} was read as {shared[sign][0]}" for sign in sorted(guessed_signs))


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u2212", "-").split())


def _without_currency(text: str) -> tuple[str, tuple[str, ...]]:
    codes = [word for word in _ISO.findall(text) if word in CURRENCIES]
    if len(codes) > 1:
        raise Unreadable("names two currencies")
    if codes:
        text = text.replace(codes[0], "", 1).strip()
    for sign, currencies in _SIGNS.items():
        if text.startswith(sign) or text.endswith(sign):
            return text.replace(sign, "", 1).strip(), tuple(codes) or currencies
    return text, tuple(codes)


def _figure(number: str, mark: Mark | None) -> Decimal:
    plain = re.sub(r"['’ ]", "", number)
    if plain != number and not re.fullmatch(r"\d{1,3}(?:['’ ]\d{3})+(?:[.,]\d*)?", number):
        raise Unreadable("has gaps in odd places; write it as 8400.00")
    decimal = _decimal_mark(plain)
    if decimal is None and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain):
        if mark is Mark.MIXED:
            raise Unreadable("could be thousands or decimals; this column writes both ways")
        decimal = Mark.COMMA if mark is Mark.COMMA and "," in plain else None
        decimal = Mark.POINT if mark is Mark.POINT and "." in plain else decimal
    whole, _, fraction = plain.rpartition(decimal.value) if decimal else (plain, "", "")
    grouped = re.search(r"[.,]", whole) is not None
    digits = re.sub(r"[.,]", "", whole)
    if not re.fullmatch(r"\d*", fraction) or (grouped and not _well_grouped(whole)):
        raise Unreadable("has its marks in odd places; write it as 8400.00")
    return Decimal(f"{digits or 0}.{fraction or 0}")


def _well_grouped(whole: str) -> bool:
    """Groups of three; of two before the last three, as in India."""
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
    if len(cell) > _LONGEST:
        return None
    try:
        bare, _ = _without_currency(_bare(cell))
    except Unreadable:
        return None
    shape = _SHAPE.fullmatch(bare)
    if shape is None:
        return None
    plain = re.sub(r"['’ ]", "", shape["number"])
    if mark := _decimal_mark(plain):
        return mark
    marks = re.findall(r"[.,]", plain)
    if len(marks) > 1:
        return Mark.POINT if marks[0] == "," else Mark.COMMA
    return None
