"""Lists of a digest that hold no more lines than can be shown, and count all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.domain.values.money import Money, listed_money, total
from bot.features.portfolios.digest_pages import MOST_LINES


class Entry(NamedTuple):
    """A line about an account; `key` sorts the list, the smallest first. `arr` is what the account is worth, `sign`
    what stands before the line, `in_full` what the thread says instead of the text, `account_id` is 0 where no button
    opens the account."""

    key: tuple[Any, ...]
    name: str
    text: str
    arr: Money | None = None
    sign: str = ""
    in_full: str = ""
    account_id: int = 0


class Shortlist:
    """Lines in the order of their keys: up to `MOST_LINES` are held, all are counted."""

    def __init__(self) -> None:
        self.count = 0
        self._entries: list[Entry] = []
        self._arr: dict[str, int] = {}

    def add(self, entry: Entry) -> None:
        """Take in a line."""
        self.count += 1
        if entry.arr is not None:
            self._arr[entry.arr.currency] = self._arr.get(entry.arr.currency, 0) + entry.arr.minor
        self._entries.append(entry)
        if len(self._entries) > 2 * MOST_LINES:
            self._entries = self.first(MOST_LINES)

    def first(self, many: int) -> list[Entry]:
        """The first lines."""
        return sorted(self._entries, key=lambda entry: entry.key)[:many]

    def all(self) -> list[Entry]:
        """All lines that are held."""
        return self.first(MOST_LINES)

    @property
    def hidden(self) -> int:
        """How many lines are counted only."""
        return max(0, self.count - MOST_LINES)

    @property
    def arr(self) -> str:
        """The ARR of all accounts, by currency; empty where none is known."""
        return listed_money(total(Money(minor, currency) for currency, minor in self._arr.items()))

    def arr_after(self, shown: Sequence[Entry]) -> str:
        """The ARR of the accounts that are not shown."""
        left = dict(self._arr)
        for entry in shown:
            if entry.arr is not None:
                left[entry.arr.currency] -= entry.arr.minor
        return listed_money(total(Money(minor, currency) for currency, minor in left.items() if minor))
