"""Why something in actions cannot be done; `templates/actions/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class ActionRefusal(Refusal):
    """The codes with which an action on a loop is refused."""

    ANSWER_MISSING = "actions.answer_missing"
    CUSTOMER_TOLD_ALREADY = "actions.customer_told_already"
    WORDS_USED_MISSING = "actions.words_used_missing"
    CLOSED_ALREADY = "actions.closed_already"
    THEME_MISSING = "actions.theme_missing"
    THEME_NOT_CHOSEN = "actions.theme_not_chosen"
    DROPPED_ALREADY = "actions.dropped_already"
    DROPPED_WITHOUT_REASON = "actions.dropped_without_reason"
    DAY_PASSED = "actions.day_passed"
    SAME_DAY = "actions.same_day"
    COLLEAGUE_HAS_IT = "actions.colleague_has_it"
