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
6. Terms that the customer has not agreed to earn nothing: at most observed. Harder ones than the agreed earn no more
   than the agreed would (`terms`).

Two pieces of the same day that disagree count as a fall to the worse one. Nothing depends on the order of entry.
`docs/rules.md` tells the same to users. Here are facts only; `explanation` puts them into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.domain.enums import Grade, OutcomeKind, Standing, Why, Witness
from bot.domain.model import Evidence, Outcome, Person, Terms
from bot.domain.proof import terms as goalposts
from bot.domain.proof.disputes import Dispute, disputes_of, falls_under
from bot.domain.proof.evidence_grade import Limit, People, grade_piece
from bot.domain.proof.in_force import stands
from bot.domain.proof.missed import missed_by
from bot.domain.proof.next_change import next_change
from bot.domain.proof.progress import ONE, ZERO, progress, shortfall
from bot.domain.proof.witness import Checked, is_at_least, witness


class Graded(NamedTuple):
    """An outcome with what its evidence is worth on a day.

    A named tuple and not a dataclass because a portfolio's digest makes a hundred thousand of them, at a fifth of the
    cost. `grade` is `None` when nothing is in force; `evidence` is the piece that carries it, `pieces` are all of the
    outcome's. `last_grade` is history, set when expiry has cost a grade. `seen` is the credit that would be left if
    only evidence counted that somebody outside the account team has seen. `proof` is the confirmed piece that gives the
    credit.
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
    terms: goalposts.Standing
    proof: Evidence | None = None

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
    def judging(self) -> tuple[Terms, ...]:
        """The terms by which it may have been missed: its own and the agreed ones; while its own do not hold, those
        that the customer agreed to last, whatever it is called by now."""
        agreed = self.terms.agreed if self.terms.holds else goalposts.last_agreed_ever(self.terms.versions)
        own = self.terms.current if self.terms.holds or agreed is None else None
        return tuple(terms for terms in (own, agreed) if terms is not None and (terms is own or own is not agreed))

    @property
    def missed(self) -> tuple[Evidence, Outcome] | None:
        """The figure that shows that it was missed, and the outcome as the terms have it by which it was."""
        for terms in self.judging:
            outcome = goalposts.under(self.outcome, terms)
            meant = [piece for piece in self.pieces if goalposts.counts(piece, self.terms, terms)]
            shown_by = missed_by(outcome, meant, self.people, self.on, self.checked)
            if shown_by is not None:
                return shown_by, outcome
        return None

    @property
    def missed_on(self) -> date | None:
        """The day by which it was due: a day moved later without the customer's yes does not undo a miss."""
        missed = self.missed
        return self.outcome.due_on if missed is None else missed[1].due_on

    @property
    def next_change_on(self) -> date | None:
        """The first later day on which time alone can change anything here but `age_days`."""
        due = [terms.due_on for terms in self.judging]
        facts = self.outcome, self.pieces, self.people, self.terms
        return next_change(*facts, checked=self.checked, due=due, on=self.on)


def grade(
    outcome: Outcome,
    evidence: Sequence[Evidence],
    people: People,
    on: date,
    checked: Checked,
    *,
    versions: Sequence[Terms] = (),
) -> Graded:
    """Grade one outcome on a day from all its evidence (of this outcome only), the account's people and its checks.

    `versions` are all of the outcome's terms, the oldest first; without any, nobody agreed to anything.
    """
    graded = _by_its_figures(outcome, evidence, people, checked, goalposts.standing_of(versions, on), on=on)
    terms = graded.terms
    if not terms.holds:
        return _not_agreed(graded)
    if terms.agreed is not None and terms.agreed is not terms.current:
        as_agreed = _under(graded, terms.agreed)
        is_missed = graded.credit is ZERO and as_agreed.standing is Standing.DISPROVEN
        if as_agreed.credit < graded.credit or is_missed:
            graded = graded._replace(credit=as_agreed.credit, standing=as_agreed.standing)
        return graded._replace(seen=min(graded.seen, as_agreed.seen))
    return graded


def _under(graded: Graded, terms: Terms) -> Graded:
    """The same outcome and evidence, judged by the figures of other terms.

    Where these mean something else, only evidence that was recorded for their meaning is looked at.
    """
    outcome, pieces, standing = goalposts.under(graded.outcome, terms), graded.pieces, graded.terms
    if standing.current is not None and goalposts.changed_meaning(terms, standing.current):
        pieces = [piece for piece in pieces if goalposts.counts(piece, standing, terms)]
        until_then = tuple(version for version in standing.versions if version.version <= terms.version)
        standing = goalposts.Standing(until_then, terms, (), True, None)
    return _by_its_figures(outcome, pieces, graded.people, graded.checked, standing, on=graded.on)


