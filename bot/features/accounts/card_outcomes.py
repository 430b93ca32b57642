"""The outcomes of a card: each one's figure, grade as a sentence, who stands behind it, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bot.app.gap_lines import GapLine
from bot.domain.account.assessment import Assessment
from bot.domain.enums import OutcomeKind, Standing, Why
from bot.domain.facts import FactCode
from bot.domain.labels import label
from bot.domain.model import Evidence, Outcome, Person, ProofState
from bot.domain.proof.grade_said import carrier, graded_said, stands_for_it
from bot.domain.proof.grading import Graded
from bot.domain.proof.terms import runs_out_on
from bot.domain.proof.witness import witnessed
from bot.domain.values.text import band, number, percent
from bot.features.accounts.card_views import Mark, NextStepLine, ProofLine
from bot.phrases import phrase

EXPIRY_NAMED = 14
"""So many days before it, the card says that evidence expires."""
_MARKS = {
    Standing.PROVEN: Mark.PROVEN,
    Standing.PARTLY_PROVEN: Mark.PARTLY,
    Standing.DISPROVEN: Mark.MISSED,
    Standing.UNPROVEN: Mark.UNPROVEN,
}
_RANK = {mark: rank for rank, mark in enumerate((Mark.PROVEN, Mark.PARTLY, Mark.MISSED, Mark.DISPUTED, Mark.UNPROVEN))}
_NEVER = 1_000_000
"""Outcomes without evidence come after the oldest evidence."""


def outcome_lines(
    state: ProofState, assessment: Assessment, gaps: Iterable[GapLine], elsewhere: Mapping[str, int], today: date
) -> tuple[ProofLine, ...]:
    """The outcomes that are not retired, in the order of the card.

    `elsewhere` is at how many other customers a reference stands, by its key.
    """
    by_outcome: dict[int | None, GapLine] = {}
    for gap in gaps:
        by_outcome.setdefault(gap.outcome_id, gap)
    lines = [
        _line(state, graded, by_outcome.get(graded.outcome.id), elsewhere, today) for graded in assessment.outcomes
    ]
    lines.sort(key=lambda line: (_RANK[line.mark], _NEVER if line.age_days is None else line.age_days))
    return tuple(lines)


def _line(
    state: ProofState, graded: Graded, gap: GapLine | None, elsewhere: Mapping[str, int], today: date
) -> ProofLine:
    outcome, piece, mark = graded.outcome, carrier(graded), mark_of(graded)
    value = graded.value if graded.value is not None or piece is None else piece.value
    who = stands_for_it(graded, piece)
    seen_as = witnessed(piece, graded.checked, graded.people, state.names, graded.on) if piece is not None else None
    return ProofLine(
        outcome_id=outcome.id,
        title=outcome.title,
        mark=mark,
        grade=graded.grade,
        start=number(outcome.baseline) if outcome.baseline is not None else None,
        value=number(value, outcome.unit) if value is not None else None,
        target=_target(outcome),
        words=piece.statement if piece is not None and outcome.kind is OutcomeKind.STATEMENT else None,
        said=phrase(graded_said(graded, piece, state.names), today),
        attestor=who.name if who is not None else None,
        part=_part(who),
        witness=phrase(seen_as, today) if seen_as is not None else None,
        unseen=seen_as is not None and seen_as.code is FactCode.LINKED_BY,
        elsewhere=elsewhere.get(piece.reference_key or "", 0) if piece is not None else 0,
        is_file=piece is not None and piece.file_id is not None,
        age_days=max(0, (graded.on - piece.as_of).days) if piece is not None else None,
        progress=percent(graded.credit) if mark is Mark.PARTLY else None,
        expires_on=_expires_on(graded, graded.proof),
        risk_if_never=_risk(outcome, gap),
        step=_step(gap, today) if mark in (Mark.UNPROVEN, Mark.DISPUTED) else None,
        moved=gap.moved if gap is not None else 0,
        expired=graded.why is Why.EXPIRED,
    )


def mark_of(graded: Graded) -> Mark:
    """How an outcome stands, a dispute that nothing has settled included."""
    if graded.standing is Standing.UNPROVEN and graded.disputed is not None:
        return Mark.DISPUTED
    return _MARKS[graded.standing]


def _target(outcome: Outcome) -> str | None:
    if outcome.target is not None:
        return number(outcome.target)
    return band(outcome.band_low, outcome.band_high) or None


def _part(who: Person | None) -> str | None:
    return None if who is None else who.title or label(who.part)


def _expires_on(graded: Graded, proof: Evidence | None) -> date | None:
    """The day on which the proof of an outcome with credit expires, where that is near."""
    if proof is None:
        return None
    until = runs_out_on(graded.outcome, proof, graded.terms)
    return until if (until - graded.on).days <= EXPIRY_NAMED else None


def _risk(outcome: Outcome, gap: GapLine | None) -> str | None:
    return gap.risk_if_never if gap is not None and gap.risk_if_never else outcome.risk_if_never


def _step(gap: GapLine | None, today: date) -> NextStepLine | None:
    if gap is None or not gap.next_action:
        return None
    return NextStepLine(gap.next_action, gap.owner, gap.due_on, gap.due_on is not None and gap.due_on < today)
