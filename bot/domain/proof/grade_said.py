"""A grade as a sentence, for cards and lists of evidence: `Confirmed in their system`, `Our word only, no witness`.

`explanation` says why a grade is no higher; here is what a reader is told in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.domain.enums import Grade, Part, Standing, Why
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Evidence, Person
from bot.domain.proof.evidence_grade import Limit, People
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import is_withdrawn
from bot.domain.proof.terms import runs_out_on
from bot.domain.proof.witness import Checked, confirmed_by
from bot.domain.values.money import money

Names = Mapping[int, str]
_NAMED = frozenset({Why.ATTESTOR_LEFT, Why.NOT_THE_CHAMPION, Why.CUSTOMER_CONFIRMED, Why.DISPUTED, Why.ACCEPTER_LEFT})
"""Reasons whose sentence names the person."""


def carrier(graded: Graded) -> Evidence | None:
    """The piece that a reader is told of: the one that carries the grade, that shows the miss, or that has expired."""
    if graded.standing is Standing.DISPROVEN and (missed := graded.missed) is not None:
        return missed[0]
    if graded.evidence is not None or graded.expired_on is None:
        return graded.evidence
    ran_out = [
        piece
        for piece in graded.pieces
        if not is_withdrawn(piece, graded.on) and runs_out_on(graded.outcome, piece, graded.terms) == graded.expired_on
    ]
    return max(ran_out, key=lambda piece: (piece.as_of, piece.id), default=None)


def graded_said(graded: Graded, piece: Evidence | None, names: Names) -> Fact:
    """The grade of an outcome whose `carrier` is `piece`: a miss, an expiry and a dispute come before it."""
    if graded.standing is Standing.DISPROVEN:
        return fact(FactCode.MISSED_SAID, on=graded.missed_on)
    if graded.why is Why.EXPIRED:
        source = piece.source if piece is not None else None
        return fact(FactCode.EXPIRED_SAID, grade=graded.last_grade, on=graded.expired_on, source=source)
    if graded.why is Why.DISPUTED:
        disputed = graded.disputed or piece
        return disputed_said(disputed, graded.people) if disputed is not None else _nothing(graded.why)
    if piece is None or graded.grade is None:
        return _nothing(graded.why)
    # Terms that nobody agreed to are told by the reason alone, whatever the piece is worth by itself.
    limit = graded.grade, graded.why
    return piece_said(piece, limit, graded.people, names, checked=graded.checked, on=graded.on)


def piece_said(piece: Evidence, limit: Limit, people: People, names: Names, *, checked: Checked, on: date) -> Fact:
    """The grade of one piece of evidence; `limit` is that grade and why it is no higher, `names` are our members'."""
    grade, why = limit
    who = people.get(piece.attested_by) if piece.attested_by is not None else None
    day = None
    amount = None
    if why in (Why.ACCEPTED, Why.ACCEPTER_LEFT):
        who, amount = people.get(piece.accepted_by or 0), money(piece.money_minor, piece.currency)
    elif why is Why.CUSTOMER_CONFIRMED:
        who = confirmed_by(piece, checked, people, on)
    if who is not None and why in (Why.ATTESTOR_LEFT, Why.ACCEPTER_LEFT):
        day = who.left_on
    return fact(
        FactCode.GRADE_SAID,
        why=why,
        grade=grade,
        who=who.name if who is not None else None,
        by=names.get(piece.recorded_by) if piece.recorded_by is not None else None,
        on=day,
        back=_back(who, why, on),
        amount=amount,
        finance=who is not None and who.plays(Part.FINANCE),
        shown=piece.reference_key is not None,
    )


def disputed_said(piece: Evidence, people: People) -> Fact:
    """Who disputes a piece, and since when."""
    who = people.get(piece.disputed_by) if piece.disputed_by is not None else None
    return fact(FactCode.DISPUTED_SAID, who=who.name if who else None, on=piece.disputed_on)


def expired_said(piece: Evidence, grade: Grade, on: date) -> Fact:
    """What a piece was worth until it expired on a day."""
    return fact(FactCode.EXPIRED_SAID, grade=grade, on=on, source=piece.source)


def stands_for_it(graded: Graded, piece: Evidence | None) -> Person | None:
    """Who at the customer stands behind a piece that `graded_said` tells of; None where its sentence names them."""
    if piece is None:
        return None
    if graded.standing is not Standing.DISPROVEN:
        if graded.why in _NAMED:
            return None
        if graded.why is Why.ACCEPTED:
            return graded.people.get(piece.accepted_by or 0)
    return graded.people.get(piece.attested_by or 0)


def _nothing(why: Why) -> Fact:
    return fact(
        FactCode.GRADE_SAID,
        why=why,
        grade=None,
        who=None,
        by=None,
        on=None,
        back=None,
        amount=None,
        finance=False,
        shown=False,
    )


def _back(who: Person | None, why: Why, on: date) -> date | None:
    """Since when somebody who left is back, without having said it again."""
    if who is None or why is not Why.ATTESTOR_LEFT or not who.is_there(on):
        return None
    return who.returned_on
