"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class StepActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ANSWER_LOOP = "loop.answer"
    SET_THEME = "loop.theme"
    TELL_CUSTOMER = "loop.told"


class StepCallback(StrEnum):
    """The `callback_id` of each modal."""

    ANSWER_LOOP = "answer_loop"
    TOLD = "told"
    THEME = "theme"
