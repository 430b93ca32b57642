"""What a person reads when a use case is refused, for tests of the words."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.domain.refusal import RefusedError
from bot.resources import TEMPLATES
from bot.wording import Catalogue

CATALOGUE = Catalogue(TEMPLATES)


def worded(error: RefusedError) -> str:
    """The sentence of a refusal; unlike the bot, this fails when the catalogue is broken."""
    return CATALOGUE.sentence(error)


def says(pattern: str) -> Callable[[RefusedError], bool]:
    """For `pytest.raises(UserError, check=says("gone"))`: the sentence has to match the regular expression."""

    def check(error: RefusedError) -> bool:
        sentence = worded(error)
        assert re.search(pattern, sentence), f"{sentence!r} does not match {pattern!r}"
        return True

    return check
