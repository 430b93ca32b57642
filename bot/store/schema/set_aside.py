"""What the clock has set aside because its work raised an exception, and when it is tried again."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, UniqueConstraint

from bot.store.schema.base import metadata, ref, row_id
from bot.store.types import BigInt, Key, UtcDateTime

set_aside = Table(
    "set_aside",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", index=True),
    Column("job", Key, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("unit_id", BigInt, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("reference", String(40), nullable=False),
    Column("told_at", UtcDateTime),
    UniqueConstraint("job", "kind", "unit_id"),
)
