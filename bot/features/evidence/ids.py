"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class EvidenceActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ADD_EVIDENCE = "card.evidence"
    PROVE_GAP = "gap.evidence"
    EVIDENCE_MENU = "evidence.menu"
    PUSH_EVIDENCE = "answer.evidence"
    ISOLATE_SHARE = "evidence.isolate"


class EvidenceCallback(StrEnum):
    """The `callback_id` of each modal."""

    EVIDENCE = "evidence"
    DISPUTE = "dispute"
    WITHDRAW = "withdraw"
    ISOLATE_SHARE = "isolate_share"
