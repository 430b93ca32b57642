"""Fits a card into twelve lines, so that it reads on a phone without unfolding."""

from __future__ import annotations

from dataclasses import dataclass

CARD_LINES = 12
_ALWAYS = 7
"""Name, coverage, judgement, renewal, next action, their side, owner."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How many outcomes of each kind have a line; the `left_` ones are counted on a last line."""

    proven: int
    disproven: int
    unproven: int
    left_proven: int
    left_unproven: int


def shown(proven: int, disproven: int, unproven: int, warnings: int) -> Shown:
    """Share the lines that are left beside so many `warnings` (at most two) among the outcomes, in turn."""
    room = CARD_LINES - _ALWAYS - warnings
    wanted = {"disproven": disproven, "proven": proven, "unproven": unproven}
    if sum(wanted.values()) > room:
        room -= 1
    given = dict.fromkeys(wanted, 0)
    while room > 0 and given != wanted:
        for kind, most in wanted.items():
            if room > 0 and given[kind] < most:
                given[kind] += 1
                room -= 1
    left_unproven = unproven - given["unproven"] + disproven - given["disproven"]
    return Shown(**given, left_proven=proven - given["proven"], left_unproven=left_unproven)
