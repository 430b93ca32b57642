"""READ THIS FIRST. How well an outcome is known, and what it is worth today (docs/rules.md).

In words, in the order of the code:

1. What stands: pieces recorded by the day, not withdrawn, and not superseded by a piece that itself stands.
2. What is in force: walk the standing pieces from the oldest to the newest. A value that has fallen behind the one
   before it starts anew: everything older goes out of force. A disputed piece (`disputes`) proves nothing, but still
   makes others fall. Then what is past its shelf life goes.
3. The value is the newest in force, the grade the strongest in force (`evidence_grade` grades a single piece, by what
   it is and by who could check it).
4. Credit comes only from confirmed evidence, by the progress that this evidence shows; `seen` is the part of it that
   somebody outside the account team has seen.
5. Without credit, an outcome whose due date has passed is disproven if a figure shows that it was missed (`missed`).
   What speaks against us needs no witness: it counts from measured.

Two pieces of the same day that disagree count as a fall to the worse one. Nothing depends on the order of entry.
`docs/rules.md` tells the same to users. Here are facts only; `explanation` puts them into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.domain.enums import Grade, OutcomeKind, Standing, Why, Witness
from bot.domain.model import Evidence, Outcome, Person
from bot.domain.proof.disputes import Dispute, disputes_of, falls_under
from bot.domain.proof.evidence_grade import Limit, People, grade_piece
from bot.domain.proof.in_force import stands
from bot.domain.proof.missed import missed_by
from bot.domain.proof.progress import ONE, ZERO, progress, shortfall
from bot.domain.proof.witness import Checked, bare_until, is_at_least, witness
from bot.domain.values.days import add_days

_LAST_DAY = date.max.toordinal()


class Graded(NamedTuple):
    """An outcome with what its evidence is worth on a day.

    A named tuple and not a dataclass because a portfolio's digest makes a hundred thousand of them, at a fifth of the
    cost. `grade` is `None` when nothing is in force; `evidence` is the piece that carries it, `pieces` are all of the
    outcome's. `last_grade` is history, set when expiry has cost a grade. `seen` is the credit that would be left if
    only evidence counted that somebody outside the account team has seen.
    """

    outcome: Outcome
    on: date
    grade: Grade | None
    why: Why
    standing: Standing
    credit: Decimal
    value: Decimal | None
    value_as_of: date | None
    progress: Decimal | None
    evidence: Evidence | None
    fell_from: Evidence | None
    disputed: Evidence | None
    last_grade: Grade | None
    expired_on: date | None
    pieces: Sequence[Evidence]
    people: People
    seen: Decimal
    checked: Checked

    @property
    def attestor(self) -> Person | None:
        """Who at the customer attests the evidence that carries the grade."""
        piece = self.evidence
        return self.people.get(piece.attested_by) if piece is not None and piece.attested_by is not None else None

    @property
    def witness(self) -> Witness:
        """Who could check the evidence that carries the grade."""
        if self.evidence is None:
            return Witness.NONE
        return witness(self.evidence, self.checked, self.people, self.on)

    @property
    def evidence_id(self) -> int | None:
        return None if self.evidence is None else self.evidence.id

    @property
    def age_days(self) -> int | None:
        """Days since the as-of date of the evidence that carries the grade."""
        return None if self.evidence is None else max(0, (self.on - self.evidence.as_of).days)

    @property
    def expired(self) -> bool:
        """All evidence has run out, or the proof (confirmed or better) has and only something weaker is left."""
        if self.last_grade is None:
            return False
        return self.grade is None or self.last_grade >= Grade.CONFIRMED > self.grade

    @property
    def missed_by(self) -> Evidence | None:
        """The figure that shows that it was missed."""
        return missed_by(self.outcome, self.pieces, self.people, self.on, self.checked)

    @property
    def next_change_on(self) -> date | None:
        """The first later day on which time alone can change anything here but `age_days`."""
        return _next_change(self)


def grade(outcome: Outcome, evidence: Sequence[Evidence], people: People, on: date, checked: Checked) -> Graded:
    """Grade one outcome on a day from all its evidence (of this outcome only), the account's people and its checks."""
    standing = [piece for piece in evidence if stands(piece, evidence, on)]
    disputes = disputes_of(evidence, people, checked, on)
    run, disputed, fell_from = _since_the_last_fall(outcome, standing, disputes)
    oldest_day = on.toordinal() - outcome.shelf_life_days
    own = [(piece, grade_piece(outcome, piece, people, on, checked)) for piece in run]
    expired = sum(piece.as_of.toordinal() < oldest_day for piece in run)
    live, ran_out = own[expired:], own[:expired]
    best, why, carrier, proof = _strongest(live)
    if disputed and (best is None or best is Grade.ASSERTED) and disputed[-1].as_of.toordinal() >= oldest_day:
        best, why, carrier = Grade.ASSERTED, Why.DISPUTED, carrier or disputed[-1]
    last, expired_on = _history(outcome, ran_out, best) if ran_out else (None, None)
    if best is None:
        why = Why.EXPIRED if last is not None else Why.WITHDRAWN if evidence and not standing else Why.NOTHING
    valued = _newest_valued(live)
    share_reached = None if valued is None else progress(outcome, valued.value)
    credit = ZERO if proof is None else _credit(outcome, proof, valued, share_reached)
    missed = credit is ZERO and missed_by(outcome, evidence, people, on, checked) is not None
    return Graded(
        outcome,
        on,
        best,
        why,
        _standing(credit, missed=missed),
        credit,
        None if valued is None else valued.value,
        None if valued is None else valued.as_of,
        share_reached,
        carrier,
        fell_from,
        _open_dispute(disputes, disputed, live) if disputed else None,
        last,
        expired_on,
        evidence,
        people,
        ZERO if credit is ZERO else _seen(outcome, live, people, on, checked),
        checked,
    )


