"""What becomes of a person's parts when somebody changes them: what is new counts from that day on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.enums import Part, weightiest_first
from bot.domain.model import Person


@dataclass(frozen=True, slots=True)
class Parts:
    """The four columns of a person that hold their parts."""

    part: Part
    other_parts: tuple[Part, ...]
    gained_parts: tuple[tuple[Part, date], ...] = ()
    dropped_parts: tuple[tuple[Part, date], ...] = ()


def first_parts(chosen: Iterable[Part]) -> Parts:
    """The parts of somebody who is new."""
    part, *others = weightiest_first(chosen)
    return Parts(part, tuple(others))


def changed_parts(person: Person, chosen: Iterable[Part], on: date, *, slip: bool = False) -> Parts:
    """The parts of a person after somebody chose these on a day.

    A part that is new is dated, so that it makes no earlier word of theirs worth more; one that is given up is kept
    with its day, so that its absence is seen. A `slip`, which is put right soon after, leaves neither.
    """
    part, *others = weightiest_first(chosen)
    new, old = {part, *others}, set(person.parts)
    if slip:
        return Parts(part, tuple(others), person.gained_parts, person.dropped_parts)
    gained = dict(person.gained_parts) | dict.fromkeys(new - old - {Part.OTHER}, on)
    dropped = {lost: day for lost, day in person.dropped_parts if lost not in new}
    dropped |= dict.fromkeys(old - new - {Part.OTHER}, on)
    return Parts(part, tuple(others), _in_order(gained), _in_order(dropped))


def _in_order(dated: dict[Part, date]) -> tuple[tuple[Part, date], ...]:
    return tuple((part, dated[part]) for part in Part if part in dated)
