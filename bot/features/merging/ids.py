"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class MergingActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    UNDO_MERGE = "account.unmerge"


class MergingCallback(StrEnum):
    """The `callback_id` of each modal."""

    MERGE = "account_merge"
    MERGE_PREVIEW = "account_merge_preview"
