"""Who of the customer stands on a card: the sponsors, those who left, and who owns the outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.account.assessment import Assessment
from bot.domain.account.departures import SPONSORS, Unheard, unheard
from bot.domain.enums import Part
from bot.domain.labels import label, labels
from bot.domain.model import Outcome, Person, ProofState
from bot.domain.values.text import listed, near_day
from bot.features.accounts.card_views import CardPersonLine
from bot.features.accounts.phrases import AccountPhrase
from bot.phrases import say

NAMED_FOR = timedelta(days=90)
"""For how long a card names a departure that was taken back."""


def their_side(state: ProofState, assessment: Assessment, today: date) -> tuple[CardPersonLine, ...]:
    """Who has the sponsors' parts, one line a person; after them whoever's departure was taken back of late."""
    on = assessment.on
    waiting = unheard(state.people, assessment.outcomes, on)
    parts: dict[int, list[Part]] = {}
    by_id = {person.id: person for person in state.people}
    for part in SPONSORS:
        if (person := _sponsor(state, part, on)) is not None:
            parts.setdefault(person.id, []).append(part)
    for person in state.people:
        if _taken_back_of_late(person, on):
            parts.setdefault(person.id, list(person.parts))
    return tuple(
        _person(state, by_id[person_id], theirs, waiting.get(person_id), on=on, today=today)
        for person_id, theirs in parts.items()
    )


def lacking(state: ProofState) -> tuple[str, ...]:
    """The sponsors' parts that nobody has, nor had."""
    return tuple(label(part) for part in SPONSORS if not any(person.plays(part) for person in state.people))


def owners(state: ProofState, on: date) -> str | None:
    """Who at the customer owns the outcomes; None where nobody does."""
    here = {person.id: person for person in state.people if person.is_there(on)}
    named = [here[o.owner_person_id].name for o in state.outcomes if o.owner_person_id in here]
    by_part = [person.name for person in here.values() if person.plays(Part.OUTCOME_OWNER)]
    return listed(list(dict.fromkeys(named or by_part))) or None


def unowned(state: ProofState, outcomes: Sequence[Outcome], on: date) -> int:
    """How many outcomes name nobody there as their owner, where others do."""
    here = {person.id for person in state.people if person.is_there(on)}
    return sum(outcome.owner_person_id not in here for outcome in outcomes)


def _sponsor(state: ProofState, part: Part, on: date) -> Person | None:
    """Who plays the part today; where nobody does, who left it last."""
    holders = [person for person in state.people if person.plays(part)]
    here = [person for person in holders if person.is_there(on)]
    return here[-1] if here else max(holders, key=lambda person: person.left_on or date.min, default=None)


def _person(
    state: ProofState, person: Person, parts: Sequence[Part], waiting: Unheard | None, *, on: date, today: date
) -> CardPersonLine:
    undone = person.undone_on if _taken_back_of_late(person, on) else None
    note = None
    if waiting is not None or undone is not None:
        namesake = waiting.namesake if waiting is not None else None
        back = waiting.since if waiting is not None and namesake is None else None
        left = namesake.left_on if namesake is not None else None
        note = say(
            AccountPhrase.PERSON_NOTE,
            back=_near(back, today),
            namesake=namesake.name if namesake is not None else None,
            left=_near(left, today),
            undone_on=_near(undone, today),
            undone_by=state.names.get(person.undone_by or 0),
        )
    left_on = None if person.is_there(on) else person.left_on
    return CardPersonLine(person.name, labels(parts), left_on, note)


def _near(day: date | None, today: date) -> str | None:
    return None if day is None else near_day(day, today)


def _taken_back_of_late(person: Person, on: date) -> bool:
    return person.undone_on is not None and on - person.undone_on <= NAMED_FOR
