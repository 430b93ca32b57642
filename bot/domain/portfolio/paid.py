"""What accounts pay: rows with a first day and an end, and the ARR of an account on a day.

In force is `start <= day < end`; no end means open, and a row whose end is its start is never in force. The ARR of an
account on a day is the sum over its rows in force, recurring credits included: `docs/rules.md`, Retention.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key", int, str)
"""What an account is told by: its id, or its name in a file of cases."""
ZERO = Fraction(0)


class SameLine(StrEnum):
    """What counts of two terms of one line that are in force on one day: both, or the one that began later."""

    SUM = "sum"
    LATER_START = "later_start"


@dataclass(frozen=True, slots=True)
class Paid(Generic[Key]):
    """One recurring row. `arr` is a year's amount in any unit that all rows share, None if unknown.

    `line` tells the subscriptions of an account apart; `order` says which of two that began on one day came later.
    """

    account: Key
    line: str
    currency: str
    starts_on: date
    ends_on: date | None
    arr: Fraction | None
    order: int = 0

    def is_in_force(self, on: date) -> bool:
        """Whether the row runs on a day."""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)


def counted(rows: Iterable[Paid[Key]], on: date, same_line: SameLine) -> list[Paid[Key]]:
    """The rows of one account that count on a day."""
    running = [row for row in rows if row.is_in_force(on)]
    if same_line is SameLine.SUM:
        return running
    by_line = {row.line: row for row in sorted(running, key=_latest)}
    return list(by_line.values())


def arr_on(rows: Iterable[Paid[Key]], on: date, same_line: SameLine) -> dict[str, Fraction] | None:
    """The ARR of one account on a day by currency, below zero where credits are larger; None where one is unknown."""
    sums: dict[str, Fraction] = {}
    for row in counted(rows, on, same_line):
        if row.arr is None:
            return None
        sums[row.currency] = sums.get(row.currency, ZERO) + row.arr
    return sums


def paid_on(rows: Iterable[Paid[Key]], currency: str, on: date, same_line: SameLine) -> Fraction:
    """What one account pays on a day in a currency, never below zero; an unknown ARR counts as nothing."""
    return max(ZERO, (arr_on(rows, on, same_line) or {}).get(currency, ZERO))


def turning_days(rows: Iterable[Paid[Key]]) -> list[date]:
    """The days on which the ARR of one account can change, in order."""
    return sorted({day for row in rows for day in (row.starts_on, row.ends_on) if day is not None})


def first_paid(rows: Sequence[Paid[Key]], currency: str, same_line: SameLine) -> date | None:
    """The first day on which one account pays something in a currency; None if it never does."""
    return next((day for day in turning_days(rows) if paid_on(rows, currency, day, same_line) > 0), None)


def gone_since(rows: Sequence[Paid[Key]], currency: str, on: date, same_line: SameLine) -> date | None:
    """The day from which one account pays nothing in a currency, up to the day `on`; None if it pays then."""
    if paid_on(rows, currency, on, same_line) > 0:
        return None
    since = None
    for day in reversed([day for day in turning_days(rows) if day <= on]):
        if paid_on(rows, currency, day, same_line) > 0:
            break
        since = day
    return since


def by_account(rows: Iterable[Paid[Key]]) -> dict[Key, list[Paid[Key]]]:
    """The rows of each account, the accounts in order."""
    found: dict[Key, list[Paid[Key]]] = {}
    for row in rows:
        found.setdefault(row.account, []).append(row)
    return {account: found[account] for account in sorted(found)}


def _latest(row: Paid[Key]) -> tuple[date, int, date, Fraction]:
    return row.starts_on, row.order, row.ends_on or date.max, row.arr or ZERO
