"""The cadence of meetings, the prompts before them and the answers."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id
from bot.store.types import BigInt, Clean, UtcDateTime, Word

cadence = Table(
    "cadence",
    metadata,
    row_id(),
    of_account(),
    Column("kind", Word(enums.CadenceKind), nullable=False),
    Column("rrule", String(200), nullable=False),
    Column("local_start", String(20), nullable=False),
    Column("tz", String(64), nullable=False),
    Column("lead_hours", Integer, nullable=False, server_default="24"),
    Column("on_holiday", Word(enums.OnHoliday), nullable=False, server_default="stay"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("next_meeting_at", UtcDateTime),
    Column("next_prompt_at", UtcDateTime),
    Index(
        "uq_cadence_active",
        "account_id",
        "kind",
        unique=True,
        postgresql_where=text("active"),
        sqlite_where=text("active"),
    ),
    Index(
        "ix_cadence_due",
        "next_prompt_at",
        postgresql_where=text("active AND next_prompt_at IS NOT NULL"),
        sqlite_where=text("active AND next_prompt_at IS NOT NULL"),
    ),
)

meeting = Table(
    "meeting",
    metadata,
    row_id(),
    of_account(),
    ref("cadence_id", "cadence", nullable=False),
    Column("kind", Word(enums.CadenceKind), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    UniqueConstraint("cadence_id", "starts_at"),
)

prompt = Table(
    "prompt",
    metadata,
    row_id(),
    of_account(),
    ref("workspace_id", "workspace", nullable=False),
    Column("meeting_id", BigInt, ForeignKey("meeting.id"), nullable=False, unique=True),
    ref("member_id", "member", index=True),
    # Who handed it to that member; NULL where nobody did.
    loose_ref("handed_by_id"),
    Column("state", Word(enums.PromptState), nullable=False, server_default="open"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("remind_at", UtcDateTime),
    Column("reminded_at", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index(
        "ix_prompt_open_closes",
        "closes_at",
        postgresql_where=text("state = 'open'"),
        sqlite_where=text("state = 'open'"),
    ),
    Index(
        "ix_prompt_open_remind",
        "remind_at",
        postgresql_where=text("state = 'open' AND reminded_at IS NULL"),
        sqlite_where=text("state = 'open' AND reminded_at IS NULL"),
    ),
)

answer = Table(
    "answer",
    metadata,
    row_id(),
    of_account(),
    Column("meeting_id", BigInt, ForeignKey("meeting.id"), unique=True),
    Column("submission", String(120), nullable=False, unique=True),
    ref("member_id", "member", nullable=False),
    Column("change", Word(enums.Change), nullable=False),
    Column("what_changed", Clean),
    Column("unproven", Clean),
    Column("next_action", Clean),
    Column("decision", Clean),
    Column("decision_of", Word(enums.DecisionOf)),
    Column("moved_evidence", Boolean, nullable=False, server_default=text("false")),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
)

draft = Table(
    "draft",
    metadata,
    row_id(),
    ref("member_id", "member", nullable=False),
    of_account(),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
