"""What is told of an account's goalposts: what moved, what was retired, what only counts as agreed."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import UTC, date, datetime, time
from typing import cast

from bot.domain.account.assessment import Assessment
from bot.domain.facts import Fact, FactCode, Value, fact
from bot.domain.model import Outcome, ProofState
from bot.domain.proof.in_force import is_withdrawn
from bot.domain.proof.terms import TOLD_FOR, Moved, by_outcome, moved, put_back
from bot.domain.values.days import shift_day

_THERE_AND_BACK = 3
"""Fewer versions of terms cannot have been put back."""


def moved_since(state: ProofState, on: date, since: datetime | None = None) -> tuple[Fact, ...]:
    """What moved in the terms of the outcomes since a moment, by outcome and person; in 90 days if none is given.

    Words that were put back are no move, but what was recorded in between counts for nothing, so that is named.
    Retired outcomes are left out: `retired_since` names them.
    """
    running = {outcome.id for outcome in state.outcomes if outcome.retired_on is None or outcome.retired_on > on}
    versions = by_outcome(state.terms)
    moves = [
        move for outcome_id in sorted(running & versions.keys()) for move in moved(versions[outcome_id], on, since)
    ]
    people = {person.id: person.name for person in state.people}
    start = _start(on, since).date()
    return (*(_moved(state, people, move) for move in moves), *_put_back(state, running & versions.keys(), on, start))


def _put_back(state: ProofState, outcome_ids: Set[int], on: date, start: date) -> Iterator[Fact]:
    """The pieces that count for nothing because they were recorded while an outcome meant something else for a time."""
    versions = by_outcome(state.terms)
    for piece in state.evidence:
        terms = versions[piece.outcome_id] if piece.outcome_id in outcome_ids else ()
        if len(terms) < _THERE_AND_BACK or is_withdrawn(piece, on) or piece.recorded_at.date() > on:
            continue
        there_and_back = put_back(piece, terms)
        if there_and_back is None or not start <= there_and_back[1].set_at.date() <= on:
            continue
        entry, back = there_and_back
        yield fact(
            FactCode.TERMS_PUT_BACK,
            title=back.title,
            value=piece.value,
            unit=entry.unit,
            words=piece.statement,
            as_of=piece.as_of,
            who=state.names.get(back.set_by) if back.set_by is not None else None,
            on=back.set_at.date(),
        )


def _start(on: date, since: datetime | None) -> datetime:
    return datetime.combine(shift_day(on, -TOLD_FOR), time(), UTC) if since is None else since


def _moved(state: ProofState, people: dict[int, str], move: Moved) -> Fact:
    agreed = move.agreed
    return fact(
        FactCode.TERMS_MOVED,
        field=move.field,
        title=move.title,
        before=cast(Value, move.before),
        after=cast(Value, move.after),
        unit=move.unit,
        who=state.names.get(move.by) if move.by is not None else None,
        on=move.at.date(),
        agreed=agreed is not None,
        agreed_by=people.get(agreed.agreed_by) if agreed is not None and agreed.agreed_by is not None else None,
        agreed_on=None if agreed is None else agreed.agreed_on,
        assumed_until=None if agreed is None else agreed.assumed_until,
    )


def retired_since(state: ProofState, on: date, since: datetime | None = None) -> tuple[Fact, ...]:
    """The outcomes that were retired from the day of a moment on, each with who did it, why, and who agreed to it."""
    first = _start(on, since).date()
    return tuple(
        retired_fact(state, outcome)
        for outcome in state.outcomes
        if outcome.retired_on is not None and first <= outcome.retired_on <= on
    )


def retired_fact(state: ProofState, outcome: Outcome) -> Fact:
    """A retired outcome, in a sentence: who retired it and why, and who agreed, if that was somebody else."""
    by_another = outcome.retire_agreed_by is not None and outcome.retire_agreed_by != outcome.retired_by
    return fact(
        FactCode.RETIRED,
        title=outcome.title,
        on=outcome.retired_on,
        who=state.names.get(outcome.retired_by) if outcome.retired_by is not None else None,
        why=outcome.retired_why,
        agreed_by=state.names.get(outcome.retire_agreed_by or 0) if by_another else None,
        agreed_on=outcome.retire_agreed_on if by_another else None,
    )


def assumed(assessment: Assessment) -> Fact | None:
    """Which outcomes count as agreed only because they are older than agreements, and until when."""
    only = [graded for graded in assessment.outcomes if graded.terms.assumed_until is not None]
    if not only:
        return None
    until = min(graded.terms.assumed_until for graded in only if graded.terms.assumed_until is not None)
    titles = tuple(graded.outcome.title for graded in only[:3])
    return fact(FactCode.AGREEMENT_ASSUMED, until=until, titles=titles, more=len(only) - len(titles))
