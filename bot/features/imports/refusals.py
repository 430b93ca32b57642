"""Why something in imports cannot be done; `templates/imports/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class ImportRefusal(Refusal):
    """The codes with which an import is refused."""

    WORD_PAIR_UNREADABLE = "imports.word_pair_unreadable"
    COLUMN_MISSING = "imports.column_missing"
    HEADER_MISSING = "imports.header_missing"
    MAP_PAIR_UNREADABLE = "imports.map_pair_unreadable"
    FIELD_UNKNOWN = "imports.field_unknown"
    COLUMN_UNKNOWN = "imports.column_unknown"
    FIELD_MAPPED_TWICE = "imports.field_mapped_twice"
    READINGS_WIDE = "imports.readings_wide"
    NO_TEXT = "imports.no_text"
    FILE_EMPTY = "imports.file_empty"
    NOT_A_TABLE = "imports.not_a_table"
    ENCODING_UNKNOWN = "imports.encoding_unknown"
    ENCODING_WRONG = "imports.encoding_wrong"
    DELIMITER_UNREADABLE = "imports.delimiter_unreadable"
    CURRENCY_UNREADABLE = "imports.currency_unreadable"
    CURRENCY_MISSING = "imports.currency_missing"
    ACCOUNT_COLUMN_MISSING = "imports.account_column_missing"
    WRITTEN_MEANWHILE = "imports.written_meanwhile"
    BATCH_UNKNOWN = "imports.batch_unknown"
    BATCH_UNDONE = "imports.batch_undone"
    ONLY_ADMINS = "imports.only_admins"
    DECIDED = "imports.decided"
    KIND_CHANGED = "imports.kind_changed"
    KIND_UNKNOWN = "imports.kind_unknown"
    NOT_IMPORTED = "imports.not_imported"
    BROKE = "imports.broke"
    TOO_MANY_FILES = "imports.too_many_files"
    NO_ROWS = "imports.no_rows"
    NO_ROW_TAKEN = "imports.no_row_taken"
    NO_WORKSPACE = "imports.no_workspace"
    WORKSPACE_NOT_CHOSEN = "imports.workspace_not_chosen"
