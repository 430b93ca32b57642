"""Fits a card into fifteen lines, so that it reads on a phone without unfolding."""

from __future__ import annotations

from dataclasses import dataclass

CARD_LINES = 15
_ALWAYS = 10
"""Name, coverage, judgement, renewal, next step, money, their side, what would break, last moved, owner."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How many outcomes of each kind have a line; the `left_` ones are counted on a last line."""

    proven: int
    disproven: int
    unproven: int
    left_proven: int
    left_unproven: int


def shown(proven: int, disproven: int, unproven: int, warnings: int) -> Shown:
    """Divide the free lines of a card among the outcomes in turn; each of `warnings` (at most three) takes a line."""
    room = CARD_LINES - _ALWAYS - warnings
    lines_wanted = {"disproven": disproven, "proven": proven, "unproven": unproven}
    if sum(lines_wanted.values()) > room:
        room -= 1
    lines_given = dict.fromkeys(lines_wanted, 0)
    while room > 0 and lines_given != lines_wanted:
        for kind, most in lines_wanted.items():
            if room > 0 and lines_given[kind] < most:
                lines_given[kind] += 1
                room -= 1
    left_unproven = unproven - lines_given["unproven"] + disproven - lines_given["disproven"]
    return Shown(**lines_given, left_proven=proven - lines_given["proven"], left_unproven=left_unproven)
