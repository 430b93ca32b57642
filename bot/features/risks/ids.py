"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class RiskActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    CLAIM_RISK = "risk.claim"
    ASSIGN_RISK = "risk.assign"
    SNOOZE_RISK = "risk.snooze"
    CLOSE_RISK = "risk.close"
    REOPEN_RISK = "risk.reopen"
    RISK_MORE = "risk.more"
    REMIND_OWNER = "risk.remind"


class RiskCallback(StrEnum):
    """The `callback_id` of each modal."""

    ASSIGN_RISK = "assign_risk"
    SNOOZE_RISK = "snooze_risk"
    CLOSE_RISK = "close_risk"
