"""Ids of records as CRMs export them: one id written in two ways is one id."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.features.imports.cells import is_empty
from bot.features.imports.dressing import bare_id
from bot.features.imports.remarks import Remark, Unreadable

_LONGEST = 120
_FEW_DIGITS = 6  # a spreadsheet shows as many of a longer number
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}")
# As programs write a whole number that has all its digits: 1.5234567892E10.
_ALL_DIGITS = re.compile(r"(\d)\.(\d+)[eE]\+?(\d{1,2})")
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})\}?")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0")
_SALESFORCE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", re.ASCII)
_ACCOUNT_PREFIX = "001"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def read(text: str) -> str | None:
    """The id in a cell, None if it is empty; raises `Unreadable` for one that a spreadsheet has shortened."""
    text = bare_id(text)
    if is_empty(text):
        return None
    digits = _ALL_DIGITS.fullmatch(text)
    if digits and len(digits[2]) == int(digits[3]) > _FEW_DIGITS:
        return digits[1] + digits[2]
    if _EXPONENT.fullmatch(text):
        raise Unreadable(Remark.ID_SHORTENED)
    if len(text) > _LONGEST:
        raise Unreadable(Remark.NAME_TOO_LONG, limit=_LONGEST)
    match = _WHOLE_FLOAT.fullmatch(text)
    return text if match is None else match[1]


def canonical(record_id: str) -> str:
    """One way to write an id: of 18 characters of Salesforce the first 15, a GUID small and without its braces.

    Salesforce: the last three characters only spell out the case of the first fifteen. Any other id stays as it is.
    """
    if guid := _GUID.fullmatch(record_id):
        return guid[1].lower()
    if len(record_id) != 18 or not _SALESFORCE.fullmatch(record_id):
        return record_id
    if record_id.startswith(_ACCOUNT_PREFIX) or _checksum(record_id[:15]) == record_id[15:]:
        return record_id[:15]
    return record_id


def are_salesforce(record_ids: Iterable[str]) -> bool:
    """Whether ids of 18 characters in one column may be shortened: no two of them may begin with the same 15."""
    long = {record_id for record_id in record_ids if len(record_id) == 18}
    return len({record_id[:15] for record_id in long}) == len(long)


def _checksum(record_id: str) -> str:
    chunks = (record_id[start : start + 5] for start in (0, 5, 10))
    return "".join(_CHECK[sum(char.isupper() << at for at, char in enumerate(chunk))] for chunk in chunks)
