"""Digests: what was told of a portfolio, and when."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table, UniqueConstraint

from bot.store.schema.base import metadata, ref, row_id
from bot.store.types import UtcDateTime

digest = Table(
    "digest",
    metadata,
    row_id(),
    ref("portfolio_id", "portfolio", nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("figures", JSON, nullable=False),
    UniqueConstraint("portfolio_id", "due_at"),
)
