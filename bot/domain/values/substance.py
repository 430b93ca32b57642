"""Whether words say something that somebody else could check, or only that it is done."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_SAID_OF_ANYTHING = (
    "a all already and answered as at be been by check checked clear cleared closed complete completed did do does "
    "done etc fine finished fixed for gone good got handled has have here i in is it its n na no not now of off ok "
    "okay on perfect ready resolved right settled so solved sorted sure that the there they this to was we were will "
    "with yep yes"
)
_EMPTY = frozenset(_SAID_OF_ANYTHING.split())
"""Words that any answer could be made of; `no` and `not` alone show nothing either."""
LEAST_WORDS = 3
_DENSE = 8
_UNSPACED = "\u0e00"
"""From Thai on, scripts are mostly written without spaces."""


def shows_something(words: str) -> bool:
    """Whether at least three different words, or a figure and one word, are more than “ok, done”.

    Scripts without spaces are counted by letters. It is a low bar: it stops an empty answer, and what is written stands
    on the record with a name.
    """
    told = {word.casefold() for word in _WORD.findall(words)} - _EMPTY
    if any(character.isdigit() for word in told for character in word):
        return len(told) >= LEAST_WORDS - 1
    return len(told) >= LEAST_WORDS or any(len(word) >= _DENSE and max(word) >= _UNSPACED for word in told)
