"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class AccountActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    OPEN_CARD = "card.open"
    CARD_MORE = "card.more"
    SHARE_CARD = "card.share"
    SHOW_HISTORY = "card.history"
    JUDGE = "card.judge"
    ASK_FOR_PLAN = "plan.ask"
    OLDER_HISTORY = "history.older"
    NEWER_HISTORY = "history.newer"
    ADD_PROPOSED = "proposal.add"
    DECLINE_PROPOSED = "proposal.decline"


class AccountCallback(StrEnum):
    """The `callback_id` of each modal."""

    NEW_ACCOUNT = "new_account"
    JUDGE = "judge"
    STAGE = "stage"
    TIER = "tier"
