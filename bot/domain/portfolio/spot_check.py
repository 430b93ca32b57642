"""Which pieces of evidence a digest has somebody look at: drawn at random, seeded by the digest, weighted by ARR.

A piece carries the share of its customer's ARR that its outcome proves. Nothing is converted between currencies: a
customer weighs by how its ARR compares with the average of its currency, and one whose ARR is unknown as little as the
lightest. Nobody can say before the digest which pieces come up, and everybody can draw them again afterwards.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bot.domain.portfolio.book import SCALE, Book, Row

PER_DIGEST = 2
NOT_AGAIN = timedelta(days=92)
"""A piece is not drawn twice within a quarter while there are others."""
UNANSWERED_AFTER = timedelta(days=14)
"""A look that nobody has answered by then is told in the digest as not answered yet."""
LOOKED_AT = 500
"""How many pieces a draw puts in order; those behind them are not reached."""


class NewPiece(NamedTuple):
    """A piece of evidence that counts and did not count in the digest before; `weight` is above 0."""

    account_id: int
    outcome_id: int
    evidence_id: int
    weight: float


@dataclass(frozen=True, slots=True)
class NewPieces:
    """The pieces that newly count between two digests; none in the first one, which has nothing to compare with."""

    before: Book | None
    after: Book

    def __iter__(self) -> Iterator[NewPiece]:
        if self.before is None:
            return
        weights = _Weights.of(self.after)
        for row in self.after.rows():
            if not row.is_former and any(row.proofs):
                yield from self._of_account(row, weights)

    def _of_account(self, row: Row, weights: _Weights) -> Iterator[NewPiece]:
        assert self.before is not None
        then = self.before.row(row.account_id)
        counted = set(then.proofs) if then is not None else set()
        for outcome_id, mark in self.after.marks_of(row).items():
            if mark.proof and mark.credit and mark.proof not in counted:
                weight = weights.of_piece(row, mark.credit)
                yield NewPiece(row.account_id, outcome_id, mark.proof, weight)


@dataclass(frozen=True, slots=True)
class _Weights:
    """The average ARR of a customer by currency, and what weighs least."""

    averages: Mapping[str, float]
    least: float

    @classmethod
    def of(cls, book: Book) -> _Weights:
        totals: Counter[str] = Counter()
        customers: Counter[str] = Counter()
        for row in book.rows():
            if not row.is_former and row.arr_minor:
                totals[row.currency] += row.arr_minor
                customers[row.currency] += 1
        averages = {currency: total / customers[currency] for currency, total in totals.items()}
        least = min(
            (
                row.arr_minor / averages[row.currency] / max(1, len(row.outcomes))
                for row in book.rows()
                if not row.is_former and row.arr_minor
            ),
            default=1.0,
        )
        return cls(averages, least)

    def of_piece(self, row: Row, credit: int) -> float:
        """What a piece weighs that gives one outcome of this customer its credit."""
        if not row.arr_minor:
            return self.least
        return row.arr_minor / self.averages[row.currency] * (credit / SCALE) / len(row.outcomes)


def draw(pieces: Iterable[NewPiece], seed: str, drawn_lately: Collection[int] = ()) -> list[NewPiece]:
    """The pieces in the order in which they are drawn, without putting any back, at most `LOOKED_AT`.

    `seed` names the digest; the order depends on it and on the pieces alone. `drawn_lately` are the ids of evidence
    drawn within the last quarter: they come behind all others.
    """

    def turn(piece: NewPiece) -> tuple[bool, float, int]:
        return piece.evidence_id in drawn_lately, _luck(seed, piece), piece.evidence_id

    return heapq.nsmallest(LOOKED_AT, pieces, key=turn)


def _luck(seed: str, piece: NewPiece) -> float:
    """The piece's place in a weighted draw: the smaller, the earlier (Efraimidis and Spirakis, 2006)."""
    digits = hashlib.sha256(f"{seed}/{piece.evidence_id}".encode()).digest()[:8]
    chance = ((int.from_bytes(digits, "big") >> 11) + 0.5) / 2**53
    return -math.log(chance) / piece.weight


def is_overdue(drawn_on: date, today: date) -> bool:
    """Whether a look that nobody has answered is told of. Days of the portfolio count, whatever the clocks did."""
    return today - drawn_on >= UNANSWERED_AFTER
