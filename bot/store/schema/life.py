"""What happens to accounts and to those who have them: days away, and accounts that were merged."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Table, text

from bot.store.schema.base import metadata, ref, row_id
from bot.store.types import UtcDateTime

absence = Table(
    "absence",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    ref("member_id", "member", nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    # When the member was told what had happened; until then the clock waits for `until_at`.
    Column("told_at", UtcDateTime),
    # It came from their Slack status, and ends with it.
    Column("from_status", Boolean, nullable=False, server_default=text("false")),
    Index("ix_absence_member_id_until_at", "member_id", "until_at"),
    Index(
        "ix_absence_waiting",
        "until_at",
        postgresql_where=text("told_at IS NULL"),
        sqlite_where=text("told_at IS NULL"),
    ),
)

account_merge = Table(
    "account_merge",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    # The account that stays, and the one that went into it.
    ref("account_id", "account", nullable=False, index=True),
    ref("merged_id", "account", nullable=False),
    Column("at", UtcDateTime, nullable=False),
    ref("member_id", "member", nullable=False),
    # Which rows went over, by table, and what they and the two accounts were before.
    Column("moved", JSON, nullable=False),
    Column("undone_at", UtcDateTime),
    ref("undone_by", "member"),
    Index(None, "workspace_id", "at"),
)
