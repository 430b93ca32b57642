"""Who accepted the packet, and who could check that, as card and packet show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.facts import Fact
from bot.domain.labels import labels
from bot.domain.model import Acceptance, ProofState
from bot.domain.proof.acceptance import PACKET_GOOD_FOR, accepter, counting, counts, newest, witnessed
from bot.domain.proof.reference import is_openable
from bot.domain.values.days import shift_day


@dataclass(frozen=True, slots=True)
class AcceptanceLine:
    """An acceptance: who accepted, by name and part, when, and who recorded and who checked it.

    `counts` says that it counts for the renewal, `renew` that it is over a year old. `openable` is a link that a button
    can open.
    """

    acceptance_id: int
    by: str | None
    on: date
    witness: Fact
    counts: bool
    renew: bool
    link: str | None
    openable: str | None
    file_id: int | None


def acceptance_lines(state: ProofState, on: date) -> tuple[AcceptanceLine, ...]:
    """The acceptance that counts on a day, and a later one that does not count (yet)."""
    found = dict.fromkeys(one for one in (counting(state, on), newest(state, on)) if one is not None)
    return tuple(acceptance_line(one, state, on) for one in found)


def acceptance_line(acceptance: Acceptance, state: ProofState, on: date) -> AcceptanceLine:
    """One acceptance as it stands on a day."""
    person, link = accepter(acceptance, state), acceptance.link
    return AcceptanceLine(
        acceptance_id=acceptance.id,
        by=f"{person.name}, {labels(person.parts)}" if person else None,
        on=acceptance.accepted_on,
        witness=witnessed(acceptance, state, on),
        counts=counts(acceptance, state, on),
        renew=on > shift_day(acceptance.accepted_on, PACKET_GOOD_FOR),
        link=link,
        openable=link if link and is_openable(link) else None,
        file_id=acceptance.file_id,
    )


def withdrawn_line(state: ProofState, on: date) -> Acceptance | None:
    """The last acceptance that was recorded, if it was withdrawn; `None` where it stands."""
    recorded = [one for one in state.acceptances if one.recorded_at.date() <= on]
    last = max(recorded, key=lambda one: one.version, default=None)
    return last if last is not None and last.withdrawn_on is not None and last.withdrawn_on <= on else None
