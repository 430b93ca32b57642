"""What a digest told of every account and outcome, packed, so that the next one can say what changed.

A million outcomes take some twenty megabytes, and two such books are held while a digest is made. Credits are kept
exact, as the decimals that the rules came to.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from itertools import accumulate
from typing import Any, NamedTuple

from bot.domain.proof.progress import ONE, ZERO

SCALE = 10**40
"""Credits are summed as whole numbers of this unit."""
_DIGITS = Decimal(1).scaleb(-40)
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
_UNKNOWN = -1
_COLUMNS: Mapping[str, str] = {
    "accounts": "q",
    "arr": "q",
    "currencies": "H",
    "former": "B",
    "sizes": "I",
    "outcomes": "q",
    "credits": "I",
    "states": "B",
    "proofs": "q",
}
"""The columns and the type of their items: one item an account in the first five, one an outcome in the others."""


class OutcomeState(StrEnum):
    """How an outcome stands, in one character: what makes it news even where its credit stays as it was."""

    PROVEN = "p"
    PARTLY_PROVEN = "h"
    MISSED = "m"
    DISPUTED = "d"
    EXPIRED = "e"
    OPEN = "o"
    RETIRED = "r"
    """Retired without being proven, and still below the line until the manager agrees."""


_STATES = {ord(state): state for state in OutcomeState}


class OutcomeMark(NamedTuple):
    """One outcome as it was told: its credit in units of 1/`SCALE`, and the evidence that gave it (0 if none did)."""

    credit: int
    state: OutcomeState
    proof: int


class Row(NamedTuple):
    """One account as it was told; the items of the four lists belong together, by outcome id.

    `arr_minor` is None where ARR or currency was unknown; then the account is in no figure.
    """

    account_id: int
    arr_minor: int | None
    currency: str
    is_former: bool
    outcomes: array[int]
    credits: array[int]
    states: array[int]
    proofs: array[int]


class Book:
    """All accounts of a portfolio as a digest told them, former customers with nothing but their id."""

    def __init__(self) -> None:
        self._columns: dict[str, array[int]] = {name: array(kind) for name, kind in _COLUMNS.items()}
        self._currencies: list[str] = [""]
        self._values: list[Decimal] = [ZERO, ONE]
        self._indices: dict[Decimal, int] = {}
        self._units: list[int] = [0, SCALE]
        self._is_sorted = True
        self._starts: array[int] | None = None

    def add_former(self, account_id: int) -> None:
        """Take in a former customer."""
        self._add_account(account_id, None, "", 1, 0)

    def add(
        self,
        account_id: int,
        arr: tuple[int | None, str | None],
        outcomes: Sequence[int],
        states: str,
        credited: Mapping[int, tuple[Decimal, int] | tuple[Decimal, int, int]],
    ) -> None:
        """Take in a customer with ARR and currency.

        `states` has a character of `OutcomeState` for each outcome; `credited` gives the credit, above 0, and the
        evidence behind it of the outcomes that have any.
        """
        columns = self._columns
        columns["outcomes"].extend(outcomes)
        columns["states"].frombytes(states.encode("ascii"))
        credits, proofs = columns["credits"], columns["proofs"]
        start, many = len(credits), len(outcomes)
        credits.frombytes(bytes(credits.itemsize * many))
        proofs.frombytes(bytes(proofs.itemsize * many))
        for outcome_id, mark in credited.items():
            at = start + outcomes.index(outcome_id)
            credits[at] = self._index_of(mark[0])
            proofs[at] = mark[1]
        self._add_account(account_id, arr[0] if arr[1] else None, arr[1] or "", 0, len(states))

    def carry_over(self, other: Book, account_ids: Iterable[int]) -> None:
        """Take in these accounts as another book has them; those that it lacks are left out."""
        wanted = set(account_ids)
        for row in other.rows():
            if row.account_id not in wanted:
                continue
            if row.is_former:
                self.add_former(row.account_id)
                continue
            credited = {
                outcome_id: (other._values[credit], proof)
                for outcome_id, credit, proof in zip(row.outcomes, row.credits, row.proofs, strict=True)
                if credit
            }
            states = row.states.tobytes().decode("ascii")
            self.add(row.account_id, (row.arr_minor, row.currency), row.outcomes, states, credited)

    def rows(self) -> Iterator[Row]:
        """The accounts by id, their outcomes by id."""
        self._sort()
        for at in range(len(self)):
            yield self._row(at)

    def row(self, account_id: int) -> Row | None:
        """One account; None if it is not in the book."""
        self._sort()
        accounts = self._columns["accounts"]
        at = bisect_left(accounts, account_id)
        return self._row(at) if at < len(accounts) and accounts[at] == account_id else None

    def _row(self, at: int) -> Row:
        columns = self._columns
        start, end = self._bounds()[at : at + 2]
        arr = columns["arr"][at]
        return Row(
            columns["accounts"][at],
            None if arr == _UNKNOWN else arr,
            self._currencies[columns["currencies"][at]],
            bool(columns["former"][at]),
            columns["outcomes"][start:end],
            columns["credits"][start:end],
            columns["states"][start:end],
            columns["proofs"][start:end],
        )

    def _bounds(self) -> array[int]:
        """Where the outcomes of each account begin, and where the last ones end."""
        if self._starts is None:
            self._starts = array("q", accumulate(self._columns["sizes"], initial=0))
        return self._starts

    def credit_of(self, row: Row) -> int:
        """The sum of the credits of one of this book's rows, in units of 1/`SCALE`."""
        units = self._units
        return sum(units[index] for index in row.credits if index)

    def marks_of(self, row: Row) -> dict[int, OutcomeMark]:
        """How the outcomes of one of this book's rows were told, by id."""
        units = self._units
        marks = zip(row.outcomes, row.credits, row.states, row.proofs, strict=True)
        return {
            outcome_id: OutcomeMark(units[credit], _STATES[state], proof) for outcome_id, credit, state, proof in marks
        }

    def same_as(self, row: Row, other: Book, others: Row) -> bool:
        """Whether two rows of one account tell the same of its outcomes; which evidence stands behind is not asked."""
        if row.outcomes != others.outcomes or row.states != others.states:
            return False
        units, other_units = self._units, other._units
        return [units[index] for index in row.credits] == [other_units[index] for index in others.credits]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; decimals travel as text so that they stay exact."""
        self._sort()
        packed = {name: _packed(column) for name, column in self._columns.items()}
        return {**packed, "of": self._currencies[1:], "values": [str(value) for value in self._values[2:]]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Book:
        """The book of `as_json`."""
        book = cls()
        book._columns = {name: _unpacked(kind, stored[name]) for name, kind in _COLUMNS.items()}
        book._currencies += stored["of"]
        for value in stored["values"]:
            book._index_of(Decimal(value))
        return book

    def _add_account(self, account_id: int, arr: int | None, currency: str, former: int, size: int) -> None:
        columns = self._columns
        accounts = columns["accounts"]
        self._starts = None
        self._is_sorted = self._is_sorted and (not accounts or accounts[-1] < account_id)
        accounts.append(account_id)
        columns["arr"].append(_UNKNOWN if arr is None else arr)
        if currency not in self._currencies:
            self._currencies.append(currency)
        columns["currencies"].append(self._currencies.index(currency))
        columns["former"].append(former)
        columns["sizes"].append(size)

    def _index_of(self, credit: Decimal) -> int:
        if credit is ONE or credit == ONE:
            return 1
        index = self._indices.get(credit)
        if index is None:
            index = self._indices[credit] = len(self._values)
            self._values.append(credit)
            self._units.append(int(credit.quantize(_DIGITS, context=_EXACT).scaleb(40, context=_EXACT)))
        return index

    def _sort(self) -> None:
        """Accounts by id, and outcomes by id within them, whatever the order in which they were taken in."""
        if self._is_sorted:
            return
        old = self._columns
        starts = self._bounds()
        order = sorted(range(len(old["accounts"])), key=old["accounts"].__getitem__)
        new: dict[str, array[int]] = {name: array(kind) for name, kind in _COLUMNS.items()}
        for name in ("accounts", "arr", "currencies", "former", "sizes"):
            new[name].extend([old[name][at] for at in order])
        for name in ("outcomes", "credits", "states", "proofs"):
            into, column = new[name], old[name]
            for at in order:
                into.extend(column[starts[at] : starts[at + 1]])
        self._columns, self._starts = new, None
        self._is_sorted = True

    @property
    def customers(self) -> int:
        """How many accounts are no former customers."""
        return len(self) - sum(self._columns["former"])

    def __len__(self) -> int:
        return len(self._columns["accounts"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Book):
            return NotImplemented
        pairs = zip(self.rows(), other.rows(), strict=False)
        return len(self) == len(other) and all(
            ours[:4] == theirs[:4] and self.marks_of(ours) == other.marks_of(theirs) for ours, theirs in pairs
        )

    __hash__ = None  # type: ignore[assignment]  # compared, never a key


def _packed(column: array[int]) -> str:
    """The items as text: little-endian, deflated, in base64."""
    if sys.byteorder == "big":
        column = array(column.typecode, column)
        column.byteswap()
    return b64encode(zlib.compress(column.tobytes(), 1)).decode("ascii")


def _unpacked(kind: str, text: str) -> array[int]:
    column = array(kind)
    column.frombytes(zlib.decompress(b64decode(text)))
    if sys.byteorder == "big":
        column.byteswap()
    return column
