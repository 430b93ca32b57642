"""Why something in slack cannot be done; `templates/slack/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class SlackRefusal(Refusal):
    SENDER_NOT_A_MEMBER = "slack.sender_not_a_member"
    OUTSIDERS_ONLY = "slack.outsiders_only"
    OUTSIDER_UNKNOWN = "slack.outsider_unknown"
    NOT_INSTALLED = "slack.not_installed"
    SENDER_UNKNOWN = "slack.sender_unknown"
    STALE = "slack.stale"
    INPUT_EMPTY = "slack.input_empty"
    DAY_MISSING = "slack.day_missing"
    DAY_AMBIGUOUS = "slack.day_ambiguous"
    CHANNEL_SHARED = "slack.channel_shared"
    CHANNEL_UNSEEN = "slack.channel_unseen"
    READERS_UNSEEN = "slack.readers_unseen"
    READERS_UNKNOWN = "slack.readers_unknown"
    SURVEY_RUNNING = "slack.survey_running"
    FILES_NOT_ALLOWED = "slack.files_not_allowed"
    FILE_TOO_LARGE = "slack.file_too_large"
    FILE_NOT_READ = "slack.file_not_read"
    FILE_NOT_SENT = "slack.file_not_sent"
    FILES_NOT_SENT_WITHOUT = "slack.files_not_sent_without"
