"""What the customer's finance has accepted, beside what was promised at the sale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.enums import Grade
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Outcome
from bot.domain.proof.grading import Graded
from bot.domain.values.money import Money, money, total


@dataclass(frozen=True, slots=True)
class Worth:
    """Sums per currency: the money that was accepted, and the worth that was promised at the sale.

    `unknown` counts the outcomes whose worth nobody wrote down; `promised` is empty where all are unknown.
    """

    accepted: tuple[Money, ...]
    promised: tuple[Money, ...]
    unknown: int

    @property
    def fact(self) -> Fact:
        """`accepted 186,000 USD a year, of 250,000 USD promised at the sale`; what is unknown is said."""
        return fact(FactCode.WORTH, accepted=self.accepted, promised=self.promised, unknown=self.unknown)


def worth(outcomes: Sequence[Outcome], graded: Iterable[Graded]) -> Worth:
    """The worth of an account: `outcomes` are all that were written down, `graded` those that count today.

    A retired outcome stays in what was promised: dropping it takes nothing back of what was said at the sale.
    """
    promised = [money(outcome.promised_minor, outcome.currency) for outcome in outcomes]
    amounts = [amount for amount in promised if amount is not None]
    return Worth(total(accepted_money(graded)), total(amounts), len(promised) - len(amounts))


def accepted_money(graded: Iterable[Graded]) -> list[Money]:
    """The money of outcomes that finance or the economic buyer accepted, and that counts today."""
    pieces = [outcome.evidence for outcome in graded if outcome.grade is Grade.ACCEPTED]
    amounts = [money(piece.money_minor, piece.currency) for piece in pieces if piece is not None]
    return [amount for amount in amounts if amount is not None]
