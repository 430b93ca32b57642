"""Risks: what the rules found that a person must deal with."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, text

from bot.domain import enums
from bot.store.schema.base import metadata, of_account, ref, row_id
from bot.store.types import Clean, Rank, UtcDateTime, Word

risk = Table(
    "risk",
    metadata,
    row_id(),
    of_account(),
    Column("kind", Word(enums.RiskKind), nullable=False),
    Column("subject", String(80), nullable=False, server_default=""),
    Column("severity", Rank(enums.Severity), nullable=False),
    Column("fact", Clean, nullable=False, server_default=""),
    Column("state", Word(enums.RiskState), nullable=False, server_default="open"),
    Column("opened_at", UtcDateTime, nullable=False),
    ref("owner_id", "member"),
    Column("claimed_at", UtcDateTime),
    Column("remind_manager_at", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("snoozed_why", Clean),
    Column("closed_at", UtcDateTime),
    Column("closed_how", Clean),
    Column("closing", Word(enums.Closing)),
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
