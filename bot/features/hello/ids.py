"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class HelloActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    WHAT_I_CAN_DO = "hello.help"
