"""Reads numbers as people type them. Every reader of typed text builds on this one; files have `imports.amounts`."""

from __future__ import annotations

import re
from decimal import Decimal

_LONGEST = 40
_SHORTEST = 3
"""Letters that are enough to tell a unit: `min` is minutes, `mo` could be anything."""
_ONE_LETTER = ("day", "hour", "week")
"""Units that people write as one letter."""
_WITH_UNIT = re.compile(r"(?P<figure>[-+]?[\d.,'\u00a0\u202f ]*\d)\s*(?P<unit>[^\W\d].*)", re.DOTALL)
_NUMBER = re.compile(r"[-+]?[.,]?\d[\d.,]*")


def decimal_of(typed: str, thousands: str = ",") -> Decimal | None:
    """The number in `typed`, such as `1,250.5`, `1.250,5`, `12,5` or `40 %`; None if it is no single number.

    None as well above 40 characters: nobody means it, and a row holds 64.

    Where both marks stand, the last is the decimal one. One kind of mark alone groups thousands when it is among
    `thousands` and three digits follow each (`8,400`, but not `0,500`), and is the decimal mark otherwise.
    """
    text = re.sub(r"[\s_'\u00a0\u202f]|%$", "", typed.strip())
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return None
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        text = text.replace("," if point > comma else ".", "")
    elif (comma >= 0 or point >= 0) and _groups(text, "," if comma >= 0 else ".", thousands):
        return Decimal(re.sub("[.,]", "", text))
    text = text.replace(",", ".")
    return Decimal(text) if text.count(".") <= 1 else None


def figure_of(typed: str, unit: str | None) -> Decimal | None:
    """The figure in `typed`, after which its unit may stand: `6 days` where `unit` is `days`; None for another unit.

    The unit may be singular or short (`6 day`, `6d`, `40 min`), and of a longer one the first word is enough.
    """
    plain = decimal_of(typed)
    if plain is not None or not unit:
        return plain
    match = _WITH_UNIT.fullmatch(typed.strip())
    if match is None or not _names(match["unit"].casefold().rstrip("."), unit.casefold()):
        return None
    return decimal_of(match["figure"])


def _names(word: str, unit: str) -> bool:
    """Whether a typed word names the unit: the same, its first word, singular or plural, or the beginning of it."""
    first = unit.split()[0]
    if word in (unit, first) or word.rstrip("s") == first.rstrip("s"):
        return True
    return first.startswith(word) and (len(word) >= _SHORTEST or first.rstrip("s") in _ONE_LETTER)


def _groups(text: str, mark: str, thousands: str) -> bool:
    """Whether the only kind of mark in a number parts its thousands."""
    first, *rest = text.lstrip("+-").split(mark)
    return mark in thousands and 1 <= len(first) <= 3 and first != "0" and all(len(group) == 3 for group in rest)
