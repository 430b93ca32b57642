"""The test a single piece of evidence must pass to enter a grade (docs/rules.md). Read with `grading`.

`ENTRY` says which grade a source can reach by itself; each cap may lower that, and so does the lack of a witness
(`witness`); `_rise` may lift a confirmed piece to attributed and accepted. Where two readings are possible the lower
grade is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from bot.domain.enums import Grade, Method, OutcomeKind, Part, Source, Why, Witness
from bot.domain.model import Evidence, Outcome, Person
from bot.domain.proof.witness import Checked, acceptance_is_witnessed, confirmed_by, witness

People = Mapping[int, Person]


Limit = tuple[Grade, Why]

ENTRY: dict[Source, Limit] = {
    Source.OUR_WORD: (Grade.ASSERTED, Why.OUR_WORD),
    Source.OUR_TELEMETRY: (Grade.OBSERVED, Why.TELEMETRY),
    Source.OUR_MEASUREMENT: (Grade.MEASURED, Why.MEASURED_BY_US),
    Source.CUSTOMER_SAID: (Grade.MEASURED, Why.ORAL),
    Source.CUSTOMER_SYSTEM: (Grade.CONFIRMED, Why.CUSTOMER_SYSTEM),
    Source.CUSTOMER_WROTE: (Grade.CONFIRMED, Why.CUSTOMER_WROTE),
    Source.CHAMPION_PRESENTED: (Grade.CONFIRMED, Why.CHAMPION_PRESENTED),
}
_MAY_PRESENT = frozenset({Part.CHAMPION, Part.ECONOMIC_BUYER})
_MAY_ACCEPT = frozenset({Part.FINANCE, Part.ECONOMIC_BUYER})


def grade_piece(outcome: Outcome, piece: Evidence, people: People, on: date, checked: Checked) -> Limit:
    """The grade this piece has by itself on a day, and why no higher one.

    Whether it is in force (unexpired, undisputed, not superseded or withdrawn) is not asked here.
    """
    if piece.id in checked.by_piece and confirmed_by(piece, checked, people, on) is not None:
        entry, caps = _confirmed_by_themselves(piece), _OF_THEIR_OWN[outcome.kind]
    elif piece.arrived_as is Witness.SYSTEM and piece.source is Source.CUSTOMER_SYSTEM:
        entry, caps = ENTRY[piece.source], _FROM_A_SYSTEM[outcome.kind]
    else:
        entry, caps = ENTRY[piece.source], _CAPS[outcome.kind][piece.source]
    grade, why = entry
    for cap in caps:
        limit = cap(outcome, piece, people, on)
        if limit is not None and limit[0] < grade:
            grade, why = limit
    if grade is not Grade.CONFIRMED:
        return grade, why
    seen_as = witness(piece, checked, people, on)
    if seen_as is Witness.NONE:
        return Grade.MEASURED, Why.NO_WITNESS if piece.reference_key is None else Why.NOBODY_LOOKED
    risen = _rise(piece, people, on, checked)
    if seen_as not in _STAYS and _attestor_left(piece, people, on):
        return _after_the_attestor(risen)
    return risen or (grade, why)


def _after_the_attestor(risen: Limit | None) -> Limit:
    """What is left of a piece whose attestor is gone: of accepted money our share, of all else a figure of ours."""
    if risen is not None and risen[1] is Why.ACCEPTER_LEFT:
        return risen
    if risen is not None and risen[0] is Grade.ACCEPTED:
        return Grade.ATTRIBUTED, Why.ATTESTOR_LEFT
    return Grade.MEASURED, Why.ATTESTOR_LEFT


def _confirmed_by_themselves(piece: Evidence) -> Limit:
    """A named person who says so by themselves makes any observation as good as their written words."""
    entry = ENTRY[piece.source]
    return entry if entry[0] is Grade.CONFIRMED else (Grade.CONFIRMED, Why.CUSTOMER_CONFIRMED)


def _with_baseline(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """A numeric outcome without a baseline → at most observed; nor does a value older than the baseline count."""
    if outcome.baseline is None:
        return Grade.OBSERVED, Why.NO_BASELINE
    if outcome.baseline_on is not None and piece.as_of < outcome.baseline_on:
        return Grade.OBSERVED, Why.BEFORE_BASELINE
    return None


def _has_a_number(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """Words about a numeric outcome do not show its metric → at most observed."""
    return (Grade.OBSERVED, Why.NO_NUMBER) if piece.value is None else None


def _has_words(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """A statement outcome needs the words, quoted or linked → else asserted."""
    return None if piece.statement or piece.link else (Grade.ASSERTED, Why.NO_WORDS)


def _no_metric(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """Our figures do not prove a statement → at most observed."""
    return Grade.OBSERVED, Why.NO_METRIC


def _named_in_the_record(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """A statement is proved by a named customer's words: a nameless record of it → at most measured."""
    return None if piece.attested_by in people else (Grade.MEASURED, Why.NOBODY_NAMED)


