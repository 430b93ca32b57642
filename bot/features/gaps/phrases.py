"""What the gaps room says beside its templates: the codes that `templates/gaps/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class GapPhrase(Phrase):
    """Reasons that the ledger keeps, and what an old piece of evidence is called in a choice."""

    TAKEN_OUT = "gaps/phrases.taken_out"
    QUESTION_CLOSED = "gaps/phrases.question_closed"
    TAKEN_BACK = "gaps/phrases.taken_back"
    PIECE = "gaps/phrases.piece"
