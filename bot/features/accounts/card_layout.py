"""How the outcomes of a card are laid out: two lines each, or one line each in groups, so that it reads on a phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TWO_LINES = 6
"""So many outcomes have two lines each; more of them have one line, in groups."""
ALL = 20
"""So many outcomes have a line each; of more, the groups show `MOST`."""
MOST = (8, 4, 8)
SQUARES = 30
"""A card of more outcomes shows no row of squares."""
ROOM = 11_000
"""Characters of JSON beyond which the two-line form is left for the shorter one. Slack takes 13,000."""

_AROUND = 2_400
"""Header, buttons and the blocks around the texts, in characters of JSON."""
_AROUND_OUTCOME = 330
"""The two blocks of an outcome around its texts."""
_LONGEST = 160
"""No text of a card takes more; longer ones are cut."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Whether each outcome has two lines (`wide`), and how many of each group have a line."""

    wide: bool
    proven: int
    between: int
    unproven: int


def shown(proven: int, between: int, unproven: int, texts: Iterable[str | None]) -> Shown:
    """Lay out so many outcomes: proven, partly proven or missed, and not proven; `texts` are all of the card."""
    outcomes = proven + between + unproven
    wide = outcomes <= TWO_LINES and _AROUND + outcomes * _AROUND_OUTCOME + sum(map(_size, texts)) <= ROOM
    if outcomes <= ALL:
        return Shown(wide, proven, between, unproven)
    most_proven, most_between, most_unproven = MOST
    return Shown(False, min(proven, most_proven), min(between, most_between), min(unproven, most_unproven))


def _size(text: str | None) -> int:
    """Characters of a text in JSON, about: one beyond ASCII is written as six."""
    if not text:
        return 0
    text = text[:_LONGEST]
    return len(text) if text.isascii() else len(text.encode("ascii", "backslashreplace"))
