"""What the packet room says beside its templates: the codes that `templates/packet/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class PacketPhrase(Phrase):
    """Why an acceptance was withdrawn, as the ledger keeps it."""

    NOT_SHOWN = "packet/phrases.not_shown"
