"""Why a grade is what it is, as facts: read on a phone, by somebody who is about to ask the customer."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.enums import Grade, Standing, Why
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Evidence
from bot.domain.proof.grading import Graded
from bot.domain.proof.witness import confirmed_by, witnessed
from bot.domain.values.money import money

PLAIN = frozenset(
    {
        Why.NOTHING,
        Why.WITHDRAWN,
        Why.OUR_WORD,
        Why.NOBODY_NAMED,
        Why.NO_WORDS,
        Why.TELEMETRY,
        Why.NO_BASELINE,
        Why.TERMS_NOT_AGREED,
        Why.EARLIER_TERMS,
        Why.NO_NUMBER,
        Why.NO_METRIC,
        Why.MEASURED_BY_US,
        Why.ORAL,
        Why.CUSTOMER_SYSTEM,
        Why.NO_WITNESS,
        Why.NOBODY_LOOKED,
        Why.ACCEPTANCE_UNSEEN,
    }
)
"""The reasons that need no name and no date."""


def reason(graded: Graded) -> Fact:
    """Why the outcome has its grade: `measured, not confirmed: only told to us on a call`."""
    why = _main(graded)
    if graded.grade is None:
        return why
    return fact(FactCode.GRADED, grade=graded.grade, confirmed=graded.grade >= Grade.CONFIRMED, why=why)


def where_it_stands(graded: Graded, names: Mapping[int, str]) -> Fact:
    """`“Onboard in 5 days” at 4 days, confirmed: Dana Fox wrote it, seen by Tom Okafor on 3 Nov`.

    `names` are those of our members; who could check it is said of what has credit.
    """
    outcome, piece = graded.outcome, graded.evidence
    seen_as = None
    if piece is not None and graded.credit > 0:
        seen_as = witnessed(piece, graded.checked, graded.people, names, graded.on)
    why = reason(graded)
    return fact(
        FactCode.STANDS, title=outcome.title, value=graded.value, unit=outcome.unit, reason=why, witness=seen_as
    )


def would_show(graded: Graded) -> Fact:
    """Where in the customer's own system the outcome would show, and who could show it; what is unknown is `None`."""
    person_id = graded.outcome.shown_by
    person = graded.people.get(person_id) if person_id is not None else None
    return fact(
        FactCode.WOULD_SHOW,
        where=graded.outcome.shows_in,
        who=person.name if person else None,
        left=person is not None and not person.is_there(graded.on),
    )


def of_gap(graded: Graded | None) -> Fact:
    """What is unproven about a gap: `40% of the way, confirmed: Dana Fox wrote it`; `None` is a gap of no outcome."""
    if graded is None:
        return fact(FactCode.OPEN_QUESTION)
    if graded.standing is Standing.PARTLY_PROVEN:
        return fact(FactCode.PART_OF_THE_WAY, share=graded.credit, reason=reason(graded))
    if graded.value is None or graded.grade is None:
        return reason(graded)
    return fact(FactCode.AT, value=graded.value, unit=graded.outcome.unit, reason=reason(graded))


def _main(graded: Graded) -> Fact:
    why, piece = graded.why, graded.evidence
    if why is Why.EXPIRED and graded.last_grade is not None and graded.expired_on is not None:
        return fact(FactCode.WAS_UNTIL_EXPIRED, grade=graded.last_grade, on=graded.expired_on)
    if piece is None or why in PLAIN:
        return fact(FactCode.WHY, why=why if why in PLAIN else Why.NOTHING)
    if why is Why.DISPUTED:
        return _disputed(graded, graded.disputed or piece)
    if why is Why.BEFORE_BASELINE:
        return fact(FactCode.BEFORE_BASELINE, on=graded.outcome.baseline_on or piece.as_of)
    return _of_people(graded, piece)


def _of_people(graded: Graded, piece: Evidence) -> Fact:
    who = graded.attestor.name if graded.attestor else None
    match graded.why:
        case Why.ATTESTOR_LEFT:
            return _left(graded)
        case Why.NOT_THE_CHAMPION:
            return fact(FactCode.NOT_THE_CHAMPION, who=who)
        case Why.CHAMPION_PRESENTED:
            return fact(FactCode.CHAMPION_PRESENTED, who=who)
        case Why.ACCEPTER_LEFT:
            by = graded.people.get(piece.accepted_by or 0)
            return fact(FactCode.ACCEPTER_LEFT, who=by.name if by else None, on=by.left_on if by else None)
        case Why.CUSTOMER_CONFIRMED:
            by = confirmed_by(piece, graded.checked, graded.people, graded.on)
            return fact(FactCode.CUSTOMER_CONFIRMED, who=by.name if by else None)
        case Why.ISOLATED if piece.method is not None:
            return fact(FactCode.ISOLATED, method=piece.method)
        case Why.ACCEPTED:
            by = graded.people.get(piece.accepted_by or 0)
            return fact(
                FactCode.ACCEPTED,
                amount=money(piece.money_minor, piece.currency),
                who=by.name if by else None,
                parts=by.parts if by else (),
            )
        case _:
            return fact(FactCode.WROTE_IT, who=who)


def _left(graded: Graded) -> Fact:
    """Who attested it and left: on which day, and since when they are back without attesting it again."""
    attestor = graded.attestor
    if attestor is None:
        return fact(FactCode.ATTESTOR_LEFT, who=None, on=None, back=None)
    back = attestor.returned_on if attestor.is_there(graded.on) else None
    return fact(FactCode.ATTESTOR_LEFT, who=attestor.name, on=attestor.left_on, back=back)


def _disputed(graded: Graded, piece: Evidence) -> Fact:
    person = graded.people.get(piece.disputed_by) if piece.disputed_by is not None else None
    return fact(FactCode.DISPUTES, who=person.name if person else None, why=piece.disputed_why or None)
