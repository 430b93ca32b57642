"""Whether words say anything, and whether two people said the same.

No rule can tell a good reason from a bad one; it can only refuse what says nothing ("ok, done"). What passes is shown
with the name of who said it.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from bot.domain.values.slugs import folded

_FEWEST_LETTERS = 8
_FEWEST_WORDS = 3
_WORDS = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_NEAR = 0.85
"""From this share of the letters on, two texts are about the same."""
_OF_DAYS = frozenset(
    """
    april august autumn before by day december end february first fourth friday january july june march may monday month
    next november october quarter second september spring summer thursday third tuesday until wednesday week winter year
    apr aug dec feb fri jan jul jun mar mon nov oct sep thu tue wed
    """.split()  # noqa: SIM905 - fifty words in quotes would be harder to read
)
_EMPTY = frozenset(
    """
    a all already and any anymore applicable are as be been closed done everything fine fixed for good handled happy has
    in is issue it its k longer looks n na nice no none not nothing now of ok okay on over please problem relevant
    resolved risk settled so solved sure thank thanks that the they this to under control very was we well with works
    yes
    """.split()  # noqa: SIM905 - eighty words in quotes would be harder to read
)


def says_something(text: str) -> bool:
    """Whether a reason names anything: three words or more, and one that is not of the kind "ok, all good, done"."""
    words = _WORDS.findall(folded(text))
    if any(_UNSPACED.search(word) for word in words):
        return sum(map(len, words)) >= _FEWEST_LETTERS // 2
    enough = len(words) >= _FEWEST_WORDS and sum(map(len, words)) >= _FEWEST_LETTERS
    return enough and any(word not in _EMPTY for word in words)


def near_words(one: str, other: str) -> bool:
    """Whether two texts are about the same thing: what is left without days, months and filling words is nearly the
    same, as in “SSO by June” and “SSO by the end of September”."""
    mine, theirs = _matter(one), _matter(other)
    if not mine or not theirs:
        return same_words(one, other)
    return mine == theirs or SequenceMatcher(None, mine, theirs).ratio() >= _NEAR


def _matter(text: str) -> str:
    words = (word for word in _WORDS.findall(folded(text)) if word not in _EMPTY and word not in _OF_DAYS)
    return " ".join(word for word in words if len(word) > 1)


def same_words(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order; case, accents, digits and punctuation do not count."""
    return _WORDS.findall(folded(one)) == _WORDS.findall(folded(other))