def _not_agreed(graded: Graded) -> Graded:
    """Without agreed terms at most observed. What was missed by the agreed terms stays so, also under other words."""
    agreed = goalposts.last_agreed_ever(graded.terms.versions)
    is_missed = agreed is not None and _under(graded, agreed).standing is Standing.DISPROVEN
    standing = Standing.DISPROVEN if is_missed else Standing.UNPROVEN
    unproven = graded._replace(credit=ZERO, seen=ZERO, standing=standing)
    if graded.grade is None or graded.grade <= Grade.OBSERVED:
        return unproven
    return unproven._replace(grade=Grade.OBSERVED, why=Why.TERMS_NOT_AGREED)


def _by_its_figures(
    outcome: Outcome,
    evidence: Sequence[Evidence],
    people: People,
    checked: Checked,
    terms: goalposts.Standing,
    *,
    on: date,
) -> Graded:
    """The grade, whether or not the customer agreed to the terms."""
    standing = [piece for piece in evidence if stands(piece, evidence, on)]
    meant = [piece for piece in standing if goalposts.counts(piece, terms)]
    disputes = disputes_of(evidence, people, checked, on)
    run, disputed, fell_from = _since_the_last_fall(outcome, meant, disputes)
    if len(meant) < len(standing):  # a dispute is about the outcome, whatever it is called
        disputed = [piece for piece in sorted(standing, key=_oldest_first(outcome)) if falls_under(piece, disputes)]
    live, ran_out = _by_shelf_life(outcome, run, people, checked, terms, on=on)
    best, why, carrier, proof = _strongest(live)
    weak = best is None or best is Grade.ASSERTED
    if disputed and weak and goalposts.runs_out(outcome, disputed[-1], terms) > on.toordinal():
        best, why, carrier = Grade.ASSERTED, Why.DISPUTED, carrier or disputed[-1]
    last, expired = _history(ran_out, best) if ran_out else (None, None)
    if best is None:
        why = Why.EXPIRED if last is not None else _why_nothing(evidence, standing, meant)
    valued = _newest_valued(live)
    share_reached = None if valued is None else progress(outcome, valued.value)
    credit = ZERO if proof is None else _credit(outcome, proof, valued, share_reached)
    missed = credit is ZERO and _is_missed(outcome, evidence, people, checked, terms, on=on)
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
        None if expired is None else goalposts.runs_out_on(outcome, expired, terms),
        evidence,
        people,
        ZERO if credit is ZERO else _seen(outcome, live, people, on, checked),
        checked,
        terms,
        proof,
    )


def _is_missed(
    outcome: Outcome,
    evidence: Sequence[Evidence],
    people: People,
    checked: Checked,
    terms: goalposts.Standing,
    *,
    on: date,
) -> bool:
    """Whether a figure of what success means now shows that it was missed; withdrawn figures are looked at, too."""
    meant = [piece for piece in evidence if goalposts.counts(piece, terms)]
    return missed_by(outcome, meant, people, on, checked) is not None


def _by_shelf_life(
    outcome: Outcome, run: list[Evidence], people: People, checked: Checked, terms: goalposts.Standing, *, on: date
) -> tuple[_Own, _Own]:
    """(the pieces that still count, those past their shelf life), each with the grade that it has by itself."""
    live: _Own = []
    ran_out: _Own = []
    today = on.toordinal()
    for piece in run:
        own = piece, grade_piece(outcome, piece, people, on, checked)
        (live if goalposts.runs_out(outcome, piece, terms) > today else ran_out).append(own)
    return live, ran_out


def _why_nothing(evidence: Sequence[Evidence], standing: list[Evidence], meant: list[Evidence]) -> Why:
    if standing and not meant:
        return Why.EARLIER_TERMS
    return Why.WITHDRAWN if evidence and not standing else Why.NOTHING


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


def _history(ran_out: _Own, best: Grade | None) -> tuple[Grade | None, Evidence | None]:
    """The grade that expiry alone has taken away, and the piece that had it."""
    last, _, piece, _ = _strongest(ran_out)
    return (None, None) if last is None or (best is not None and best >= last) else (last, piece)


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
