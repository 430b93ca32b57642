"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class MorningActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    MORNING_MENU = "morning.more"
    ALL_MEETINGS = "morning.all"
    MEETING_MENU = "prompt.more"
    TICK_TODO = "todo.done"
    MOVE_TODOS = "todo.move"
    HELD_RISK_MENU = "morning.risk"
