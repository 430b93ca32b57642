"""What the evidence room says beside its templates: the codes that `templates/evidence/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class EvidencePhrase(Phrase):
    """Why a piece was withdrawn, as the ledger keeps it."""

    NOT_SHOWN = "evidence/phrases.not_shown"