_Own = list[tuple[Evidence, Limit]]
"""Pieces with the grade that each has by itself, oldest first."""
_Run = tuple[list[Evidence], list[Evidence], Evidence | None]


def _since_the_last_fall(outcome: Outcome, standing: list[Evidence], disputes: Sequence[Dispute]) -> _Run:
    """(the undisputed pieces since the last fall, oldest first; the disputed ones; what the last fall fell from)."""
    if len(standing) > 1:
        standing.sort(key=_oldest_first(outcome))
    numeric = outcome.kind is OutcomeKind.NUMERIC
    run: list[Evidence] = []
    disputed: list[Evidence] = []
    fell_from: Evidence | None = None
    shown: Evidence | None = None
    for piece in standing:
        if shown is not None and piece.value is not None and numeric and _fell(outcome, piece, shown):
            run, fell_from, shown = [], shown, None
        if disputes and falls_under(piece, disputes):
            disputed.append(piece)
            continue
        run.append(piece)
        if piece.value is not None:
            shown = piece
    return run, disputed, fell_from


def _fell(outcome: Outcome, newer: Evidence, older: Evidence) -> bool:
    """Whether the newer value is behind the older. With no direction known, any other value stands alone."""
    assert newer.value is not None and older.value is not None
    if newer.value == older.value:
        return False
    now, before = shortfall(outcome, newer.value), shortfall(outcome, older.value)
    return now is None or before is None or now > before


_Order = tuple[date, bool, Decimal, Decimal, str, int, int]


def _oldest_first(outcome: Outcome) -> Callable[[Evidence], _Order]:
    """By as-of date; within a day words first, then the better value, so that the worse one has the last word."""

    def key(piece: Evidence) -> _Order:
        value = piece.value
        worse = ZERO if value is None else shortfall(outcome, value)
        return (
            piece.as_of,
            value is not None,
            ZERO if worse is None else worse,
            ZERO if value is None else value,
            piece.source,
            piece.attested_by or 0,
            piece.id,
        )

    return key


def _strongest(live: _Own) -> tuple[Grade | None, Why, Evidence | None, Evidence | None]:
    """(grade, why, the piece that carries it, the newest confirmed piece); the last of equals is the newest."""
    best: Grade | None = None
    why = Why.NOTHING
    carrier: Evidence | None = None
    proof: Evidence | None = None
    for piece, (its_grade, because) in live:
        if its_grade >= Grade.CONFIRMED:
            proof = piece
        if best is None or its_grade >= best:
            best, why, carrier = its_grade, because, piece
    return best, why, carrier, proof


