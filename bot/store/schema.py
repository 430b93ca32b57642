"""The tables of the ledger. Words are DESIGN's; columns are the fields of `bot.domain.model`.

Every row belongs to a workspace, directly or through its account. Delivery's tables are in `bot.store.delivery`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.domain import words
from bot.store.types import BigInt, Clean, Exact, Key, Rank, UtcDateTime, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", BigInt, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = True, index: bool = False) -> Column[int]:
    return Column(name, BigInt, ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def _account() -> Column[int]:
    return _ref("account_id", "account", nullable=False, index=True)


def _by_id(name: str) -> Column[int]:
    """A reference kept without a constraint, where two tables would otherwise need each other to exist first."""
    return Column(name, BigInt)


workspace = Table(
    "workspace",
    metadata,
    _id(),
    Column("team_id", String(20), nullable=False, unique=True),
    Column("name", Clean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

member = Table(
    "member",
    metadata,
    _id(),
    _ref("workspace_id", "workspace", nullable=False),
    Column("slack_id", String(20)),
    Column("name", Clean, nullable=False),
    Column("email", Clean),
    Column("tz", String(64), nullable=False, server_default="UTC"),
    Column("is_admin", Boolean, nullable=False, server_default=text("false")),
    Column("is_guest", Boolean, nullable=False, server_default=text("false")),
    Column("is_deactivated", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("workspace_id", "slack_id"),
    Index("ix_member_workspace_id_name", "workspace_id", "name"),
)

portfolio = Table(
    "portfolio",
    metadata,
    _id(),
    _ref("workspace_id", "workspace", nullable=False),
    Column("name", Clean, nullable=False),
    Column("channel", String(20)),
    _ref("manager_id", "member"),
    Column("digest_weekday", Integer, nullable=False, server_default="0"),
    Column("digest_time", String(5), nullable=False, server_default="09:00"),
    Column("tz", String(64), nullable=False, server_default="UTC"),
    Column("next_digest_at", UtcDateTime, index=True),
    Column("product_channel", String(20)),
    Column("go_to_market_channel", String(20)),
    Column("band_currency", String(3)),
    Column("high_touch_from_minor", BigInt),
    Column("low_touch_from_minor", BigInt),
    Column("high_touch_load", Integer),
    Column("low_touch_load", Integer),
    Column("channel_lost_at", UtcDateTime),
    UniqueConstraint("workspace_id", "name"),
)

account = Table(
    "account",
    metadata,
    _id(),
    _ref("workspace_id", "workspace", nullable=False),
    _ref("portfolio_id", "portfolio", index=True),
    Column("slug", Key, nullable=False),
    Column("name", Clean, nullable=False),
    Column("external_id", String(120)),
    Column("status", Word(words.AccountStatus), nullable=False, server_default="customer"),
    Column("arr_minor", BigInt),
    Column("currency", String(3)),
    Column("tier", Word(words.Tier), nullable=False, server_default="high_touch"),
    Column("tier_reason", Clean),
    Column("stage", Word(words.Stage), nullable=False, server_default="setup"),
    Column("stage_since", Date),
    Column("stage_reason", Clean),
    Column("contract_start", Date),
    Column("renewal_date", Date),
    _ref("owner_id", "member", index=True),
    _ref("deputy_id", "member", index=True),
    Column("relationship", Word(words.Relationship)),
    Column("first_win_on", Date),
    Column("first_win", Clean),
    Column("packet_accepted_on", Date),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("workspace_id", "slug"),
    UniqueConstraint("workspace_id", "external_id"),
)

account_word = Table(
    "account_word",
    metadata,
    _id(),
    _account(),
    _ref("workspace_id", "workspace", nullable=False),
    Column("word", Key, nullable=False),
    Column("is_alias", Boolean, nullable=False, server_default=text("false")),
    Index("ix_account_word_workspace_id_word", "workspace_id", "word"),
)

person = Table(
    "person",
    metadata,
    _id(),
    _account(),
    Column("name", Clean, nullable=False),
    Column("part", Word(words.Part), nullable=False),
    Column("title", Clean),
    Column("email", Clean),
    Column("left_on", Date),
)

promise = Table(
    "promise",
    metadata,
    _id(),
    _account(),
    Column("text", Clean, nullable=False),
    Column("promised_on", Date),
    Column("promised_by", Clean),
    _ref("promised_to", "person"),
    Column("due_on", Date),
    Column("state", Word(words.PromiseState), nullable=False, server_default="open"),
    Column("settled_on", Date),
    Column("settled_why", Clean),
    Column("last_mentioned_on", Date),
)

outcome = Table(
    "outcome",
    metadata,
    _id(),
    _account(),
    Column("title", Clean, nullable=False),
    Column("kind", Word(words.OutcomeKind), nullable=False, server_default="numeric"),
    Column("metric", Clean),
    Column("unit", Clean),
    Column("direction", Word(words.Direction)),
    Column("baseline", Exact),
    Column("baseline_on", Date),
    _ref("baseline_agreed_by", "person"),
    Column("target", Exact),
    Column("band_low", Exact),
    Column("band_high", Exact),
    Column("due_on", Date),
    _ref("owner_person_id", "person"),
    Column("shelf_life_days", Integer, nullable=False, server_default="90"),
    _ref("promise_id", "promise"),
    Column("promised_minor", BigInt),
    Column("currency", String(3)),
    Column("risk_if_never", Clean),
    Column("retired_on", Date),
    Column("retired_why", Clean),
)

cadence = Table(
    "cadence",
    metadata,
    _id(),
    _account(),
    Column("kind", Word(words.CadenceKind), nullable=False),
    Column("rrule", String(200), nullable=False),
    Column("local_start", String(16), nullable=False),
    Column("tz", String(64), nullable=False),
    Column("lead_hours", Integer, nullable=False, server_default="24"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("next_meeting_at", UtcDateTime),
    Column("next_prompt_at", UtcDateTime),
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
    _id(),
    _account(),
    _ref("cadence_id", "cadence", nullable=False),
    Column("kind", Word(words.CadenceKind), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    UniqueConstraint("cadence_id", "starts_at"),
)

prompt = Table(
    "prompt",
    metadata,
    _id(),
    _account(),
    _ref("workspace_id", "workspace", nullable=False),
    Column("meeting_id", BigInt, ForeignKey("meeting.id"), nullable=False, unique=True),
    _ref("member_id", "member", index=True),
    Column("state", Word(words.PromptState), nullable=False, server_default="open"),
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
    _id(),
    _account(),
    Column("meeting_id", BigInt, ForeignKey("meeting.id"), unique=True),
    Column("submission", String(120), nullable=False, unique=True),
    _ref("member_id", "member", nullable=False),
    Column("change", Word(words.Change), nullable=False),
    Column("what_changed", Clean),
    Column("unproven", Clean),
    Column("next_action", Clean),
    Column("moved_evidence", Boolean, nullable=False, server_default=text("false")),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    _account(),
    _ref("outcome_id", "outcome", nullable=False, index=True),
    Column("source", Word(words.Source), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("value", Exact),
    Column("statement", Clean),
    Column("oral", Boolean, nullable=False, server_default=text("false")),
    Column("link", Clean),
    Column("measured_by", Clean),
    _ref("attested_by", "person"),
    Column("method", Word(words.Method)),
    Column("method_note", Clean),
    Column("money_minor", BigInt),
    Column("currency", String(3)),
    _ref("accepted_by", "person"),
    Column("accepted_on", Date),
    _ref("recorded_by", "member"),
    _ref("answer_id", "answer"),
    _by_id("superseded_by"),
    Column("superseded_on", Date),
    Column("disputed_on", Date),
    _ref("disputed_by", "person"),
    Column("disputed_why", Clean),
    Column("withdrawn_on", Date),
    Column("withdrawn_why", Clean),
    Column("submission", String(120), unique=True),
)

gap = Table(
    "gap",
    metadata,
    _id(),
    _account(),
    Column("title", Clean, nullable=False),
    _ref("outcome_id", "outcome"),
    _ref("owner_id", "member"),
    Column("next_action", Clean),
    Column("due_on", Date),
    Column("risk_if_never", Clean),
    Column("opened_at", UtcDateTime),
    Column("closed_on", Date),
    Column("closed_how", Clean),
)

action = Table(
    "action",
    metadata,
    _id(),
    _account(),
    Column("text", Clean, nullable=False),
    Column("loop", Word(words.Loop), nullable=False, server_default="ourselves"),
    _ref("gap_id", "gap"),
    _ref("owner_id", "member", index=True),
    Column("due_on", Date),
    Column("theme", Clean),
    _ref("answer_id", "answer"),
    Column("opened_at", UtcDateTime),
    Column("loop_answered_on", Date),
    Column("loop_answer", Clean),
    Column("told_on", Date),
    Column("told_words", Clean),
    Column("dropped_on", Date),
    Column("dropped_why", Clean),
)

obstacle = Table(
    "obstacle",
    metadata,
    _id(),
    _account(),
    Column("kind", Word(words.ObstacleKind), nullable=False),
    Column("text", Clean, nullable=False),
    _ref("owner_id", "member"),
    _ref("owner_person_id", "person"),
    Column("due_on", Date),
    Column("cleared_on", Date),
)

risk = Table(
    "risk",
    metadata,
    _id(),
    _account(),
    Column("kind", Word(words.RiskKind), nullable=False),
    Column("subject", String(80), nullable=False, server_default=""),
    Column("severity", Rank(words.Severity), nullable=False),
    Column("fact", Clean, nullable=False, server_default=""),
    Column("state", Word(words.RiskState), nullable=False, server_default="open"),
    Column("opened_at", UtcDateTime, nullable=False),
    _ref("owner_id", "member"),
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

judgement = Table(
    "judgement",
    metadata,
    _id(),
    _account(),
    Column("verdict", Word(words.Verdict), nullable=False),
    Column("why", Clean, nullable=False),
    Column("would_change", Clean),
    _ref("judged_by", "member", nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
)

health = Table(
    "health",
    metadata,
    _id(),
    _account(),
    Column("on_date", Date, nullable=False),
    Column("score", Exact, nullable=False),
    Column("source", Clean),
    UniqueConstraint("account_id", "on_date", "source"),
)

stage_entry = Table(
    "stage_entry",
    metadata,
    _id(),
    _account(),
    Column("stage", Word(words.Stage), nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("reason", Clean),
)

digest = Table(
    "digest",
    metadata,
    _id(),
    _ref("portfolio_id", "portfolio", nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("figures", JSON, nullable=False),
    UniqueConstraint("portfolio_id", "due_at"),
)

draft = Table(
    "draft",
    metadata,
    _id(),
    _ref("member_id", "member", nullable=False),
    _account(),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

account_due = Table(
    "account_due",
    metadata,
    Column("account_id", BigInt, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("look_at", UtcDateTime, nullable=False, index=True),
)

history = Table(
    "history",
    metadata,
    _id(),
    _ref("workspace_id", "workspace", nullable=False),
    _by_id("account_id"),
    Column("at", UtcDateTime, nullable=False),
    _by_id("member_id"),
    Column("surface", String(40), nullable=False),
    Column("entity", String(40), nullable=False),
    Column("entity_id", BigInt, nullable=False),
    Column("before", JSON),
    Column("after", JSON, nullable=False),
    Column("why", Clean),
    Index("ix_history_account_id_id", "account_id", "id"),
)

LEDGER: dict[str, Table] = {table.name: table for table in metadata.sorted_tables}


def columns(table: Table) -> tuple[Column[Any], ...]:
    """The columns of `table` in their order."""
    return tuple(table.c)
