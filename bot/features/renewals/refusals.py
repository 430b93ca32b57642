"""Why something with a renewal cannot be done; `templates/renewals/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class RenewalRefusal(Refusal):
    """The codes with which a call or a result is refused."""

    NO_RENEWAL = "renewals.no_renewal"
    ROLLING = "renewals.rolling"
    HAS_LEFT = "renewals.has_left"
    CALL_MISSING = "renewals.call_missing"
    REASON_MISSING = "renewals.reason_missing"
    FACT_TO_CHANGE_MIND_MISSING = "renewals.fact_to_change_mind_missing"
    VALUE_NO_NUMBER = "renewals.value_no_number"
    VALUE_NOTHING = "renewals.value_nothing"
    MOVED_MISSING = "renewals.moved_missing"
    VALUE_MOVED = "renewals.value_moved"
    NEXT_BEFORE_START = "renewals.next_before_start"
    NEXT_TOO_FAR = "renewals.next_too_far"
    TOO_EARLY = "renewals.too_early"
    NOTICE_NO_NUMBER = "renewals.notice_no_number"
    NO_LINK = "renewals.no_link"
    BECAUSE_MISSING = "renewals.because_missing"
    WORDS_MISSING = "renewals.words_missing"
    LAST_DAY_OUT_OF_RANGE = "renewals.last_day_out_of_range"
    NOT_DUE = "renewals.not_due"
    RESULT_GONE = "renewals.result_gone"
    NOT_YOURS_TO_CONFIRM = "renewals.not_yours_to_confirm"
    BUILT_ON = "renewals.built_on"
