"""The credit of every outcome of a portfolio as a digest keeps it, packed: a million of them take eight megabytes."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_DOWN, Decimal

from bot.domain.proof.progress import ONE, ZERO

_WHOLE = 10_000
_STEP = _WHOLE + 1
_FOUR_DIGITS = Decimal("0.0001")


class Credits:
    """Credits by outcome id, cut to four digits and never rounded up; an outcome without credit is not in it."""

    def __init__(self, credits: Iterable[tuple[int, Decimal]] = ()) -> None:
        self._packed = array("q")
        self._sorted = True
        for outcome_id, credit in credits:
            self.add(outcome_id, credit)

    def add(self, outcome_id: int, credit: Decimal) -> None:
        """Take in the credit, 0 to 1, of an outcome that is not in it yet."""
        cut = int((credit * _WHOLE).to_integral_value(rounding=ROUND_DOWN))
        if cut:
            self._packed.append(outcome_id * _STEP + cut)
            self._sorted = False

    def get(self, outcome_id: int) -> Decimal:
        """The credit of an outcome, 0 to 1."""
        return _credit(self._ten_thousandths_of(outcome_id))

    def as_json(self) -> dict[str, str]:
        """Plain JSON; credits travel as text so that they stay exact."""
        texts: dict[int, str] = {}
        return {
            str(number // _STEP): texts.setdefault(number % _STEP, str(_credit(number % _STEP)))
            for number in self._numbers()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Credits:
        """The credits of `as_json`."""
        return cls((int(outcome_id), Decimal(credit)) for outcome_id, credit in stored.items())

    def better_than(self, before: Credits) -> Iterator[int]:
        """The outcomes that are wholly proven here and were not before."""
        for number in self._numbers():
            outcome_id, credit = divmod(number, _STEP)
            if credit == _WHOLE > before._ten_thousandths_of(outcome_id):
                yield outcome_id

    def worse_than(self, before: Credits) -> Iterator[int]:
        """The outcomes that had more credit before."""
        for number in before._numbers():
            outcome_id, credit = divmod(number, _STEP)
            if self._ten_thousandths_of(outcome_id) < credit:
                yield outcome_id

    def _ten_thousandths_of(self, outcome_id: int) -> int:
        numbers = self._numbers()
        at = bisect_left(numbers, outcome_id * _STEP)
        if at == len(numbers):
            return 0
        nearest, credit = divmod(numbers[at], _STEP)
        return credit if nearest == outcome_id else 0

    def _numbers(self) -> array[int]:
        """The packed credits by outcome id: the id times `_STEP`, plus the credit in ten-thousandths."""
        if not self._sorted:
            self._packed = array("q", sorted(self._packed))
            self._sorted = True
        return self._packed

    def __len__(self) -> int:
        return len(self._packed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credits) and self._numbers() == other._numbers()

    __hash__ = None  # type: ignore[assignment]  # compared, never a key


def _credit(ten_thousandths: int) -> Decimal:
    return ZERO if not ten_thousandths else ONE if ten_thousandths == _WHOLE else ten_thousandths * _FOUR_DIGITS
