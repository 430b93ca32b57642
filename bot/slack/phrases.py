"""What people are told at Slack's edge, whatever they did: the codes that `templates/slack/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class SlackPhrase(Phrase):
    """What a person is told when something cannot be done for no fault of theirs, and an operator at the start."""

    DATABASE_AWAY = "slack/phrases.database_away"
    DATABASE_AWAY_MODAL = "slack/phrases.database_away_modal"
    UNKNOWN = "slack/phrases.unknown"
    LATE = "slack/phrases.late"
    FAILED = "slack/phrases.failed"
    OTHER_WORKSPACES = "slack/phrases.other_workspaces"
