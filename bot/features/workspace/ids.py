"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class WorkspaceActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    CHOOSE_OWNER = "imported_owner.choose"
    NO_SUCH_OWNER = "imported_owner.nobody"


class WorkspaceCallback(StrEnum):
    """The `callback_id` of each modal."""

    CHOOSE_OWNER = "choose_imported_owner"