def _seen(outcome: Outcome, live: _Own, people: People, on: date, checked: Checked) -> Decimal:
    """What the newest confirmed piece shows that somebody outside the account team has seen, 0..1."""
    for piece, (its_grade, _) in reversed(live):
        if its_grade >= Grade.CONFIRMED and is_at_least(witness(piece, checked, people, on), Witness.COUNTERSIGNED):
            return _credit(outcome, piece, None, None)
    return ZERO


def _newest_valued(live: _Own) -> Evidence | None:
    for piece, _ in reversed(live):
        if piece.value is not None:
            return piece
    return None


def _credit(outcome: Outcome, proof: Evidence, valued: Evidence | None, share_reached: Decimal | None) -> Decimal:
    """What the newest confirmed piece shows, 0..1: never what a newer, weaker value claims."""
    if outcome.kind is OutcomeKind.STATEMENT:
        return ONE
    shown = share_reached if proof is valued else progress(outcome, proof.value)
    return ZERO if shown is None else shown


def _standing(credit: Decimal, *, missed: bool) -> Standing:
    if credit is not ZERO:
        return Standing.PROVEN if credit is ONE else Standing.PARTLY_PROVEN
    return Standing.DISPROVEN if missed else Standing.UNPROVEN


def _history(outcome: Outcome, ran_out: _Own, best: Grade | None) -> tuple[Grade | None, date | None]:
    """The grade that expiry alone has taken away, and the day on which it ran out."""
    last, _, piece, _ = _strongest(ran_out)
    if last is None or piece is None or (best is not None and best >= last):
        return None, None
    return last, runs_out_on(outcome, piece)


def runs_out_on(outcome: Outcome, piece: Evidence) -> date:
    """The first day on which a piece is past the outcome's shelf life."""
    return add_days(piece.as_of, outcome.shelf_life_days + 1)


def _open_dispute(disputes: Sequence[Dispute], disputed: Sequence[Evidence], live: _Own) -> Evidence | None:
    """The piece of the newest dispute that is not over, and that no confirmed evidence of a later day has settled.

    Age does not settle one; that nothing stands any more that it could be about does.
    """
    for dispute in reversed(disputes):
        is_about = any(piece.id == dispute.piece.id or piece.as_of <= dispute.day for piece in disputed)
        is_settled = dispute.over or any(
            piece.as_of > dispute.day and its_grade >= Grade.CONFIRMED for piece, (its_grade, _) in live
        )
        if is_about and not is_settled:
            return dispute.piece
    return None


def _next_change(graded: Graded) -> date | None:
    """The earliest later day that any rule above compares with: a shelf life, a due date, a departure ahead, the end of
    the days that a reference counts by itself."""
    outcome, on = graded.outcome, graded.on
    today = on.toordinal()
    lasts = outcome.shelf_life_days + 1
    soonest = _LAST_DAY
    for piece in graded.pieces:
        runs_out = piece.as_of.toordinal() + lasts
        if today < runs_out < soonest:
            soonest = runs_out
        for day in _dated_facts(piece, graded):
            if day is not None and day > on:
                soonest = min(soonest, day.toordinal())
    if outcome.due_on is not None and outcome.due_on >= on:
        soonest = min(soonest, outcome.due_on.toordinal() + 1)
    return date.fromordinal(soonest) if soonest < _LAST_DAY else None


def _dated_facts(piece: Evidence, graded: Graded) -> tuple[date | None, ...]:
    people = graded.people
    is_bare = witness(piece, graded.checked, people, graded.on) is Witness.REFERENCE
    attestor = people.get(piece.attested_by) if piece.attested_by is not None else None
    accepter = people.get(piece.accepted_by) if piece.accepted_by is not None else None
    return (
        piece.recorded_at.date(),
        piece.withdrawn_on,
        piece.superseded_on,
        piece.disputed_on,
        piece.accepted_on,
        None if attestor is None else attestor.left_on,
        None if attestor is None else attestor.returned_on,
        None if accepter is None else accepter.left_on,
        None if accepter is None else accepter.returned_on,
        bare_until(piece, graded.checked) if is_bare else None,
    )
