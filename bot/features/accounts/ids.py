"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class AccountActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    OPEN_CARD = "card.open"
    SHARE_CARD = "card.share"
    SHOW_HISTORY = "card.history"
    JUDGE = "card.judge"
    ADD_PROPOSED = "proposal.add"
    DECLINE_PROPOSED = "proposal.decline"


class AccountCallback(StrEnum):
    """The `callback_id` of each modal."""

    NEW_ACCOUNT = "new_account"
    JUDGE = "judge"
    STAGE = "stage"
    TIER = "tier"
