"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class RetentionActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    SHOW_RETENTION = "retention.show"
    RETENTION_CURRENCY = "retention.currency"
    SHOW_COHORTS = "retention.cohorts"
    SHOW_LOST = "retention.lost"
    SHOW_COSTS = "retention.costs"
    ENTER_COSTS = "retention.enter"


class RetentionCallback(StrEnum):
    """The `callback_id` of each modal."""

    QUARTER_COSTS = "quarter_costs"
