"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class PlanActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    ADD_OUTCOME = "plan.outcome"
    ADD_PERSON = "plan.person"
    ADD_OBSTACLE = "plan.obstacle"
    ADD_PROMISE = "plan.promise"
    FIRST_WIN = "plan.first_win"
    WOULD_BREAK = "plan.would_break"
    SETTLE_PLAN = "plan.settle"


class PlanCallback(StrEnum):
    """The `callback_id` of each modal."""

    OUTCOME = "outcome"
    BASELINE = "baseline"
    OUTCOME_OWNER = "outcome_owner"
    PERSON = "person"
    OBSTACLE = "obstacle"
    PROMISE = "promise"
    FIRST_WIN = "first_win"
    WOULD_BREAK = "would_break"
    SHOWS = "outcome_shows"
    SETTLE_PLAN = "settle_plan"
