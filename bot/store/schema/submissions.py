"""What came in from Slack and has been done, so that a second delivery of it does nothing."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, UniqueConstraint

from bot.store.schema.base import metadata, ref, row_id
from bot.store.types import BigInt, UtcDateTime, bytewise

submission = Table(
    "submission",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    Column("key", bytewise(200), nullable=False),
    Column("content", String(64), nullable=False),
    Column("result", BigInt),
    Column("at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("workspace_id", "key"),
)
