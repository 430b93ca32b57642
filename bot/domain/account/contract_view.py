"""What an account's contracts say of it on a day: ARR, renewal, notice, whether it rolls, and what was lost by that.

A term counts by what it rests on: one that a document or system speaks for replaces what a person recorded here about
the same time, and either replaces the stand-in, which is what the account said of itself before. So nothing is summed
twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.account.contracts import in_force, line_of
from bot.domain.enums import ContractBasis
from bot.domain.model import Contract
from bot.domain.values.days import add_days, shift_day
from bot.domain.values.money import Money, money, total

YEAR = timedelta(days=365)
COMMITTED = timedelta(days=300)
"""A term that is at least so long is a yearly one; one that follows it and rolls is a lost commitment."""


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """What the contracts say: `arr_minor` a year in `currency`, and when and how that comes up for decision.

    A rolling account has no renewal. `commitment_lost_on` is the day since which it rolls after a yearly term.
    """

    arr_minor: int | None
    currency: str | None
    renewal_date: date | None
    notice_days: int | None
    rolling: bool
    commitment_lost_on: date | None


def counting(terms: Iterable[Contract]) -> list[Contract]:
    """The terms of one account that count, the oldest first, each as far as nothing with a better basis replaces it.

    The first real term of an account replaces its stand-in. A term that was recorded here counts until an imported
    one begins, and not at all where an imported one runs on its first day. What a merge brought stands beside those.
    """
    by_age = sorted(terms, key=lambda term: (term.starts_on, term.id))
    real = [term for term in by_age if term.basis is not ContractBasis.STAND_IN]
    imported = [term for term in real if term.basis is ContractBasis.IMPORTED]
    if not real or not imported or len(imported) == len(real):
        return real or by_age
    kept = (_as_far_as(term, imported) if term.basis is ContractBasis.RECORDED else term for term in real)
    return [term for term in kept if term is not None]


def _as_far_as(recorded: Contract, imported: Sequence[Contract]) -> Contract | None:
    """A recorded term until an imported one takes over; None where one covers its first day."""
    ends_on = recorded.ends_on
    for term in imported:
        if term.starts_on > recorded.starts_on:
            ends_on = term.starts_on if ends_on is None else min(ends_on, term.starts_on)
        elif term.ends_on is None or term.ends_on > recorded.starts_on:
            return None
    return recorded if ends_on == recorded.ends_on else replace(recorded, ends_on=ends_on)


def terms_of_account(terms: Iterable[Contract], on: date, currency: str | None = None) -> AccountTerms | None:
    """What the contracts of one account say on a day; None where it has none.

    What nobody has said the end of runs on (`untold`). Where nothing else is in force, what ran last counts, and before
    that what comes first. The renewal is the end of the largest term that does not roll, or of what is signed already
    for the time after it; of terms that no system speaks for, which are several only after a merge, the first to end.
    An ARR in several currencies is never added up: `currency`, the account's own, is preferred, then the oldest term's.
    """
    counted = counting(terms)
    if not counted:
        return None
    running = _running(counted, on)
    sums = total(amount for term in running if (amount := money(term.arr_minor, term.currency)) is not None)
    arr = _in_one_currency(sums, running, currency)
    fixed = [term for term in running if not term.rolling]
    rolling = bool(running) and not fixed
    term = _main(fixed)
    if term is not None:
        term = _last_signed(term, counted)
    ends_on = None if term is None or term.rolling else term.ends_on
    return AccountTerms(
        arr_minor=arr.minor if arr else None,
        currency=arr.currency if arr else next((term.currency for term in running if term.currency), currency),
        renewal_date=ends_on,
        notice_days=term.notice_days if term is not None and ends_on is not None else None,
        rolling=rolling,
        commitment_lost_on=_lost_on(counted, running) if rolling else None,
    )


def untold(counted: Sequence[Contract]) -> list[Contract]:
    """The terms with an end of which no document or system speaks, and after which nothing follows: how each ended, or
    will end, is for somebody to say. What a system says of the one account follows on nothing that a merge brought."""
    return [
        term
        for term in counted
        if not term.is_imported
        and term.ends_on is not None
        and not any(_follows(other, term, term.ends_on) for other in counted if other.id != term.id)
    ]


def _follows(other: Contract, term: Contract, ends_on: date) -> bool:
    return other.starts_on >= ends_on and not (term.basis is ContractBasis.MERGED and other.is_imported)


def until_told(counted: Sequence[Contract]) -> list[Contract]:
    """The terms of one that is still a customer: what nobody has said the end of runs on, as the account's own renewal
    does."""
    open_ended = {term.id for term in untold(counted)}
    return [replace(term, ends_on=None) if term.id in open_ended else term for term in counted]


def stand_in_start(contract_start: date | None, renewal: date | None, added_on: date) -> date:
    """The first day of a stand-in: the account's own start, else the day it was added; a year before an earlier end."""
    start = contract_start or added_on
    return start if renewal is None or start < renewal else shift_day(renewal, -YEAR)


def _running(counted: Sequence[Contract], on: date) -> list[Contract]:
    """What runs on a day, or is taken to; the oldest first."""
    past = [term for term in untold(counted) if term.ends_on is not None and term.starts_on < term.ends_on <= on]
    running = [*in_force(counted, on), *past] or in_force(counted, _day_to_look_at(counted, on))
    return sorted(running, key=lambda term: (term.starts_on, term.id))


def _day_to_look_at(terms: Sequence[Contract], on: date) -> date:
    over = [term.ends_on for term in terms if term.ends_on is not None and term.starts_on < term.ends_on <= on]
    if over:
        return add_days(max(over), -1)
    return min((term.starts_on for term in terms if term.starts_on > on), default=on)


def _in_one_currency(sums: Sequence[Money], running: Sequence[Contract], own: str | None) -> Money | None:
    by_currency = {amount.currency: amount for amount in sums}
    wanted = [own, *(term.currency for term in running)]
    return next((by_currency[currency] for currency in wanted if currency in by_currency), None)


def _main(fixed: Sequence[Contract]) -> Contract | None:
    """The term whose end is the renewal: the largest of those that end, and of equal ones the first to end; where no
    system speaks for one of them, the first of these to end."""
    ending = [term for term in fixed if term.ends_on is not None]
    asked = [term for term in ending if not term.is_imported]
    if asked:
        return min(asked, key=lambda term: (term.ends_on or date.max, -(term.arr_minor or 0), term.id))
    return min(ending, key=lambda term: (-(term.arr_minor or 0), term.ends_on or date.max, term.id), default=None)


def _last_signed(term: Contract, terms: Sequence[Contract]) -> Contract:
    """The term that follows last on this one without a gap: of the same line, or beginning as it ends."""
    for following in terms:
        if (
            following.starts_on <= term.starts_on
            or term.ends_on is None
            or following.starts_on > add_days(term.ends_on, 1)
        ):
            continue
        same_line = line_of(following) == line_of(term)
        goes_on = following.ends_on is None or following.ends_on > term.ends_on
        if goes_on and (same_line or following.starts_on >= term.ends_on):
            term = following
    return term


def _lost_on(terms: Sequence[Contract], running: Sequence[Contract]) -> date | None:
    """The day since which an account rolls, if a yearly term ended then."""
    begun = min(term.starts_on for term in running)
    for term in reversed([term for term in terms if term.starts_on < begun]):
        if not term.rolling:
            ended = term.ends_on
            whole = ended is not None and ended - term.starts_on >= COMMITTED
            return ended if whole else None
        begun = min(begun, term.starts_on)
    return None