def _named(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """A customer's word without the customer's name is our word → asserted."""
    return None if piece.attested_by in people else (Grade.ASSERTED, Why.NOBODY_NAMED)


def _written(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """Oral only → at most measured."""
    return (Grade.MEASURED, Why.ORAL) if piece.oral else None


def _attestor_left(piece: Evidence, people: People, on: date) -> bool:
    """The attestor left the customer → at most measured until somebody attests again, also when they come back.

    Not where the words themselves can be read, or the person said it themselves: that keeps its grade (`_STAYS`).
    """
    attestor = people.get(piece.attested_by) if piece.attested_by is not None else None
    return attestor is not None and not attestor.stands_by(piece.as_of, on)


def _presented_by_the_champion(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """Presented internally counts as confirmed when champion or economic buyer did it → else at most measured."""
    presenter = people.get(piece.attested_by) if piece.attested_by is not None else None
    if presenter is None or presenter.played(piece.as_of, *_MAY_PRESENT):
        return None
    return Grade.MEASURED, Why.NOT_THE_CHAMPION


Cap = Callable[[Outcome, Evidence, People, date], Limit | None]
_NUMBER: tuple[Cap, ...] = (_with_baseline, _has_a_number)
_RECORD: tuple[Cap, ...] = (_written,)
_PERSON: tuple[Cap, ...] = (_named, *_RECORD)
_CAPS: dict[OutcomeKind, dict[Source, tuple[Cap, ...]]] = {
    OutcomeKind.NUMERIC: {
        Source.OUR_WORD: (),
        Source.OUR_TELEMETRY: (),
        Source.OUR_MEASUREMENT: _NUMBER,
        Source.CUSTOMER_SAID: (*_NUMBER, _named),
        Source.CUSTOMER_SYSTEM: (*_NUMBER, *_RECORD),
        Source.CUSTOMER_WROTE: (*_NUMBER, *_PERSON),
        Source.CHAMPION_PRESENTED: (*_NUMBER, *_PERSON, _presented_by_the_champion),
    },
    OutcomeKind.STATEMENT: {
        Source.OUR_WORD: (),
        Source.OUR_TELEMETRY: (),
        Source.OUR_MEASUREMENT: (_no_metric,),
        Source.CUSTOMER_SAID: (_has_words, _named),
        Source.CUSTOMER_SYSTEM: (_has_words, _named_in_the_record, *_RECORD),
        Source.CUSTOMER_WROTE: (_has_words, *_PERSON),
        Source.CHAMPION_PRESENTED: (_has_words, *_PERSON, _presented_by_the_champion),
    },
}
"""The caps that can bite, for each kind of outcome and each source; of equal limits the first is the reason told."""
_OF_THEIR_OWN: dict[OutcomeKind, tuple[Cap, ...]] = {OutcomeKind.NUMERIC: _NUMBER, OutcomeKind.STATEMENT: (_has_words,)}
"""What still limits an observation that a person of the customer confirmed by themselves: they name it and write it."""
_FROM_A_SYSTEM: dict[OutcomeKind, tuple[Cap, ...]] = {
    OutcomeKind.NUMERIC: _NUMBER,
    OutcomeKind.STATEMENT: (_has_words, _named_in_the_record),
}
_STAYS = frozenset({Witness.MESSAGE, Witness.SYSTEM, Witness.CUSTOMER})
"""Witnesses that outlast the departure of a person, to the end of the shelf life."""


def _rise(piece: Evidence, people: People, on: date, checked: Checked) -> Limit | None:
    """From confirmed to attributed by a stated method, and to accepted by money that finance or the buyer took."""
    if not isolated(piece):
        return None
    accepter = _accepter(piece, people, on)
    if accepter is None:
        return Grade.ATTRIBUTED, Why.ISOLATED
    if not acceptance_is_witnessed(piece, checked, people, on):
        return Grade.ATTRIBUTED, Why.ACCEPTANCE_UNSEEN
    return (
        (Grade.ACCEPTED, Why.ACCEPTED)
        if accepter.stands_by(piece.accepted_on or piece.as_of, on)
        else (Grade.ATTRIBUTED, Why.ACCEPTER_LEFT)
    )


def isolated(piece: Evidence) -> bool:
    """Whether a method isolates our share. Before/after must list the other causes, an estimate must give its error."""
    if piece.method is None:
        return False
    return piece.method is Method.COMPARISON_GROUP or bool(piece.method_note and piece.method_note.strip())


def _accepter(piece: Evidence, people: People, on: date) -> Person | None:
    """Who of finance, or the economic buyer, accepted the money by a day; `None` if nobody did, or without money."""
    if piece.money_minor is None or not piece.currency or piece.accepted_by is None:
        return None
    if piece.accepted_on is not None and piece.accepted_on > on:
        return None
    accepter = people.get(piece.accepted_by)
    said_on = piece.accepted_on or piece.as_of
    return accepter if accepter is not None and accepter.played(said_on, *_MAY_ACCEPT) else None
