"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class EvidenceActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ADD_EVIDENCE = "card.evidence"
    ATTESTOR = "evidence.attestor"
    PROVE_GAP = "gap.evidence"
    EVIDENCE_MENU = "evidence.menu"
    PUSH_EVIDENCE = "answer.evidence"
    ISOLATE_SHARE = "evidence.isolate"
    OPEN_LIST = "evidence.list"
    OPEN_LINK = "evidence.open"
    OPEN_FILE = "evidence.file"
    SHOWS = "evidence.shows"
    DOES_NOT_SHOW = "evidence.not"
    OPEN_AGREEMENT_FILE = "agreement.file"
    AGREEMENT_SHOWS = "agreement.shows"
    AGREEMENT_DOES_NOT_SHOW = "agreement.not"
    SPOT_SHOWS = "spot.shows"
    SPOT_DOES_NOT_SHOW = "spot.not"
    SPOT_CANNOT_OPEN = "spot.cannot_open"


class EvidenceCallback(StrEnum):
    """The `callback_id` of each modal."""

    EVIDENCE = "evidence"
    DISPUTE = "dispute"
    WITHDRAW = "withdraw"
    ISOLATE_SHARE = "isolate_share"
    NOT_SHOWN = "evidence_not_shown"
    AGREEMENT_NOT_SHOWN = "agreement_not_shown"
    SPOT_NOT_SHOWN = "spot_not_shown"
