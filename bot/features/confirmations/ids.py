"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class ConfirmationActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ASK_ABOUT_ACCEPTANCE = "acceptance.ask"
    CONFIRM_RIGHT = "confirm.right"
    CONFIRM_CORRECT = "confirm.correct"
    CONFIRM_DISAGREE = "confirm.disagree"
    CONFIRM_TAKE_BACK = "confirm.take_back"
    PERSON_IS = "person.is"
    PERSON_IS_NOT = "person.is_not"


class ConfirmationCallback(StrEnum):
    """The `callback_id` of each modal."""

    ASK_CONFIRMATION = "ask_confirmation"
    ASK_WHO = "ask_who"
    CONFIRM_CORRECT = "confirm_correct"
    CONFIRM_DISAGREE = "confirm_disagree"
    ORGANISATION = "organisation"


OPEN_TO_OUTSIDERS: frozenset[str] = frozenset(
    {
        ConfirmationActionId.CONFIRM_RIGHT,
        ConfirmationActionId.CONFIRM_CORRECT,
        ConfirmationActionId.CONFIRM_DISAGREE,
        ConfirmationActionId.CONFIRM_TAKE_BACK,
        ConfirmationCallback.CONFIRM_CORRECT,
        ConfirmationCallback.CONFIRM_DISAGREE,
    }
)
"""What people of other organisations may press and send; the bot takes nothing else from them."""
