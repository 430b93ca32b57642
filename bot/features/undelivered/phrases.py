"""What the undelivered room says beside its templates: the codes that `templates/undelivered/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class UndeliveredPhrase(Phrase):
    """Reasons of the bot's own changes, as the ledger keeps them."""

    CHANNEL_REFUSED = "undelivered/phrases.channel_refused"
