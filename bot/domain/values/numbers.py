"""Reads numbers as people type them. Every reader of typed text builds on this one; files have `imports.amounts`."""

from __future__ import annotations

import re
from decimal import Decimal

_LONGEST = 40
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


def _groups(text: str, mark: str, thousands: str) -> bool:
    """Whether the only kind of mark in a number parts its thousands."""
    first, *rest = text.lstrip("+-").split(mark)
    return mark in thousands and 1 <= len(first) <= 3 and first != "0" and all(len(group) == 3 for group in rest)
