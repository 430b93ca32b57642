"""Which terms of a contract are in force on a day, what they are worth a year, and what a term was beside the last one.

Definitions: a term is in force from its first day on, and no more on its end; no end means open. The ARR of an account
is the sum over its lines (plan, add-ons). Of two terms of one line that overlap, the one that began later counts, and
terms that name no line are lines of their own: both are conventions of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.domain.enums import ContractKind
from bot.domain.model import Account, Contract
from bot.domain.values.days import add_days
from bot.domain.values.money import Money, money, total


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What an account has and what its contracts in force say, of what differs; `None` and empty where they agree.

    `arr` is the contracts' where the account's own is another one, `ends_on` their last end where its renewal is.
    """

    arr: tuple[Money, ...] = ()
    ends_on: date | None = None


def is_in_force(term: Contract, on: date) -> bool:
    """Whether this term runs on a day."""
    return term.starts_on <= on and (term.ends_on is None or on < term.ends_on)


def in_force(terms: Iterable[Contract], on: date) -> list[Contract]:
    """The terms of one account that count on a day, the oldest first: one of each line."""
    by_line: dict[str, Contract] = {}
    for term in sorted(terms, key=lambda term: (term.starts_on, term.id)):
        if is_in_force(term, on):
            by_line[line_of(term)] = term
    return sorted(by_line.values(), key=lambda term: (term.starts_on, term.id))


def line_of(term: Contract) -> str:
    """What tells the lines of an account apart: the plan or add-on, else the contract's own id, else the term."""
    return (term.line or term.external_id or f"#{term.id}").casefold()


def arr_on(terms: Iterable[Contract], on: date) -> tuple[Money, ...]:
    """The ARR of one account on a day, a sum for each currency; terms whose amount is unknown are left out."""
    amounts = (money(term.arr_minor, term.currency) for term in in_force(terms, on))
    return total(amount for amount in amounts if amount is not None)


def disagreement(account: Account, terms: Iterable[Contract], on: date) -> Disagreement | None:
    """Where an account says something else than its contracts in force; None where they agree or none is in force.

    An unknown amount or end says nothing, nor does the end of a rolling term. A renewal date is the end of a term, or
    its last day.
    """
    terms = list(terms)
    counted = in_force(terms, on)
    arr = arr_on(terms, on)
    own = money(account.arr_minor, account.currency)
    known = all(term.arr_minor is not None for term in counted)
    arr = () if not known or arr == ((own,) if own else ()) else arr
    ends = [term.ends_on for term in counted if term.ends_on is not None and not term.rolling]
    agrees = not ends or account.renewal_date in {day for end in ends for day in (end, add_days(end, -1))}
    return Disagreement(arr, None if agrees else max(ends)) if arr or not agrees else None


def overlapping(terms: Iterable[Contract]) -> list[tuple[Contract, Contract]]:
    """Pairs of terms of one line, one after the other, of which the second begins before the first is over."""
    by_line: dict[str, list[Contract]] = {}
    for term in sorted(terms, key=lambda term: (term.starts_on, term.id)):
        by_line.setdefault(line_of(term), []).append(term)
    pairs = (pair for line in by_line.values() for pair in pairwise(line))
    return [(first, second) for first, second in pairs if is_in_force(first, second.starts_on)]


def kind_of(term: Contract, terms: Sequence[Contract]) -> ContractKind | None:
    """What a term is beside the others of its account: as its source says, else by what was in force the day before.

    None where the ARR of one of the two sides is unknown, or in another currency.
    """
    if term.kind is not None:
        return term.kind
    before = add_days(term.starts_on, -1)
    earlier = [other for other in terms if other.starts_on < term.starts_on]
    if not earlier:
        return ContractKind.NEW
    counted = in_force(earlier, before)
    if not counted:
        return ContractKind.REACTIVATION
    last = next((other for other in counted if line_of(other) == line_of(term)), None)
    if last is None:
        # A plan that takes the place of one that ends that day is compared with it; anything else is an addition.
        replaced = [other for other in counted if other.ends_on == term.starts_on and not _goes_on(other, terms)]
        if len(replaced) != 1:
            return None if replaced else ContractKind.EXPANSION
        (last,) = replaced
    was, now = money(last.arr_minor, last.currency), money(term.arr_minor, term.currency)
    if was is None or now is None or was.currency != now.currency:
        return None
    if now.minor == was.minor:
        return ContractKind.RENEWAL
    return ContractKind.EXPANSION if now.minor > was.minor else ContractKind.CONTRACTION


def _goes_on(term: Contract, terms: Iterable[Contract]) -> bool:
    return any(other.starts_on == term.ends_on and line_of(other) == line_of(term) for other in terms)
