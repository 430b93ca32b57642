"""How the name of an account becomes what a person types: a slug and the words it is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LONGEST = 80
_MOST_WORDS = 100
_MOST_LETTERS = 100
_NOT_WORD = re.compile(r"[\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def folded(text: str) -> str:
    """`text` without case, accents and compatibility forms, for comparing what people type."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not _is_latin_accent(char))
    return unicodedata.normalize("NFC", bare)


def slug(name: str) -> str:
    """The handle of an account, such as `pacheco-steele-and-williams`; empty if the name has no letter or digit."""
    return _NOT_WORD.sub("-", folded(name)).strip("-")[:_LONGEST].strip("-")


def search_words(name: str) -> list[str]:
    """The words whose beginnings find the account; scripts without spaces yield every tail of the name."""
    words: dict[str, None] = {}
    for word in _NOT_WORD.split(folded(name)):
        tails = range(min(len(word), _LONGEST)) if _UNSPACED.search(word) else range(min(1, len(word)))
        words.update((word[start:][:_LONGEST], None) for start in tails)
    return list(words)[:_MOST_WORDS]


def letters(words: Iterable[str]) -> list[str]:
    """The words' letters in threes, padded so that their beginnings and ends count: `  a`, ` ac`, `acm`, `cme`, `me `.

    Words that are spelt alike have many of them in common.
    """
    threes: dict[str, None] = {}
    for word in words:
        padded = f"  {word} "
        threes.update((padded[start : start + 3], None) for start in range(len(padded) - 2 if word else 0))
    return list(threes)[:_MOST_LETTERS]


def _is_latin_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"
