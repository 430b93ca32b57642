"""Column types that hold the same value on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Dialect,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.types import DateTime, TypeEngine


def as_json(value: object) -> Any:
    """A JSON column's value whichever driver gave it."""
    return json.loads(value) if isinstance(value, str) else value


BigInt = BigInteger().with_variant(Integer, "sqlite")


def bytewise(length: int) -> String:
    """Text that is compared byte by byte on both databases, so that a prefix is a range of the index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Key = bytewise(80)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; a naive one is a bug of the caller and raises `ValueError`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; the store keeps UTC only")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal kept to the digit, as text: SQLite has no decimals of its own."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Clean(TypeDecorator[str]):
    """Text from people; what PostgreSQL cannot carry (NUL, lone surrogates) is dropped on the way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` without the characters that no database of ours can keep."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode("utf-8", "ignore").decode("utf-8")


class _Members(dict[Any, Any]):
    """What each word or number stands for; asked for another, it raises the `ValueError` of an enum."""

    def __missing__(self, value: object) -> Any:
        raise ValueError(f"{value!r} is none of {', '.join(map(str, self))}")


class Word(TypeDecorator[Any]):
    """An enum of `bot.domain.enums`, kept as its word."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum
        self.members = _Members({member.value: member for member in enum})

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.members[value]


class Words(TypeDecorator[tuple[Any, ...]]):
    """Several members of an enum in its order, kept as their words with commas between them; none is empty text."""

    impl = String(400)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum
        self.members = _Members({member.value: member for member in enum})

    def read(self, words: str) -> tuple[Any, ...]:
        """The members that these words name; raises `ValueError` for a word that the enum does not have."""
        return tuple(self.members[word] for word in words.split(",") if word)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return ",".join(self.enum(member).value for member in value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Any, ...]:
        return self.read(value or "")


class DatedWords(TypeDecorator[tuple[tuple[Any, date], ...]]):
    """Members of an enum, each with a day, kept as `champion:2026-03-01` with commas between them."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def read(self, words: str) -> tuple[tuple[Any, date], ...]:
        """The members and days in this text; raises `ValueError` for what the enum or the calendar does not have."""
        pairs = (pair.partition(":") for pair in words.split(",") if pair)
        return tuple((self.enum(word), date.fromisoformat(day)) for word, _, day in pairs)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return ",".join(f"{self.enum(member).value}:{day.isoformat()}" for member, day in value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[tuple[Any, date], ...]:
        return self.read(value or "")


class Rank(TypeDecorator[Any]):
    """An enum whose order is its meaning, kept as its number."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, enum: type[IntEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.enum(value)


def from_json(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What makes a column's value of what JSON holds for it; None where that is the value itself. Not called for null.

    The JSON is the database's own, or that of `ledger.plain`, which writes the same words, digits and ISO dates.
    """
    if isinstance(kind, Word):
        return kind.members.__getitem__
    if isinstance(kind, Words | DatedWords):
        return kind.read
    if isinstance(kind, Rank):
        return kind.enum
    if isinstance(kind, UtcDateTime):
        return lambda text: _in_utc(datetime.fromisoformat(text))
    if isinstance(kind, Boolean):
        return _Members({0: False, 1: True}).__getitem__  # SQLite's JSON has the number that it keeps
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return bytes.fromhex
    return Decimal if isinstance(kind, Exact) else None
