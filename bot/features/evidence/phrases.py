"""What the evidence room says beside its templates: the codes that `templates/evidence/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class EvidencePhrase(Phrase):
    """Why a piece was withdrawn, as the ledger keeps it; lines for a portfolio's manager; what came of spot checks, and
    what a digest says of pieces that were taken back."""

    NOT_SHOWN = "evidence/phrases.not_shown"
    NOT_AGREED = "evidence/phrases.not_agreed"
    AGREED = "evidence/phrases.agreed"
    AGREED_TITLE = "evidence/phrases.agreed_title"
    ATTESTED = "evidence/phrases.attested"
    PAIR = "evidence/phrases.pair"
    PAIRS_TITLE = "evidence/phrases.pairs_title"
    SPOT_CHECKS = "evidence/phrases.spot_checks"
    SPOT_CHECKS_TITLE = "evidence/phrases.spot_checks_title"
    SPOT_CHECK = "evidence/phrases.spot_check"
    RINGS_TITLE = "evidence/phrases.rings_title"
    RING = "evidence/phrases.ring"
    SHARED_REFERENCES_TITLE = "evidence/phrases.shared_references_title"
    SHARED_REFERENCE = "evidence/phrases.shared_reference"
    LINKED_AGAIN_TITLE = "evidence/phrases.linked_again_title"
    LINKED_AGAIN = "evidence/phrases.linked_again"
    TAKEN_BACK = "evidence/phrases.taken_back"
    TAKEN_BACK_TITLE = "evidence/phrases.taken_back_title"
