"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class HandoverActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    EDIT_ACCOUNT = "account.edit"
    GIVE_ACCOUNT = "account.choose_owner"
    TAKE_ACCOUNT_BACK = "account.take_back"


class HandoverCallback(StrEnum):
    """The `callback_id` of each modal."""

    EDIT_ACCOUNT = "account_edit"
    GIVE_ACCOUNT = "account_owner"
    LEAVER = "account_leaver"
    LEAVER_PREVIEW = "account_leaver_preview"
