"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class GapActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    SHOW_GAPS = "gap.list"
    EDIT_GAP = "gap.edit"
    CLOSE_GAP = "gap.close"
    GAP_MENU = "gap.menu"
    UNDO_GAP = "gap.undo"


class GapCallback(StrEnum):
    """The `callback_id` of each modal."""

    EDIT_GAP = "edit_gap"
    CLOSE_GAP = "close_gap"
    MOVE_GAP = "move_gap"
    HAND_GAP = "hand_gap"
