"""The test a single piece of evidence must pass to enter a grade (docs/rules.md). Read with `grading`.

`ENTRY` says which grade a source can reach by itself; each cap may lower that; `_rise` may lift a confirmed piece to
attributed and accepted. Where two readings are possible the lower grade is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from bot.domain.enums import Grade, Method, OutcomeKind, Part, Source, Why
from bot.domain.model import Evidence, Outcome, Person

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


def grade_piece(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit:
    """The grade this piece has by itself on a day, and why no higher one.

    Whether it is in force (unexpired, undisputed, not superseded or withdrawn) is not asked here.
    """
    grade, why = ENTRY[piece.source]
    for cap in _CAPS[outcome.kind][piece.source]:
        limit = cap(outcome, piece, people, on)
        if limit is not None and limit[0] < grade:
            grade, why = limit
    return _rise(piece, people, on) or (grade, why) if grade is Grade.CONFIRMED else (grade, why)


def _agreed_baseline(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """No agreed baseline for a numeric outcome → at most observed; nor does a value older than the baseline count."""
    if outcome.baseline is None:
        return Grade.OBSERVED, Why.NO_BASELINE
    if outcome.baseline_agreed_by is None:
        return Grade.OBSERVED, Why.BASELINE_NOT_AGREED
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


def _attestor_is_there(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """The attestor left the customer → at most measured until somebody attests again, also when they come back."""
    attestor = people.get(piece.attested_by) if piece.attested_by is not None else None
    if attestor is None or attestor.stands_by(piece.as_of, on):
        return None
    return Grade.MEASURED, Why.ATTESTOR_LEFT


def _presented_by_the_champion(outcome: Outcome, piece: Evidence, people: People, on: date) -> Limit | None:
    """Presented internally counts as confirmed when champion or economic buyer did it → else at most measured."""
    presenter = people.get(piece.attested_by) if piece.attested_by is not None else None
    if presenter is None or presenter.played(piece.as_of, *_MAY_PRESENT):
        return None
    return Grade.MEASURED, Why.NOT_THE_CHAMPION


Cap = Callable[[Outcome, Evidence, People, date], Limit | None]
_NUMBER: tuple[Cap, ...] = (_agreed_baseline, _has_a_number)
_RECORD: tuple[Cap, ...] = (_written, _attestor_is_there)
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


def _rise(piece: Evidence, people: People, on: date) -> Limit | None:
    """From confirmed to attributed by a stated method, and to accepted by money that finance or the buyer took."""
    if not isolated(piece):
        return None
    return (Grade.ACCEPTED, Why.ACCEPTED) if accepted(piece, people, on) else (Grade.ATTRIBUTED, Why.ISOLATED)


def isolated(piece: Evidence) -> bool:
    """Whether a method isolates our share. Before/after must list the other causes, an estimate must give its error."""
    if piece.method is None:
        return False
    return piece.method is Method.COMPARISON_GROUP or bool(piece.method_note and piece.method_note.strip())


def accepted(piece: Evidence, people: People, on: date) -> bool:
    """Whether the money is worked out and somebody of finance, or the economic buyer, there ever since, accepted it."""
    if piece.money_minor is None or not piece.currency or piece.accepted_by is None:
        return False
    if piece.accepted_on is not None and piece.accepted_on > on:
        return False
    accepter = people.get(piece.accepted_by)
    said_on = piece.accepted_on or piece.as_of
    return accepter is not None and accepter.played(said_on, *_MAY_ACCEPT) and accepter.stands_by(said_on, on)
