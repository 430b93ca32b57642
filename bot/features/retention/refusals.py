"""Why something in retention cannot be done; `templates/retention/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class RetentionRefusal(Refusal):
    """The codes with which a question about retention is refused."""

    QUARTER_UNREADABLE = "retention.quarter_unreadable"
    QUARTER_TO_COME = "retention.quarter_to_come"
    DAY_UNREADABLE = "retention.day_unreadable"
    WINDOW_REVERSED = "retention.window_reversed"
    WINDOW_TO_COME = "retention.window_to_come"
    PORTFOLIO_UNKNOWN = "retention.portfolio_unknown"
    NOT_AN_ADMIN = "retention.not_an_admin"
    COSTS_CHANGED = "retention.costs_changed"
    COSTS_EMPTY = "retention.costs_empty"
    CURRENCY_UNKNOWN = "retention.currency_unknown"
    MARGIN_UNREADABLE = "retention.margin_unreadable"
    COST_UNREADABLE = "retention.cost_unreadable"
    COST_CURRENCY = "retention.cost_currency"
    NOT_JSON = "retention.not_json"
    NO_CASES = "retention.no_cases"
    CASE_NOT_AN_OBJECT = "retention.case_not_an_object"
    CASE_ID_MISSING = "retention.case_id_missing"
    CASE_ID_TWICE = "retention.case_id_twice"
    CASE_DAY = "retention.case_day"
    CASE_REVERSED = "retention.case_reversed"
    CASE_ROWS = "retention.case_rows"
    CASE_SETTING_UNKNOWN = "retention.case_setting_unknown"
    CASE_SETTING_VALUE = "retention.case_setting_value"
    CASE_MAPPING_CIRCLE = "retention.case_mapping_circle"
    ROW_NOT_AN_OBJECT = "retention.row_not_an_object"
    ROW_TEXT = "retention.row_text"
    ROW_DAY = "retention.row_day"
    ROW_ENDS_FIRST = "retention.row_ends_first"
    ROW_AMOUNT = "retention.row_amount"
    ROW_MONTHS = "retention.row_months"
