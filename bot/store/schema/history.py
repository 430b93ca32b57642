"""History: who changed what, from what to what."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, String, Table

from bot.store.schema.base import loose_ref, metadata, ref, row_id
from bot.store.types import BigInt, Clean, UtcDateTime

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
    Index("ix_history_account_id_id", "account_id", "id"),
)
