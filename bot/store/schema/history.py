"""History: who changed what, from what to what; and the imports that changed much at once."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, text

from bot.store.schema.base import loose_ref, metadata, ref, row_id
from bot.store.types import BigInt, Clean, UtcDateTime

ACTS = "member_id IS NOT NULL AND entity IN ('cadence', 'prompt', 'risk')"
"""The lines that tell what people did with their meetings and risks: few of all, and counted for the manager."""
OF_ACCOUNTS = "entity = 'account'"
"""The lines on accounts themselves: they say in which portfolio and tier one was on a day."""

MOVES = "entity IN ('account', 'outcome', 'promise', 'person') AND surface <> 'clock'"
"""The lines that tell what people and files did with accounts, their people, and what was promised to them."""

history = Table(
    "history",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    loose_ref("account_id"),
    Column("at", UtcDateTime, nullable=False),
    loose_ref("member_id"),
    Column("surface", String(40), nullable=False),
    Column("entity", String(40), nullable=False),
    Column("entity_id", BigInt, nullable=False),
    Column("before", JSON),
    Column("after", JSON, nullable=False),
    Column("why", Clean),
    loose_ref("batch_id"),
    Index("ix_history_account_id_id", "account_id", "id"),
    Index(
        "ix_history_acts",
        "workspace_id",
        "at",
        postgresql_where=text(ACTS),
        sqlite_where=text(ACTS),
    ),
    Index(
        "ix_history_moves",
        "workspace_id",
        "at",
        postgresql_where=text(MOVES),
        sqlite_where=text(MOVES),
    ),
    Index(
        "ix_history_of_accounts",
        "workspace_id",
        "at",
        postgresql_where=text(OF_ACCOUNTS),
        sqlite_where=text(OF_ACCOUNTS),
    ),
    Index(
        "ix_history_batch_id",
        "batch_id",
        postgresql_where=text("batch_id IS NOT NULL"),
        sqlite_where=text("batch_id IS NOT NULL"),
    ),
)

import_batch = Table(
    "import_batch",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("file", Clean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    loose_ref("member_id"),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("totals", JSON, nullable=False),
    Column("undone_at", UtcDateTime),
    loose_ref("undone_by"),
)
