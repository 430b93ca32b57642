"""What the handover room says in sentences: the codes that `templates/handover/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class HandoverPhrase(Phrase):
    """Reasons that the ledger keeps, and what went along with an account."""

    WENT_ALONG = "handover/phrases.went_along"
    CARRIED = "handover/phrases.carried"
