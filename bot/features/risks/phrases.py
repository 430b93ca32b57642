"""What the risks room says beside its templates: the codes that `templates/risks/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class RiskPhrase(Phrase):
    """How a risk was closed, as the ledger keeps it."""

    PIECE = "risks/phrases.piece"
    PIECE_AND_WORDS = "risks/phrases.piece_and_words"
    FACT_CHANGED = "risks/phrases.fact_changed"
    STILL_TRUE = "risks/phrases.still_true"
    BY_EVIDENCE = "risks/phrases.by_evidence"
