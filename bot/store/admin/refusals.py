"""Why an operator cannot copy a database or forget somebody; `templates/admin/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class AdminRefusal(Refusal):
    """The codes with which a database is left as it is."""

    POSTGRESQL_HAS_ITS_OWN = "admin.postgresql_has_its_own"
    NO_DATABASE = "admin.no_database"
    BACKUP_EXISTS = "admin.backup_exists"
    BACKUP_FAILED = "admin.backup_failed"
    TARGET_NOT_EMPTY = "admin.target_not_empty"
    ROW_DOES_NOT_FIT = "admin.row_does_not_fit"
    SOURCE_BEHIND = "admin.source_behind"
    COPY_DIFFERS = "admin.copy_differs"
    SOURCE_BUSY = "admin.source_busy"
    BOT_RUNS = "admin.bot_runs"
    NO_ACCOUNT = "admin.no_account"
    STILL_IN_SLACK = "admin.still_in_slack"
    NOBODY_CALLED = "admin.nobody_called"
    SEVERAL_CALLED = "admin.several_called"
