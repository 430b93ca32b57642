"""Why a grade is what it is, as facts: read on a phone, by somebody who is about to ask the customer."""

from __future__ import annotations

from bot.domain.enums import Grade, Standing, Why
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.labels import METHOD_ISOLATES, WHY, label
from bot.domain.model import Evidence
from bot.domain.proof.grading import Graded
from bot.domain.values.money import money
from bot.domain.values.text import number, percent


def reason(graded: Graded) -> Fact:
    """Why the outcome has its grade: `measured, not confirmed: only told to us on a call`."""
    why = _main(graded)
    if graded.grade is None:
        return why
    return fact(FactCode.GRADED, grade=label(graded.grade), confirmed=graded.grade >= Grade.CONFIRMED, why=why)


def where_it_stands(graded: Graded) -> Fact:
    """`“Onboard in 5 days” at 4 days, confirmed: Dana Fox wrote it`."""
    value = None if graded.value is None else number(graded.value, graded.outcome.unit)
    return fact(FactCode.STANDS, title=graded.outcome.title, value=value, reason=reason(graded))


def of_gap(graded: Graded | None) -> Fact:
    """What is unproven about a gap: `40% of the way, confirmed: Dana Fox wrote it`; `None` is a gap of no outcome."""
    if graded is None:
        return fact(FactCode.OPEN_QUESTION)
    if graded.standing is Standing.PARTLY_PROVEN:
        return fact(FactCode.PART_OF_THE_WAY, share=percent(graded.credit), reason=reason(graded))
    if graded.value is None or graded.grade is None:
        return reason(graded)
    return fact(FactCode.AT, value=number(graded.value, graded.outcome.unit), reason=reason(graded))


def _main(graded: Graded) -> Fact:
    why, piece = graded.why, graded.evidence
    if why is Why.EXPIRED and graded.last_grade is not None and graded.expired_on is not None:
        return fact(FactCode.WAS_UNTIL_EXPIRED, grade=label(graded.last_grade), on=graded.expired_on)
    if piece is None or why in WHY:
        return fact(FactCode.WHY, words=WHY.get(why, WHY[Why.NOTHING]))
    if why is Why.DISPUTED:
        return _disputed(graded, graded.disputed or piece)
    if why is Why.BEFORE_BASELINE:
        return fact(FactCode.BEFORE_BASELINE, on=graded.outcome.baseline_on or piece.as_of)
    return _of_people(graded, piece)


def _of_people(graded: Graded, piece: Evidence) -> Fact:
    who = graded.attestor.name if graded.attestor else None
    match graded.why:
        case Why.ATTESTOR_LEFT:
            left_on = graded.attestor.left_on if graded.attestor else None
            return fact(FactCode.ATTESTOR_LEFT, who=who, on=left_on)
        case Why.NOT_THE_CHAMPION:
            return fact(FactCode.NOT_THE_CHAMPION, who=who)
        case Why.CHAMPION_PRESENTED:
            return fact(FactCode.CHAMPION_PRESENTED, who=who)
        case Why.ISOLATED if piece.method is not None:
            return fact(FactCode.WHY, words=METHOD_ISOLATES[piece.method])
        case Why.ACCEPTED:
            by = graded.people.get(piece.accepted_by or 0)
            return fact(
                FactCode.ACCEPTED,
                amount=str(money(piece.money_minor, piece.currency)),
                who=by.name if by else None,
                part=label(by.part) if by else None,
            )
        case _:
            return fact(FactCode.WROTE_IT, who=who)


def _disputed(graded: Graded, piece: Evidence) -> Fact:
    person = graded.people.get(piece.disputed_by) if piece.disputed_by is not None else None
    return fact(FactCode.DISPUTES, who=person.name if person else None, why=piece.disputed_why or None)
