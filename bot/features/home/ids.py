"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class HomeActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    PREVIOUS_ACCOUNTS = "home.previous"
    NEXT_ACCOUNTS = "home.next"
    SHOW_ACCOUNTS = "home.show"
    SORT_ACCOUNTS = "home.sort"
    LOOK_UP_CUSTOMER = "home.find"
    OPEN_TEAM = "team.open"
    HOME_MENU = "home.more"
