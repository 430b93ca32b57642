"""Contracts, calls on renewals and how those ended: appended and never changed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, Text, UniqueConstraint

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id, taken_back_at
from bot.store.types import BigInt, Clean, UtcDateTime, Word

contract = Table(
    "contract",
    metadata,
    row_id(),
    of_account(),
    # A digest of what tells one term of an account from another: its id in the source, its line, its first day.
    Column("key", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("line", Clean),
    Column("external_id", String(120)),
    Column("kind", Word(enums.ContractKind)),
    Column("arr_minor", BigInt),
    Column("currency", String(3)),
    Column("notice_days", Integer),
    Column("auto_renews", Boolean),
    Column("source", Clean),
    Column("basis", Word(enums.ContractBasis), nullable=False, server_default="imported"),
    ref("recorded_by", "member"),
    Column("recorded_at", UtcDateTime, nullable=False),
    loose_ref("batch_id"),
    # The recorded result of a renewal that wrote this version; taken back with it.
    loose_ref("result_id"),
    taken_back_at(),
    UniqueConstraint("account_id", "key", "version"),
)

renewal_call = Table(
    "renewal_call",
    metadata,
    row_id(),
    of_account(),
    Column("call", Word(enums.RenewalCall), nullable=False),
    Column("renewal", Date, nullable=False),
    Column("why", Clean),
    ref("called_by", "member", nullable=False),
    Column("called_at", UtcDateTime, nullable=False),
    Column("called_as", Word(enums.JudgedAs), nullable=False),
)

renewal_result = Table(
    "renewal_result",
    metadata,
    row_id(),
    of_account(),
    Column("result", Word(enums.RenewalResult), nullable=False),
    Column("renewal", Date),
    Column("on_date", Date),
    Column("before_minor", BigInt),
    Column("arr_minor", BigInt),
    Column("currency", String(3)),
    Column("moved", Word(enums.ValueMoved)),
    Column("because", Word(enums.LeftBecause)),
    Column("because_words", Clean),
    Column("uses_now", Clean),
    Column("decided", Clean),
    Column("link", Clean),
    # How the account stood that day, as JSON text.
    Column("frozen", Text),
    ref("recorded_by", "member", nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False, index=True),
    Column("recorded_as", Word(enums.JudgedAs), nullable=False),
    ref("confirmed_by", "member"),
    Column("confirmed_at", UtcDateTime),
    ref("refused_by", "member"),
    Column("refused_at", UtcDateTime),
)
