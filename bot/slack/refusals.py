"""Why something in slack cannot be done; `templates/slack/refusals.yml` words each."""

from __future__ import annotations

from bot.app.refusals import Refusal


class SlackRefusal(Refusal):
    SENDER_NOT_A_MEMBER = "slack.sender_not_a_member"
    NOT_INSTALLED = "slack.not_installed"
    SENDER_UNKNOWN = "slack.sender_unknown"
    TOPIC_WITHOUT_ACCOUNT = "slack.topic_without_account"
    TOPIC_UNKNOWN = "slack.topic_unknown"
    ACCOUNT_MISSING = "slack.account_missing"
    DATE_UNREADABLE = "slack.date_unreadable"
    NO_PART_OF_ANSWER = "slack.no_part_of_answer"
    LABEL_UNKNOWN = "slack.label_unknown"
    LABEL_TWICE = "slack.label_twice"
    LABEL_EMPTY = "slack.label_empty"
    STALE = "slack.stale"
    INPUT_EMPTY = "slack.input_empty"
    DAY_MISSING = "slack.day_missing"
