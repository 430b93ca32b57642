"""What the merging room says in sentences: the codes that `templates/merging/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class MergingPhrase(Phrase):
    """What an account has, as a preview counts it."""

    HAS = "merging/phrases.has"
