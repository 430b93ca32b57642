"""The metadata that every table stands on, and the columns that many of them share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, MetaData

from bot.store.types import BigInt, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def row_id() -> Column[int]:
    return Column("id", BigInt, primary_key=True, autoincrement=True)


def ref(name: str, target: str, *, nullable: bool = True, index: bool = False) -> Column[int]:
    return Column(name, BigInt, ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def of_account() -> Column[int]:
    return ref("account_id", "account", nullable=False, index=True)


def loose_ref(name: str) -> Column[int]:
    """A reference kept without a constraint, where two rows would otherwise need each other to exist first."""
    return Column(name, BigInt)


def taken_back_at() -> Column[datetime]:
    """When the import that added a row was undone. Such a row keeps its id and its history and counts nowhere."""
    return Column("taken_back_at", UtcDateTime)
