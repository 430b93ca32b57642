"""The dangers of people who left, and of those who are only said to have come back or to have taken over.

Whoever returns, or is entered under the name or address of somebody who left, counts for a part only when the record
has heard them since: a piece of confirmed evidence that they attest. So writing a name down again ends no danger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.enums import Grade, Part
from bot.domain.model import Person
from bot.domain.proof.evidence_grade import grade_piece
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import is_disputed, stands
from bot.domain.values.names import near_same

SPONSORS = (Part.ECONOMIC_BUYER, Part.CHAMPION)
CARRIERS = (Part.OUTCOME_OWNER, Part.BLAMED, Part.USER, Part.FINANCE)
"""Parts beside the sponsors' whose leaving is a danger."""
ANSWERABLE = (Part.OUTCOME_OWNER, Part.BLAMED)
"""Those who answer for it at the customer."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """Somebody who is there and whom the record has not heard since a day.

    `namesake` is who left under the same name or address; `None` for one who came back.
    """

    person: Person
    since: date
    namesake: Person | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """A person with the parts that nobody has since they left, gave them up or came back unheard.

    `left_on` is the day; `gave_up` says that they are still there without the part. `instead` is who has the part by
    name only.
    """

    person: Person
    parts: tuple[Part, ...]
    left_on: date
    gave_up: bool
    instead: Unheard | None


def same_person(one: Person, other: Person) -> bool:
    """Whether two rows are likely one person's: the same address, or near the same name."""
    if one.id == other.id:
        return False
    same_address = bool(one.email and other.email and one.email.casefold() == other.email.casefold())
    return same_address or near_same(one.name, other.name)


def unheard(people: Sequence[Person], outcomes: Sequence[Graded], on: date) -> Mapping[int, Unheard]:
    """Who is there on a day only by name, by id."""
    gone = [person for person in people if not person.is_there(on)]
    waiting: dict[int, Unheard] = {}
    for person in people:
        if not person.is_there(on):
            continue
        candidate = _returned(person, on) or _namesake(person, gone)
        if candidate is not None and not _heard(candidate, outcomes, on):
            waiting[person.id] = candidate
    return waiting


def departures(
    people: Sequence[Person], outcomes: Sequence[Graded], watched: Sequence[Part], on: date
) -> tuple[Departure, ...]:
    """For each person who left one of the `watched` parts: the parts that nobody has taken over by the day."""
    by_name_only = unheard(people, outcomes, on)
    owners = {graded.outcome.owner_person_id for graded in outcomes}
    left: dict[int, list[tuple[Part, date, bool, Unheard | None]]] = {}
    by_id = {person.id: person for person in people}
    for part in watched:
        holders = [person for person in people if person.is_there(on) and _has(person, part, owners)]
        if any(person.id not in by_name_only for person in holders):
            continue
        leavers = [
            (day, person.id, gave_up)
            for person in people
            for day, gave_up in _gone_from(person, part, by_name_only, on)
        ]
        if leavers:
            day, person_id, gave_up = max(leavers)
            instead = next((by_name_only[person.id] for person in reversed(holders)), None)
            left.setdefault(person_id, []).append((part, day, gave_up, instead))
    return tuple(
        Departure(
            by_id[person_id],
            tuple(part for part, *_ in losses),
            max(day for _, day, *_ in losses),
            all(gave_up for *_, gave_up, _ in losses),
            next((instead for *_, instead in losses if instead is not None), None),
        )
        for person_id, losses in left.items()
    )


def _has(person: Person, part: Part, owners: set[int | None]) -> bool:
    """Whether somebody has a part. Who owns an outcome is an outcome owner, whatever else they are called."""
    return person.plays(part) or (part is Part.OUTCOME_OWNER and person.id in owners)


def _gone_from(
    person: Person, part: Part, by_name_only: Mapping[int, Unheard], on: date
) -> Iterable[tuple[date, bool]]:
    """The day on which a person left a part, and whether they only gave it up; nothing for who has it."""
    if person.plays(part) and person.left_on is not None:
        back = by_name_only.get(person.id)
        if not person.is_there(on) or (back is not None and back.namesake is None):
            yield person.left_on, False
    for dropped, day in person.dropped_parts:
        if dropped is part and day <= on:
            yield day, person.is_there(on)


def _returned(person: Person, on: date) -> Unheard | None:
    back = person.returned_on
    return Unheard(person, back) if back is not None and back <= on else None


def _namesake(person: Person, gone: Sequence[Person]) -> Unheard | None:
    """The last one who left under this person's name or address."""
    alike = [other for other in gone if same_person(person, other)]
    if not alike:
        return None
    last = max(alike, key=lambda other: (other.left_on or date.min, other.id))
    return Unheard(person, last.left_on or date.min, last)


def _heard(candidate: Unheard, outcomes: Sequence[Graded], on: date) -> bool:
    """Whether they attest a confirmed piece, as of that day or later, that stands."""
    for graded in outcomes:
        for piece in graded.pieces:
            theirs = piece.attested_by == candidate.person.id and piece.as_of >= candidate.since
            if not theirs or is_disputed(piece, on) or not stands(piece, graded.pieces, on):
                continue
            if grade_piece(graded.outcome, piece, graded.people, on, graded.checked)[0] >= Grade.CONFIRMED:
                return True
    return False
