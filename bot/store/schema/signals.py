"""What comes from outside about a customer: figures for a period, and what happened. Raw rows, appended, never changed.

They are a record of what sources sent and no part of the ledger, so they have no history of their own: a row says when
it came and by which import, and a later value for the same period is a row with the next version.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint, text

from bot.store.schema.base import loose_ref, metadata, ref, row_id, taken_back_at
from bot.store.types import Clean, Exact, UtcDateTime, bytewise

reading = Table(
    "reading",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    ref("account_id", "account", nullable=False),
    Column("period_start", Date, nullable=False),
    Column("metric", bytewise(120), nullable=False),
    Column("source", bytewise(80), nullable=False),
    # 0 for a period whose length nobody said.
    Column("period_days", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("value", Exact, nullable=False),
    Column("unit", String(60)),
    Column("observed_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    loose_ref("batch_id"),
    taken_back_at(),
    UniqueConstraint(
        "account_id", "period_start", "metric", "source", "period_days", "version", name="uq_reading_version"
    ),
    Index("ix_reading_batch_id", "batch_id"),
)

event = Table(
    "event",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    ref("account_id", "account", nullable=False),
    # A digest of what tells one event of an account from another: its id in the source, or all that the source says.
    Column("key", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", bytewise(120), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("whole_day", Boolean, nullable=False, server_default=text("true")),
    Column("subject", Clean),
    Column("text", Clean),
    Column("source", bytewise(80), nullable=False),
    Column("external_id", String(120)),
    Column("observed_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    loose_ref("batch_id"),
    taken_back_at(),
    UniqueConstraint("account_id", "key", "version"),
    Index("ix_event_account_id_at", "account_id", "at"),
    Index("ix_event_batch_id", "batch_id"),
)
