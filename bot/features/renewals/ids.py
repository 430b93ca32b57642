"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class RenewalActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    SHOW_RENEWAL = "renewal.show"
    CALL_COMMIT = "renewal.commit"
    CALL_LIKELY = "renewal.likely"
    CALL_AT_RISK = "renewal.at_risk"
    CALL_UNKNOWN = "renewal.unknown"
    CHANGE_CALL = "renewal.change"
    RENEWED = "renewal.renewed"
    LEFT = "renewal.left"
    STILL_OPEN = "renewal.still_open"
    CONFIRM_RENEWED = "renewal.confirm"
    REFUSE_RENEWED = "renewal.refuse"


class RenewalCallback(StrEnum):
    """The `callback_id` of each modal."""

    CALL = "renewal_call"
    RENEWED = "renewal_renewed"
    LEFT = "renewal_left"
