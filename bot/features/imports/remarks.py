"""What the reader says of a file: why something is left out, and what it assumed. `templates/imports` words each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Remark(StrEnum):
    """The key of a sentence in `templates/imports/remarks.yml`."""

    # Why a cell cannot be taken, and its row with it.
    ACCOUNT_TWICE = "account_twice"
    ACCOUNT_UNKNOWN = "account_unknown"
    ALREADY_ON_LINE = "already_on_line"
    AMOUNT_GAPS = "amount_gaps"
    AMOUNT_MARKS = "amount_marks"
    AMOUNT_MIXED = "amount_mixed"
    AMOUNT_MONTHLY = "amount_monthly"
    AMOUNT_NEGATIVE = "amount_negative"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_WITHOUT_PERIOD = "amount_without_period"
    CURRENCIES_TWO = "currencies_two"
    CURRENCY_DIFFERS = "currency_differs"
    CURRENCY_MISSING = "currency_missing"
    CURRENCY_UNKNOWN = "currency_unknown"
    DATE_EITHER = "date_either"
    DATE_IMPOSSIBLE = "date_impossible"
    DATE_ORDER_DIFFERS = "date_order_differs"
    DATE_TOO_FAR = "date_too_far"
    DATE_UNREADABLE = "date_unreadable"
    DAYS_UNREADABLE = "days_unreadable"
    DIRECTION_MISSING = "direction_missing"
    EMAIL_UNREADABLE = "email_unreadable"
    LINK_UNREADABLE = "link_unreadable"
    EMPTY = "empty"
    EMPTY_ACCOUNT = "empty_account"
    EMPTY_NAME = "empty_name"
    FILE_CUT_OFF = "file_cut_off"
    ID_SHORTENED = "id_shortened"
    INTERVAL_UNKNOWN = "interval_unknown"
    MONTHS_UNREADABLE = "months_unreadable"
    NAME_OF_SEVERAL = "name_of_several"
    NAME_TOO_LONG = "name_too_long"
    NO_CUSTOMER = "no_customer"
    NUMBER_UNREADABLE = "number_unreadable"
    OWNER_AMBIGUOUS = "owner_ambiguous"
    QUOTE_NEVER_CLOSED = "quote_never_closed"
    QUOTES_DO_NOT_FIT = "quotes_do_not_fit"
    ROW_TWICE = "row_twice"
    STATUS_UNKNOWN = "status_unknown"
    TERM_BACKWARDS = "term_backwards"
    TERM_END_MISSING = "term_end_missing"
    TERM_NOT_SIGNED = "term_not_signed"
    TERM_STATE_UNKNOWN = "term_state_unknown"
    TIER_UNKNOWN = "tier_unknown"
    NUMBER_TOO_LARGE = "number_too_large"
    OWNER_IS_GUEST = "owner_is_guest"
    OWNER_LEFT = "owner_left"
    TOO_LONG = "too_long"
    TOO_LONG_TO_BE = "too_long_to_be"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_WIDE = "too_wide"
    WORD_UNKNOWN = "word_unknown"
    # Why a line is no row.
    LINE_FOOTER = "line_footer"
    LINE_GROUP = "line_group"
    LINE_HEADER = "line_header"
    LINE_TOTAL = "line_total"
    # What was assumed or left, for the person to check.
    ACCOUNTS_BY_NAME = "accounts_by_name"
    AMOUNT_OF_TERM = "amount_of_term"
    BLANK_CELLS_FILLED = "blank_cells_filled"
    COLUMN_TRAP_ANNUAL_REVENUE = "column_trap_annual_revenue"
    COLUMN_TRAP_CLOSE_DATE = "column_trap_close_date"
    COLUMN_TRAP_KEYS = "column_trap_keys"
    COLUMN_TRAP_MONTHLY = "column_trap_monthly"
    COLUMN_TRAP_REMINDER = "column_trap_reminder"
    COLUMN_TRAP_TOTAL_VALUE = "column_trap_total_value"
    CURRENCY_ASSUMED = "currency_assumed"
    CURRENCY_OF_COLUMN = "currency_of_column"
    CONTRACTS_DIFFER = "contracts_differ"
    CONTRACTS_NONE = "contracts_none"
    CONTRACTS_OVERLAP = "contracts_overlap"
    DAMAGED = "damaged"
    DATES_AHEAD = "dates_ahead"
    DATES_ASSUMED = "dates_assumed"
    DATES_MIXED = "dates_mixed"
    DATES_OF_COLUMN = "dates_of_column"
    DATES_OF_SPREADSHEET = "dates_of_spreadsheet"
    DATES_PASSED = "dates_passed"
    DATES_REVERSED = "dates_reversed"
    DATES_PARTIAL = "dates_partial"
    DATES_UNKNOWN = "dates_unknown"
    DATES_UNDECIDED = "dates_undecided"
    ENCODING_GUESSED = "encoding_guessed"
    ENDS_ARE_LAST_DAYS = "ends_are_last_days"
    HEADER_BELOW = "header_below"
    HEADER_NEAR = "header_near"
    HEADER_TWICE = "header_twice"
    HEADER_RIVALS = "header_rivals"
    KINDS_UNKNOWN = "kinds_unknown"
    LINES_LEFT_OUT = "lines_left_out"
    NAMESAKES = "namesakes"
    NOTICE_UNREADABLE = "notice_unreadable"
    OWNERS_NOBODY = "owners_nobody"
    OWNERS_SEVERAL = "owners_several"
    PARTS_UNKNOWN = "parts_unknown"
    SHEET_CHOSEN = "sheet_chosen"
    SHORTENED_AMOUNTS = "shortened_amounts"
    SIGN_GUESSED = "sign_guessed"
    SIGNALS_COUNT_NOTHING = "signals_count_nothing"
    START_OF_SALE = "start_of_sale"
    TIMES_QUANTITY = "times_quantity"
    UNIT_OF_HEADER = "unit_of_header"
    VERSIONS_ADDED = "versions_added"
    WITHOUT_PORTFOLIO = "without_portfolio"
    YES_NO_UNKNOWN = "yes_no_unknown"
    # Why something stays when an import is undone.
    STAYS_CHANGED = "stays_changed"
    STAYS_GONE = "stays_gone"
    STAYS_LATER_IMPORT = "stays_later_import"
    STAYS_MOVED_ON = "stays_moved_on"
    STAYS_NAMED = "stays_named"
    STAYS_REFUSED = "stays_refused"
    # Why a header became a field, or stays unused.
    BY_BRACKETS = "by_brackets"
    BY_EXACT_NAME = "by_exact_name"
    BY_FALLBACK = "by_fallback"
    BY_LABEL = "by_label"
    BY_LOOKUP = "by_lookup"
    BY_MAPPING = "by_mapping"
    BY_PAIR = "by_pair"
    BY_UNIT = "by_unit"
    UNUSED_RIVAL = "unused_rival"
    UNUSED_TOLD = "unused_told"
    UNUSED_TRAP = "unused_trap"
    UNUSED_UNKNOWN = "unused_unknown"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say, as a fact: the key of its sentence, and what the sentence names."""

    remark: Remark
    facts: Mapping[str, Any] = field(default_factory=dict)


def note(remark: Remark, /, **facts: Any) -> Note:
    """`Note(remark, facts)`, as it is mostly written."""
    return Note(remark, facts)


class Unreadable(ValueError):
    """A cell that cannot be taken as it stands; `note` is the reason, for the person who exported it."""

    def __init__(self, remark: Remark, /, **facts: Any) -> None:
        super().__init__(remark.value)
        self.note = Note(remark, facts)
