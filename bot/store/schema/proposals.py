"""Accounts that somebody proposed who may not add them: what was typed, and what became of it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Table

from bot.store.schema.base import metadata, ref, row_id
from bot.store.types import Clean, UtcDateTime

proposal = Table(
    "proposal",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False, index=True),
    ref("proposer_id", "member", nullable=False),
    ref("portfolio_id", "portfolio"),
    Column("name", Clean, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    ref("decided_by", "member"),
    Column("added", Boolean),
)
