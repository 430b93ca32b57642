"""Who looked at a piece of evidence, and the files that the bot keeps for them to look at."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id, taken_back_at
from bot.store.types import Clean, Key, UtcDateTime, Word

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
    # When the person of the customer who said it took it back.
    taken_back_at(),
)

# Who at the customer accepted the packet; one version more each time that somebody records it.
acceptance = Table(
    "acceptance",
    metadata,
    row_id(),
    of_account(),
    Column("version", Integer, nullable=False),
    # NULL where it was not said who, before that was asked.
    ref("person_id", "person"),
    Column("accepted_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    ref("recorded_by", "member"),
    Column("link", Clean),
    loose_ref("file_id"),
    Column("reference_key", Key),
    Column("withdrawn_on", Date),
    Column("withdrawn_why", Clean),
    UniqueConstraint("account_id", "version"),
)

# As `evidence_check`, of what is no evidence: an acceptance, or an agreement to terms.
look = Table(
    "look",
    metadata,
    row_id(),
    of_account(),
    ref("acceptance_id", "acceptance", index=True),
    ref("terms_id", "terms", index=True),
    Column("kind", Word(enums.CheckKind), nullable=False),
    Column("verdict", Word(enums.CheckVerdict), nullable=False),
    ref("member_id", "member"),
    ref("person_id", "person"),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Clean),
    Column("link", Clean),
    # What was opened: an agreement may get another link.
    Column("reference_key", Key),
    loose_ref("owner_then"),
    loose_ref("deputy_then"),
    Column("as_manager", Boolean, nullable=False, server_default=text("false")),
    taken_back_at(),
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
