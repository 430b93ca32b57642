"""Numbers as people type them on a phone."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"[-+]?\d[\d.,]*")


def decimal_of(typed: str) -> Decimal | None:
    """The number in `typed`, such as `1,250.5`, `1.250,5`, `12,5` or `40 %`; None if it is no single number.

    A lone comma is a thousands separator when three digits follow, and a decimal comma otherwise.
    """
    text = re.sub(r"[\s_'\u00a0\u202f]|%$", "", typed.strip())
    if not _NUMBER.fullmatch(text):
        return None
    comma, point = text.rfind(","), text.rfind(".")
    if comma > point >= 0 or (point < 0 <= comma and not re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", text)):
        text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", "")
    return Decimal(text) if text.count(".") <= 1 else None
