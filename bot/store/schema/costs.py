"""What an admin says of a quarter's costs: appended and never changed, the newest version counts."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table, UniqueConstraint

from bot.store.schema.base import metadata, ref, row_id
from bot.store.types import BigInt, UtcDateTime

quarter_cost = Table(
    "quarter_cost",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    # The first day of a calendar quarter.
    Column("quarter", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("version", Integer, nullable=False),
    # In hundredths of a percent.
    Column("gross_margin", Integer),
    Column("retention_minor", BigInt),
    Column("acquisition_minor", BigInt),
    ref("entered_by", "member", nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    UniqueConstraint("workspace_id", "quarter", "currency", "version"),
)
"""Gross margin, retention cost and acquisition cost of a quarter, for LTV and CRC:CAC."""
