"""What must be said beside retention figures because a convention decided it: lapses, overlaps, doubtful ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from typing import Generic

from bot.domain.portfolio.paid import ZERO, Key, Paid, SameLine, arr_on, by_account, paid_on, turning_days
from bot.domain.portfolio.retention import Conventions
from bot.domain.values.days import add_days


class Said(Enum):
    """What a remark is about."""

    LAPSE = "lapse"
    """No contract from `since` until `until`, between two days on which the account pays: kept, by the two days."""
    ENDS_IN_DOUBT = "ends_in_doubt"
    """Lost on `since`, and in force again a day later: so looks an export whose ends are inclusive."""
    OVERLAP = "overlap"
    """Two terms of one line run together from `since` until `until`."""
    BELOW_ZERO = "below_zero"
    """Credits are larger than what it pays on the day `since`: `amount`."""
    MOVED = "moved"
    """Pays in another currency at `t1` than at `t0`: `words` has both."""
    MERGED = "merged"
    """Another customer became part of it on `since`: `words` has its name, and who did it. With an `amount` of 0 both
    were said to be one contract, of which only the larger one counts."""
    REWRITTEN = "rewritten"
    """Terms that were on record were changed, so that on the first day it pays `amount` less than was recorded first;
    `words` has the currency and who changed them last, which was on `since`."""


@dataclass(frozen=True, slots=True)
class Remark(Generic[Key]):
    """One thing to say of one account."""

    said: Said
    account: Key
    since: date | None = None
    until: date | None = None
    amount: Fraction | None = None
    words: tuple[str, ...] = ()


def remarks(rows: Iterable[Paid[Key]], t0: date, t1: date, conventions: Conventions[Key]) -> list[Remark[Key]]:
    """All remarks on the figures between two days, by account."""
    found: list[Remark[Key]] = []
    for account, own in by_account(rows).items():
        found += _moved(account, own, t0, t1, conventions.same_line)
        found += _below_zero(account, own, (t0, t1), conventions.same_line)
        found += _lapses(account, own, t0, t1, conventions.same_line)
        found += _overlaps(account, own, t0, t1)
    return found


def _moved(account: Key, rows: Sequence[Paid[Key]], t0: date, t1: date, same_line: SameLine) -> Iterator[Remark[Key]]:
    before, after = (
        {currency for currency, arr in (arr_on(rows, day, same_line) or {}).items() if arr > 0} for day in (t0, t1)
    )
    if before and after and not before & after:
        yield Remark(Said.MOVED, account, words=(min(before), min(after)))


def _below_zero(
    account: Key, rows: Sequence[Paid[Key]], days: tuple[date, date], same_line: SameLine
) -> Iterator[Remark[Key]]:
    for day in days:
        for currency, arr in sorted((arr_on(rows, day, same_line) or {}).items()):
            if arr < 0:
                yield Remark(Said.BELOW_ZERO, account, since=day, amount=arr, words=(currency,))


def _lapses(account: Key, rows: Sequence[Paid[Key]], t0: date, t1: date, same_line: SameLine) -> Iterator[Remark[Key]]:
    """The stretches of more than a day without anything paid inside the window, and the doubtful end of a day."""
    for currency in sorted({row.currency for row in rows}):
        if not paid_on(rows, currency, t0, same_line):
            continue
        if paid_on(rows, currency, t1, same_line):
            inside = [day for day in turning_days(rows) if t0 < day <= t1]
            spans = _unpaid(rows, currency, inside, same_line)
            yield from (Remark(Said.LAPSE, account, *span) for span in spans if (span[1] - span[0]).days > 1)
        elif paid_on(rows, currency, add_days(t1, 1), same_line):
            yield Remark(Said.ENDS_IN_DOUBT, account, since=t1)


def _unpaid(
    rows: Sequence[Paid[Key]], currency: str, days: Sequence[date], same_line: SameLine
) -> list[tuple[date, date]]:
    spans: list[tuple[date, date]] = []
    began: date | None = None
    for day in days:
        pays = paid_on(rows, currency, day, same_line) > ZERO
        if began is None and not pays:
            began = day
        elif began is not None and pays:
            spans.append((began, day))
            began = None
    return spans


def _overlaps(account: Key, rows: Sequence[Paid[Key]], t0: date, t1: date) -> Iterator[Remark[Key]]:
    """Terms of one line that run together on a day of the window."""
    by_line: dict[str, list[Paid[Key]]] = {}
    for row in sorted(rows, key=lambda row: (row.starts_on, row.order)):
        if row.starts_on != row.ends_on:
            by_line.setdefault(row.line, []).append(row)
    for line in by_line.values():
        for first, second in pairwise(line):
            until = min((day for day in (first.ends_on, second.ends_on) if day), default=None)
            inside = second.starts_on <= t1 and (until is None or until > t0)
            if inside and first.is_in_force(second.starts_on):
                yield Remark(Said.OVERLAP, account, second.starts_on, until)
