"""Outcomes that look alike: one success that is written down twice would count twice."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

from bot.domain.model import Outcome

ALIKE = 0.85
"""From this share of the letters on, two titles say the same: “Fewer tickets” and “Fewer tickets a month”."""


class Alike(NamedTuple):
    """Two outcomes that may be one: of the same metric and customer owner, or (`by_title`) of nearly the same title."""

    one: Outcome
    other: Outcome
    by_title: bool


def alike(outcomes: Iterable[Outcome]) -> tuple[Alike, ...]:
    """The pairs of outcomes that may be one, in the order of the ledger."""
    return tuple(pair for one, other in combinations(outcomes, 2) if (pair := _pair(one, other)) is not None)


def like(new: Outcome, outcomes: Iterable[Outcome]) -> Alike | None:
    """The first of the outcomes that a new one looks like."""
    return next((pair for outcome in outcomes if (pair := _pair(outcome, new)) is not None), None)


def _pair(one: Outcome, other: Outcome) -> Alike | None:
    metric = _words(one.metric)
    if metric and metric == _words(other.metric) and one.owner_person_id == other.owner_person_id:
        return Alike(one, other, by_title=False)
    mine, theirs = _words(one.title), _words(other.title)
    if mine == theirs or SequenceMatcher(None, mine, theirs).ratio() >= ALIKE:
        return Alike(one, other, by_title=True)
    return None


def _words(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
