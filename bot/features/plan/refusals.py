"""Why something in plan cannot be done; `templates/plan/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class PlanRefusal(Refusal):
    BASELINE_IN_FUTURE = "plan.baseline_in_future"
    AGREED_BY_A_STRANGER = "plan.agreed_by_a_stranger"
    PROMISE_OF_ANOTHER = "plan.promise_of_another"
    SHELF_LIFE_OUT_OF_RANGE = "plan.shelf_life_out_of_range"
    NOBODY_NAMED = "plan.nobody_named"
    OWNER_HAS_LEFT = "plan.owner_has_left"
    RETIREMENT_WITHOUT_REASON = "plan.retirement_without_reason"
    BASELINE_NO_NUMBER = "plan.baseline_no_number"
    NO_NUMBER = "plan.no_number"
    BAND_MISSING = "plan.band_missing"
    BAND_REVERSED = "plan.band_reversed"
    WORTH_UNREADABLE = "plan.worth_unreadable"
    TITLE_MISSING = "plan.title_missing"
    DIRECTION_MISSING = "plan.direction_missing"
    PERSON_WITHOUT_NAME = "plan.person_without_name"
    PLAN_EMPTY = "plan.plan_empty"
    OBSTACLE_MISSING = "plan.obstacle_missing"
    PROMISE_MISSING = "plan.promise_missing"
    PROMISE_STATE_MISSING = "plan.promise_state_missing"
    TOLD_CUSTOMER_MISSING = "plan.told_customer_missing"
    WOULD_BREAK_MISSING = "plan.would_break_missing"
    WOULD_BREAK_BY_MISSING = "plan.would_break_by_missing"
    WOULD_BREAK_IN_FUTURE = "plan.would_break_in_future"
    WOULD_BREAK_BY_LEFT = "plan.would_break_by_left"
    NO_LINK = "plan.no_link"
    FIRST_WIN_IN_FUTURE = "plan.first_win_in_future"
    FIRST_WIN_WORDS_MISSING = "plan.first_win_words_missing"
    NOT_OF_THE_ACCOUNT = "plan.not_of_the_account"
