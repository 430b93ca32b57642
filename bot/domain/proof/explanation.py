"""Why a grade is what it is, in half a sentence: read on a phone, by somebody who is about to ask the customer."""

from __future__ import annotations

from bot.domain.enums import Grade, OutcomeKind, Standing, Why
from bot.domain.labels import METHOD_ISOLATES, WHY, label
from bot.domain.model import Evidence, Person
from bot.domain.proof.grading import Graded
from bot.domain.proof.progress import progress
from bot.domain.values.money import money
from bot.domain.values.text import day, number, percent, quoted


def reason(graded: Graded) -> str:
    """Why the outcome has its grade, in half a sentence: `measured, not confirmed: only told to us on a call`."""
    phrase = _main(graded)
    if graded.grade is None:
        return phrase
    if graded.grade < Grade.CONFIRMED:
        return f"{label(graded.grade)}, not confirmed: {phrase}"
    return f"{label(graded.grade)}: {phrase}"


def where_it_stands(graded: Graded) -> str:
    """`“Onboard in 5 days” at 4 days, confirmed: Dana Fox wrote it`."""
    at = "" if graded.value is None else f" at {number(graded.value, graded.outcome.unit)}"
    return f"{quoted(graded.outcome.title)}{at}, {reason(graded)}"


def of_gap(graded: Graded | None) -> str:
    """What is unproven about a gap: `40% of the way, confirmed: Dana Fox wrote it`; `None` is a gap of no outcome."""
    if graded is None:
        return "an open question"
    if graded.standing is Standing.PARTLY_PROVEN:
        return f"{percent(graded.credit)} of the way, {reason(graded)}"
    if graded.value is None or graded.grade is None:
        return reason(graded)
    return f"{number(graded.value, graded.outcome.unit)}, {reason(graded)}"


def reasons(graded: Graded) -> tuple[str, ...]:
    """The main reason, then what else keeps the outcome from being worth more."""
    notes = (_main(graded), _behind_the_newest(graded), _fall(graded), _history(graded), _dispute(graded))
    return tuple(dict.fromkeys(note for note in notes if note))


def _main(graded: Graded) -> str:
    why, piece = graded.why, graded.evidence
    if why is Why.EXPIRED and graded.last_grade is not None and graded.expired_on is not None:
        return f"was {label(graded.last_grade)}, expired on {day(graded.expired_on)}"
    if piece is None or why in WHY:
        return WHY.get(why, WHY[Why.NOTHING])
    if why is Why.DISPUTED:
        return _disputed(graded, graded.disputed or piece)
    if why is Why.BEFORE_BASELINE:
        return f"taken before the baseline of {day(graded.outcome.baseline_on or piece.as_of)}"
    return _of_people(graded, piece)


def _of_people(graded: Graded, piece: Evidence) -> str:
    who = graded.attestor.name if graded.attestor else "the customer"
    match graded.why:
        case Why.ATTESTOR_LEFT:
            left_on = graded.attestor.left_on if graded.attestor else None
            return f"{who}, who attested it, left on {day(left_on)}" if left_on else f"{who}, who attested it, left"
        case Why.NOT_THE_CHAMPION:
            return f"presented by {who}, who is not the champion"
        case Why.CHAMPION_PRESENTED:
            return f"{who} presented it internally"
        case Why.ISOLATED if piece.method is not None:
            return METHOD_ISOLATES[piece.method]
        case Why.ACCEPTED:
            amount = money(piece.money_minor, piece.currency)
            return f"{amount} by {_with_part(graded.people.get(piece.accepted_by or 0))}"
        case _:
            return f"{who} wrote it"


def _with_part(person: Person | None) -> str:
    return "the customer" if person is None else f"{person.name}, {label(person.part)}"


def _behind_the_newest(graded: Graded) -> str | None:
    """The grade may rest on an older value than the one that is shown; say so, or the two read as one claim."""
    piece, outcome = graded.evidence, graded.outcome
    if piece is None or graded.value is None or piece.value in (None, graded.value):
        return None
    assert piece.value is not None and graded.grade is not None
    if progress(outcome, piece.value) == graded.progress is not None:
        return None
    return (
        f"{label(graded.grade)} at {number(piece.value, outcome.unit)}; "
        f"the newest value, {number(graded.value, outcome.unit)}, is weaker evidence"
    )


def _fall(graded: Graded) -> str | None:
    old = graded.fell_from
    if old is None or old.value is None or graded.outcome.kind is OutcomeKind.STATEMENT:
        return None
    unit = graded.outcome.unit
    now = "" if graded.value is None else f" to {number(graded.value, unit)}"
    return f"fell back{now} from {number(old.value, unit)} on {day(old.as_of)}, which no longer counts"


def _history(graded: Graded) -> str | None:
    if graded.last_grade is None or graded.expired_on is None or graded.grade is None:
        return None
    return f"was {label(graded.last_grade)} until {day(graded.expired_on)}"


def _dispute(graded: Graded) -> str | None:
    return None if graded.disputed is None else _disputed(graded, graded.disputed)


def _disputed(graded: Graded, piece: Evidence) -> str:
    person = graded.people.get(piece.disputed_by) if piece.disputed_by is not None else None
    who = person.name if person else "the customer"
    return f"{who} disputes it: {piece.disputed_why}" if piece.disputed_why else f"{who} disputes it"
