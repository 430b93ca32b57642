"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class SetupActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    FIRST_PORTFOLIO = "setup.portfolio"
    NEW_ACCOUNT = "setup.account"
    TELL_TEAM = "setup.start"
    OPEN_HOME = "home.open"


class SetupCallback(StrEnum):
    """The `callback_id` of each modal."""

    TELL_TEAM = "tell_team"
