"""Whether a packet counts as accepted: who at the customer accepted it, and who besides us stands for that.

From DESIGN, Witness: the acceptance of a packet needs `customer`, or a reference countersigned by the manager. So it
counts once the person who accepted it has pressed the button by themselves, or once the portfolio's manager (or who
stands in for one who has the account) has opened what shows it. In words, in the order of the code:

1. Only who could accept can have accepted: the economic buyer, finance or the champion, by the part they had that day.
2. Each record is a version. The newest that counts is the one that counts: a later one without a witness takes nothing
   from one that has one.
3. It counts from the day on which it was accepted, for a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.enums import CheckKind, CheckVerdict, Part
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Acceptance, Look, Person, ProofState
from bot.domain.proof.witness import looks_from_outside
from bot.domain.values.days import shift_day

ACCEPTERS = (Part.ECONOMIC_BUYER, Part.FINANCE, Part.CHAMPION)
"""The parts that can accept what they got for their money, the weightiest first."""
PACKET_GOOD_FOR = timedelta(days=365)


def newest(state: ProofState, on: date) -> Acceptance | None:
    """The last acceptance that was recorded by a day and not withdrawn, whether or not it counts."""
    return max((one for one in state.acceptances if _stands(one, on)), key=_version, default=None)


def counting(state: ProofState, on: date) -> Acceptance | None:
    """The newest acceptance that counts on a day, `None` if none does."""
    return max((one for one in state.acceptances if counts(one, state, on)), key=_version, default=None)


def counts(acceptance: Acceptance, state: ProofState, on: date) -> bool:
    """Whether an acceptance stands on a day, somebody besides the account team stands for it, and it is not too old."""
    if not _stands(acceptance, on) or not is_witnessed(acceptance, state, on):
        return False
    return acceptance.accepted_on <= on <= shift_day(acceptance.accepted_on, PACKET_GOOD_FOR)


def is_witnessed(acceptance: Acceptance, state: ProofState, on: date) -> bool:
    """Whether who accepted it said so by themselves, or the manager has seen what shows it; and whether they could."""
    person = accepter(acceptance, state)
    if person is None or not person.played(acceptance.accepted_on, *ACCEPTERS):
        return False
    looks = _looks_at(acceptance, state)
    if confirmed_on(acceptance, looks, person, on) is not None:
        return True
    return _seen_by_manager(acceptance, looks, on) is not None


def accepter(acceptance: Acceptance, state: ProofState) -> Person | None:
    """Who accepted; `None` where that is not known."""
    return next((person for person in state.people if person.id == acceptance.person_id), None)


def witnessed(acceptance: Acceptance, state: ProofState, on: date) -> Fact:
    """Who recorded an acceptance and who could check it: `recorded by Tom Weber, nobody else has looked`."""
    person, looks = accepter(acceptance, state), _looks_at(acceptance, state)
    said_on = confirmed_on(acceptance, looks, person, on) if person is not None else None
    if person is not None and said_on is not None:
        return fact(FactCode.CONFIRMED_BY, who=person.name, on=said_on)
    look = _seen_by_manager(acceptance, looks, on)
    if look is not None:
        return fact(FactCode.SEEN_BY, who=state.names.get(look.member_id or 0), on=look.at.date())
    who = state.names.get(acceptance.recorded_by or 0)
    return fact(FactCode.RECORDED_BY, who=who, shown=acceptance.reference_key is not None)


def confirmed_on(acceptance: Acceptance, looks: Sequence[Look], person: Person, on: date) -> date | None:
    """The day on which the person who accepted said so by themselves, unless they said otherwise since."""
    own = [look for look in looks if look.kind is CheckKind.CUSTOMER and look.person_id == acceptance.person_id]
    said = [look for look in own if look.at.date() <= on]
    if not said or said[-1].verdict is not CheckVerdict.CONFIRMED:
        return None
    day = said[-1].at.date()
    return day if person.is_there(day) else None


def _seen_by_manager(acceptance: Acceptance, looks: Sequence[Look], on: date) -> Look | None:
    if acceptance.reference_key is None:
        return None
    seen = looks_from_outside(acceptance.recorded_by, looks, on)
    if any(look.verdict is CheckVerdict.DOES_NOT for look in seen):
        return None
    managers = [look for look in seen if look.as_manager and look.verdict is CheckVerdict.SHOWS]
    return managers[-1] if managers else None


def _looks_at(acceptance: Acceptance, state: ProofState) -> list[Look]:
    mine = (look for look in state.looks if look.acceptance_id == acceptance.id)
    return sorted(mine, key=lambda look: (look.at, look.id))


def _stands(acceptance: Acceptance, on: date) -> bool:
    is_withdrawn = acceptance.withdrawn_on is not None and acceptance.withdrawn_on <= on
    return acceptance.recorded_at.date() <= on and not is_withdrawn


def _version(acceptance: Acceptance) -> int:
    return acceptance.version
