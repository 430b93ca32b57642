"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class MeetingActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ANSWER = "prompt.answer"
    NOTHING_CHANGED = "prompt.nothing"
    SNOOZE_PROMPT = "prompt.snooze"
    HAND_OVER = "prompt.hand_over"
    MEETING_OFF = "prompt.off"
    EDIT_ANSWER = "answer.edit"
    CONFIRM_ANSWER = "answer.confirm"
    ANSWER_LATE = "answer.late"
    ANSWER_ACCOUNT = "answer.account"
    UNFOLD_ANSWER = "answer.unfold"
    CHOOSE_CHANGE = "draft.change"
    EDIT_DRAFT = "draft.edit"
    SHOW_SERIES = "cadence.kind"
    PAUSE_SERIES = "cadence.pause"
    SAY_OBSTACLE = "prompt.obstacle"
    UNDO_PROMPT = "prompt.undo"
    OPEN_SETTINGS = "settings.open"
    FOLLOW_STATUS = "away.follow"
    PROMPT_COMMIT = "prompt.renewal_commit"
    PROMPT_LIKELY = "prompt.renewal_likely"
    PROMPT_AT_RISK = "prompt.renewal_at_risk"
    PROMPT_UNKNOWN = "prompt.renewal_unknown"


class MeetingCallback(StrEnum):
    """The `callback_id` of each modal."""

    ANSWER = "answer"
    NOTHING_CHANGED = "nothing_changed"
    HAND_OVER = "hand_over"
    CADENCE = "cadence"
    SERIES_PAUSE = "cadence_pause"
    SETTINGS = "settings"
    PROMPT_CALL = "prompt_renewal_call"
