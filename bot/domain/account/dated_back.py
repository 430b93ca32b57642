"""Names a worse figure that was entered after a better one and dated before it, so that nothing seems to have fallen.

Nobody can tell a figure that was found late from one that was dated back, so it changes no grade and is said instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Evidence, Outcome, ProofState
from bot.domain.proof.in_force import stands
from bot.domain.proof.progress import progress
from bot.domain.proof.terms import TOLD_FOR
from bot.domain.values.days import shift_day


def dated_back(state: ProofState, on: date) -> tuple[Fact, ...]:
    """One fact for each outcome on a day: its newest such figure of the last 90 days, who entered it, and when.

    Figures that came at one moment, as from a file, are a series, and none of them is named.
    """
    first = shift_day(on, -TOLD_FOR)
    named: list[Fact] = []
    for outcome in state.outcomes:
        if outcome.retired_on is not None and outcome.retired_on <= on:
            continue
        siblings = [piece for piece in state.evidence if piece.outcome_id == outcome.id]
        pieces = [piece for piece in siblings if piece.value is not None and stands(piece, siblings, on)]
        pairs = [pair for pair in _pairs(outcome, pieces) if pair[0].recorded_at.date() >= first]
        if pairs:
            late, better = max(pairs, key=lambda pair: (pair[0].recorded_at, pair[0].id, pair[1].as_of, pair[1].id))
            named.append(_fact(state, outcome, late, better))
    return tuple(named)


def _pairs(outcome: Outcome, pieces: Sequence[Evidence]) -> Iterator[tuple[Evidence, Evidence]]:
    """Each worse figure with each better one that was on record before it and is as of a later day."""
    for late in pieces:
        so_far = progress(outcome, late.value)
        for better in pieces:
            reached = progress(outcome, better.value)
            worse = so_far is not None and reached is not None and so_far < reached
            entered_later = better.recorded_at < late.recorded_at
            if worse and entered_later and late.as_of < better.as_of:
                yield late, better


def _fact(state: ProofState, outcome: Outcome, late: Evidence, better: Evidence) -> Fact:
    return fact(
        FactCode.DATED_BACK,
        title=outcome.title,
        unit=outcome.unit,
        value=late.value,
        as_of=late.as_of,
        better=better.value,
        better_as_of=better.as_of,
        who=state.names.get(late.recorded_by) if late.recorded_by is not None else None,
        on=late.recorded_at.date(),
    )
