"""What the morning room says beside its templates: the codes that `templates/morning/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class MorningPhrase(Phrase):
    """Reasons that the ledger keeps."""

    TICKED = "morning/phrases.ticked"
