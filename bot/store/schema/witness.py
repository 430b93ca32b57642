"""Who looked at a piece of evidence, and the files that the bot keeps for them to look at."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id
from bot.store.types import Clean, UtcDateTime, Word

evidence_check = Table(
    "evidence_check",
    metadata,
    row_id(),
    of_account(),
    ref("evidence_id", "evidence", nullable=False, index=True),
    Column("kind", Word(enums.CheckKind), nullable=False),
    Column("verdict", Word(enums.CheckVerdict), nullable=False),
    ref("member_id", "member"),
    ref("person_id", "person"),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Clean),
    Column("link", Clean),
    # Who had the account when it was checked: a later hand-over must not change what the check was worth.
    loose_ref("owner_then"),
    loose_ref("deputy_then"),
    Column("as_manager", Boolean, nullable=False, server_default=text("false")),
)

kept_file = Table(
    "kept_file",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    of_account(),
    Column("sha256", String(64), nullable=False),
    Column("name", Clean, nullable=False),
    Column("mime", Clean),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    ref("uploaded_by", "member"),
    Column("uploaded_at", UtcDateTime, nullable=False),
)

# What a digest has drawn for somebody to look at. The look itself is an `evidence_check`, which is the ledger's.
spot_check = Table(
    "spot_check",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    of_account(),
    ref("portfolio_id", "portfolio", nullable=False),
    ref("digest_id", "digest", nullable=False),
    ref("evidence_id", "evidence", nullable=False, index=True),
    ref("asked_id", "member", nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    ref("check_id", "evidence_check"),
    UniqueConstraint("digest_id", "evidence_id"),
    Index(None, "portfolio_id", "drawn_at"),
)
