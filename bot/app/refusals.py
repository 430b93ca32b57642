"""Why a use case cannot be done: the codes that features share.

Each feature has its own codes in its `refusals.py`, and their wording in `templates/<feature>/refusals.yml`.
"""

from __future__ import annotations

from bot.domain.refusal import Refusal


class AppRefusal(Refusal):
    """Refusals that several features share."""

    NO_SUCH_ACCOUNT = "app.no_such_account"
    OUTCOME_OF_ANOTHER_ACCOUNT = "app.outcome_of_another_account"
    NOT_A_MEMBER = "app.not_a_member"
    NOT_YOUR_ACCOUNT = "app.not_your_account"
    NOT_YOUR_PORTFOLIO = "app.not_your_portfolio"
    DAY_NOT_OVER = "app.day_not_over"
    ACCOUNT_NOT_HERE_YET = "app.account_not_here_yet"
    TIME_ZONE_UNKNOWN = "app.time_zone_unknown"
    ASKED_ONCE_IS_OVER = "app.asked_once_is_over"
    CHANGED_MEANWHILE = "app.changed_meanwhile"
    SUBMITTED_DIFFERENTLY = "app.submitted_differently"
    PERSON_OF_ANOTHER_ACCOUNT = "app.person_of_another_account"
    DAY_UNREADABLE = "app.day_unreadable"
    DAY_OUT_OF_RANGE = "app.day_out_of_range"
    DAY_STILL_TO_COME = "app.day_still_to_come"
    DAY_HAS_PASSED = "app.day_has_passed"
    BEFORE_CONTRACT_START = "app.before_contract_start"
    DAYS_REVERSED = "app.days_reversed"
    CURRENCY_UNKNOWN = "app.currency_unknown"
    MONEY_TOO_LARGE = "app.money_too_large"
    NOTHING_TO_TAKE_BACK = "app.nothing_to_take_back"
    LINK_NOT_OPENABLE = "app.link_not_openable"
    LINK_SHORTENED = "app.link_shortened"
    FILE_TOO_LARGE = "app.file_too_large"
    FILE_EMPTY = "app.file_empty"
    FILE_NOT_READ = "app.file_not_read"
    FILE_GONE = "app.file_gone"
    OWN_RECORD = "app.own_record"
    OWN_ACCOUNT = "app.own_account"
    HAD_THE_ACCOUNT = "app.had_the_account"
    NOTHING_TO_OPEN = "app.nothing_to_open"
    NOT_SHOWN_WITHOUT_WORDS = "app.not_shown_without_words"
    COLLEAGUE_NOT_A_MEMBER = "app.colleague_not_a_member"
