"""Files that people have dropped into the bot's messages, from the drop until it is decided what becomes of them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, String, Table, UniqueConstraint

from bot.store.schema.base import loose_ref, metadata, ref, row_id
from bot.store.types import Clean, Key, UtcDateTime

dropped_file = Table(
    "dropped_file",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    Column("slack_id", Key, nullable=False),
    Column("shared_ts", Key, nullable=False),
    ref("uploader_id", "member", nullable=False),
    Column("kind", String(40), nullable=False),
    Column("name", Clean, nullable=False),
    Column("sha256", String(64)),
    Column("content", LargeBinary),
    Column("state", String(40), nullable=False, index=True),
    Column("shown", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    ref("decided_by", "member"),
    loose_ref("batch_id"),
    UniqueConstraint("workspace_id", "slack_id", "shared_ts"),
)
