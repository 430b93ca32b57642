"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class PlanActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    OPEN_PLAN = "plan.open"
    ADD_OUTCOME = "plan.outcome"
    ADD_PERSON = "plan.person"
    PEOPLE = "plan.people"
    PEOPLE_PAGE = "plan.people_page"
    PERSON_MENU = "person.menu"
    UNDO_LEFT = "person.undo_left"
    ADD_OBSTACLE = "plan.obstacle"
    ADD_PROMISE = "plan.promise"
    FIRST_WIN = "plan.first_win"
    WOULD_BREAK = "plan.would_break"
    SETTLE_PLAN = "plan.settle"
    THEY_AGREED = "plan.agreed"
    OPEN_WOULD_BREAK_FILE = "would_break.file"
    REVIEW_RETIREMENT = "retire.review"
    AGREE_RETIREMENT = "retire.agree"
    KEEP_COUNTING = "retire.keep"


class PlanCallback(StrEnum):
    """The `callback_id` of each modal."""

    OUTCOME = "outcome"
    OUTCOME_AGAIN = "outcome_again"
    BASELINE = "baseline"
    BASELINE_AGAIN = "baseline_again"
    OUTCOME_DETAILS = "outcome_details"
    AGREEMENT = "agreement"
    OUTCOME_OWNER = "outcome_owner"
    PERSON = "person"
    EDIT_PERSON = "edit_person"
    PERSON_LEFT = "person_left"
    PERSON_BACK = "person_back"
    OBSTACLE = "obstacle"
    PROMISE = "promise"
    FIRST_WIN = "first_win"
    WOULD_BREAK = "would_break"
    SHOWS = "outcome_shows"
    SETTLE_PLAN = "settle_plan"
