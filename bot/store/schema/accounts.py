"""The workspace, its members, portfolios and accounts."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id, taken_back_at
from bot.store.types import BigInt, Clean, Key, UtcDateTime, Word, bytewise

workspace = Table(
    "workspace",
    metadata,
    row_id(),
    Column("team_id", String(20), nullable=False, unique=True),
    Column("name", Clean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

member = Table(
    "member",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    Column("slack_id", String(20)),
    Column("name", Clean, nullable=False),
    Column("email", Clean),
    Column("tz", String(64), nullable=False, server_default="UTC"),
    Column("is_admin", Boolean, nullable=False, server_default=text("false")),
    Column("is_guest", Boolean, nullable=False, server_default=text("false")),
    Column("is_deactivated", Boolean, nullable=False, server_default=text("false")),
    loose_ref("same_as"),
    # The absence that runs or was last entered (`absence`); NULL once it was ended early.
    Column("away_from", UtcDateTime),
    Column("away_until", UtcDateTime),
    # Whether their Slack status is read, and the digest of the away status that was acted on last.
    Column("follows_status", Boolean, nullable=False, server_default=text("false")),
    Column("status_seen", String(64)),
    # When they work, by their own clock (`HH:MM`; days such as `MO,TU`); NULL where they have not said.
    Column("work_begins", String(5)),
    Column("work_ends", String(5)),
    Column("workdays", String(20)),
    # The country whose public holidays are theirs; NULL is that of the time zone, `--` none.
    Column("country", String(2)),
    # When their morning message comes, whether they have one message for each meeting instead, and the next one due.
    Column("morning_at", String(5)),
    Column("one_each", Boolean, nullable=False, server_default=text("false")),
    Column("next_morning_at", UtcDateTime, index=True),
    UniqueConstraint("workspace_id", "slack_id"),
    Index("ix_member_workspace_id_name", "workspace_id", "name"),
)

portfolio = Table(
    "portfolio",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    Column("name", Clean, nullable=False),
    Column("channel", String(20)),
    ref("manager_id", "member"),
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
    # By ARR: what one owner is expected to carry, in `band_currency`.
    Column("high_touch_load_minor", BigInt),
    Column("low_touch_load_minor", BigInt),
    # The bands of further currencies, as JSON that two forms can be compared by (bot/features/portfolios/bands.py).
    Column("other_bands_minor", Text),
    # The rhythm of meetings by tier, and the hours between which they begin (bot/features/portfolios/rhythms.py).
    Column("default_series", String(200)),
    Column("channel_lost_at", UtcDateTime),
    Column("product_channel_lost_at", UtcDateTime),
    Column("go_to_market_channel_lost_at", UtcDateTime),
    taken_back_at(),
    UniqueConstraint("workspace_id", "name"),
)

account = Table(
    "account",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    ref("portfolio_id", "portfolio", index=True),
    Column("slug", Key, nullable=False),
    Column("name", Clean, nullable=False),
    Column("external_id", String(120)),
    Column("status", Word(enums.AccountStatus), nullable=False, server_default="customer"),
    Column("arr_minor", BigInt),
    Column("currency", String(3)),
    Column("tier", Word(enums.Tier), nullable=False, server_default="high_touch"),
    Column("tier_reason", Clean),
    Column("stage", Word(enums.Stage), nullable=False, server_default="setup"),
    Column("stage_since", Date),
    Column("stage_reason", Clean),
    Column("contract_start", Date),
    Column("renewal_date", Date),
    # With ARR, currency and renewal date what the contract in force says: kept by `bot.store.account_terms` alone.
    Column("notice_days", Integer),
    Column("rolling", Boolean, nullable=False, server_default=text("false")),
    Column("commitment_lost_on", Date),
    Column("leaves_on", Date),
    Column("unconfirmed_on", Date),
    ref("owner_id", "member", index=True),
    ref("deputy_id", "member", index=True),
    Column("relationship", Word(enums.Relationship)),
    Column("first_win_on", Date),
    Column("first_win", Clean),
    Column("would_break", Clean),
    loose_ref("would_break_by"),
    Column("would_break_on", Date),
    Column("would_break_link", Clean),
    loose_ref("would_break_file_id"),
    # From before acceptances had a table of their own: an older export brings them.
    Column("packet_accepted_on", Date),
    loose_ref("packet_accepted_by"),
    Column("labels", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    Column("upgraded_on", Date),
    Column("crm_link", Clean),
    # The account that this one was merged into; it is read where something still names this one.
    loose_ref("merged_into"),
    taken_back_at(),
    UniqueConstraint("workspace_id", "slug"),
    UniqueConstraint("workspace_id", "external_id"),
)

account_word = Table(
    "account_word",
    metadata,
    row_id(),
    of_account(),
    ref("workspace_id", "workspace", nullable=False),
    Column("word", Key, nullable=False),
    Column("is_alias", Boolean, nullable=False, server_default=text("false")),
    Index("ix_account_word_workspace_id_word", "workspace_id", "word"),
)

account_spelling = Table(
    "account_spelling",
    metadata,
    Column("workspace_id", BigInt, ForeignKey("workspace.id"), primary_key=True, autoincrement=False),
    # Three letters of a word of the account's name or alias; words are padded, so that their ends count.
    Column("letters", bytewise(3), primary_key=True),
    Column("account_id", BigInt, ForeignKey("account.id"), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

account_due = Table(
    "account_due",
    metadata,
    Column("account_id", BigInt, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("look_at", UtcDateTime, nullable=False, index=True),
    Column("brief_until", UtcDateTime),
    # What sorts accounts worst first, as the brief has it: NULL until there is one.
    Column("brief_severity", SmallInteger),
    Column("brief_high", Integer),
    Column("brief_coverage", Float),
)

brief = Table(
    "brief",
    metadata,
    Column("account_id", BigInt, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("rules", String(32), nullable=False),
    Column("figures", Text, nullable=False),
    Column("told", Text, nullable=False),
)
