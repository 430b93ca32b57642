"""Why something in exports cannot be done; `templates/exports/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class ExportRefusal(Refusal):
    """The codes with which an export is refused."""

    SCHEMA_BEHIND = "exports.schema_behind"
    NO_EXPORT = "exports.no_export"
    EXPORT_TOO_NEW = "exports.export_too_new"
    TABLE_UNKNOWN = "exports.table_unknown"
    COLUMNS_UNKNOWN = "exports.columns_unknown"
    VALUE_UNREADABLE = "exports.value_unreadable"
    LINE_NO_OBJECT = "exports.line_no_object"
    ROWS_MISSING = "exports.rows_missing"
