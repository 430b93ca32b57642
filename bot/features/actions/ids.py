"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class StepActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ANSWER_LOOP = "loop.answer"
    SET_THEME = "loop.theme"
    TELL_CUSTOMER = "loop.told"
    STEP_DONE = "step.done"
    STEP_MENU = "step.menu"
    UNDO_STEP = "step.undo"
    SHOW_STEPS = "step.list"


class StepCallback(StrEnum):
    """The `callback_id` of each modal."""

    ANSWER_LOOP = "answer_loop"
    TOLD = "told"
    THEME = "theme"
    DROP_STEP = "drop_step"
    MOVE_STEP = "move_step"
    HAND_STEP = "hand_step"
