"""Contracts: the terms of what customers pay, appended and never changed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, UniqueConstraint

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
    ref("recorded_by", "member"),
    Column("recorded_at", UtcDateTime, nullable=False),
    loose_ref("batch_id"),
    taken_back_at(),
    UniqueConstraint("account_id", "key", "version"),
)
