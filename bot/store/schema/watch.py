"""What is watched and reported: risks, digests and the history of every change."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, String, Table, UniqueConstraint, text

from bot.domain import words
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id
from bot.store.types import BigInt, Clean, Rank, UtcDateTime, Word

risk = Table(
    "risk",
    metadata,
    row_id(),
    of_account(),
    Column("kind", Word(words.RiskKind), nullable=False),
    Column("subject", String(80), nullable=False, server_default=""),
    Column("severity", Rank(words.Severity), nullable=False),
    Column("fact", Clean, nullable=False, server_default=""),
    Column("state", Word(words.RiskState), nullable=False, server_default="open"),
    Column("opened_at", UtcDateTime, nullable=False),
    ref("owner_id", "member"),
    Column("claimed_at", UtcDateTime),
    Column("remind_manager_at", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("snoozed_why", Clean),
    Column("closed_at", UtcDateTime),
    Column("closed_how", Clean),
    Index(
        "uq_risk_open",
        "account_id",
        "kind",
        "subject",
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
        sqlite_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_risk_unclaimed",
        "remind_manager_at",
        postgresql_where=text("remind_manager_at IS NOT NULL"),
        sqlite_where=text("remind_manager_at IS NOT NULL"),
    ),
)

digest = Table(
    "digest",
    metadata,
    row_id(),
    ref("portfolio_id", "portfolio", nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("figures", JSON, nullable=False),
    UniqueConstraint("portfolio_id", "due_at"),
)

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
