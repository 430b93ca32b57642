"""Whether two names are likely to be one person's: as people spell, shorten and turn them round."""

from __future__ import annotations

import re

from bot.domain.values.slugs import folded

_NOT_WORD = re.compile(r"[\W_]+")
_SHORTEST_TYPO = 3
"""Shorter words differ by a letter in names of different people: Li and Lo."""


def near_same(one: str, other: str) -> bool:
    """Whether two names may be the same person: `Fox, Dana`, `D. Fox` and `Dana Foxx` are near `Dana Fox`.

    Case, accents, order and punctuation do not count. Every word of the shorter name is a word of the longer one, its
    initial, or a letter away from it; at least one of them is a whole word. Two empty names are not near.
    """
    first, second = sorted((_words(one), _words(other)), key=len)
    if not first:
        return False
    left, whole = list(second), False
    for word in first:
        match = next((candidate for candidate in left if _fits(word, candidate)), None)
        if match is None:
            return False
        left.remove(match)
        whole |= len(word) > 1 and len(match) > 1
    return whole


def _words(name: str) -> list[str]:
    """The words of a name, long ones first, so that an initial does not take the place of a whole word."""
    return sorted((word for word in _NOT_WORD.split(folded(name)) if word), key=lambda word: (-len(word), word))


def _fits(word: str, candidate: str) -> bool:
    if word == candidate:
        return True
    if 1 in (len(word), len(candidate)):
        return word[0] == candidate[0]
    long_enough = min(len(word), len(candidate)) >= _SHORTEST_TYPO and word.isascii() and candidate.isascii()
    return long_enough and _a_letter_away(word, candidate)


def _a_letter_away(word: str, other: str) -> bool:
    """Whether one letter is missing, too many, another one, or two neighbours are swapped."""
    if len(word) == len(other):
        differ = [place for place, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
        if len(differ) == 2 and differ[1] == differ[0] + 1:
            first, second = differ
            return word[first] == other[second] and word[second] == other[first]
        return len(differ) == 1
    short, long = sorted((word, other), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
