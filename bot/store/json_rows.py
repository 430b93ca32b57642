"""Rows of several tables in one statement: each row travels as a JSON array.

A round trip to PostgreSQL costs more than most of what it asks for, so what belongs together is asked for together; and
a list of ids is one parameter, so that the statement stays the same and is planned once. What differs between the
databases stands here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    FromClause,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from bot.store.types import from_json

Wanted = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""The condition that a column has the id of an account that is wanted."""


class Record:
    """Rows that travel as JSON arrays: `columns` are names and types, in the order of the arguments of `kind`.

    The first column tells the order of the rows.
    """

    def __init__(self, kind: Callable[..., Any], columns: Mapping[str, TypeEngine[Any]]) -> None:
        self._kind = kind
        self._names = tuple(columns)
        decoders = ((place, from_json(column)) for place, column in enumerate(columns.values()))
        self._decoders = [(place, decode) for place, decode in decoders if decode is not None]

    @classmethod
    def of(cls, kind: type[Any], table: Table) -> Record:
        """The rows of a table as its dataclass, whose fields have the names of the columns."""
        return cls(kind, {field.name: table.c[field.name].type for field in fields(kind)})

    def part(self, name: str, source: FromClause, wanted: Wanted, key: str = "account_id") -> Select[Any]:
        """One part of a statement of several: (`name`, account, its rows in `source`) for each account that has any.

        `key` is the column that names the account; `wanted` says which accounts.
        """
        part, account_id = literal_column(f"'{name}'", String).label("part"), source.c[key]
        rows = _Rows(_Row(*(source.c[column] for column in self._names)))
        # within: the accounts were selected by their workspace
        return select(part, account_id, rows).where(wanted(account_id)).group_by(account_id)

    def read(self, rows: Sequence[list[Any]]) -> list[Any]:
        """The values of a part's rows, in order; the rows are used up."""
        for values in rows:
            for place, decode in self._decoders:
                if values[place] is not None:
                    values[place] = decode(values[place])
        return [self._kind(*values) for values in sorted(rows, key=itemgetter(0))]


def is_one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` has one of the values that the parameter `name` lists, ids or words; the list may be long."""
    items = BigInteger() if column.type.python_type is int else Text()
    return _IsOneOf(column, bindparam(name, type_=_Values(items)))


def is_among(column: ColumnElement[Any], ids: Select[int]) -> ColumnElement[bool]:
    """Whether `column` has one of these ids. PostgreSQL takes them as few, whatever it expects of the query."""
    return _IsAmong(column, ids.scalar_subquery())


def in_workspaces(column: ColumnElement[Any], ids: Sequence[int] | None = None) -> ColumnElement[bool]:
    """Whether a row that is sought by its id or its time belongs to one of the workspaces `ids`.

    Without `ids`, the parameter `workspaces` lists them. SQLite, which does not know how short these lists are, must
    not read all rows of the workspaces for it.
    """
    items = _Values(BigInteger())
    given = {"key": "workspaces"} if ids is None else {"key": None, "value": ids, "unique": True}
    return _IsOneOf(_Sought(column), bindparam(**given, type_=items))


class _Row(FunctionElement[Any]):
    """A JSON array of a row's values."""

    type = JSON()
    inherit_cache = True


class _Rows(FunctionElement[Any]):
    """A JSON array of all rows of a group."""

    type = JSON()
    inherit_cache = True


class _Condition(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Stand as it is: SQLAlchemy would compare it with 1 on SQLite, which then uses no index."""
        return self


class _IsOneOf(_Condition):
    inherit_cache = True


class _Sought(FunctionElement[Any]):
    """A column that no index is to be used for."""

    inherit_cache = True


class _IsAmong(_Condition):
    inherit_cache = True


class _Values(TypeDecorator[Sequence[Any]]):
    """A list as one parameter: an array, or its JSON where the database has none."""

    impl = Text
    cache_ok = True

    def __init__(self, items: TypeEngine[Any]) -> None:
        super().__init__()
        self.items = items

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.items) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values)


_NAMES = {
    "sqlite": {_Row: "json_array(%s)", _Rows: "json_group_array(%s)"},
    "postgresql": {_Row: "json_build_array(%s)", _Rows: "json_agg(%s)"},
}


@compiles(_Row)
@compiles(_Rows)
def _function(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    dialect = compiler.dialect.name
    values = [
        f"json({value})"
        if dialect == "sqlite" and isinstance(clause.type, JSON) and isinstance(clause, Column)
        else value
        for clause in element.clauses
        for value in [compiler.process(clause, **options)]
    ]
    return _NAMES[dialect][type(element)] % ", ".join(values)


@compiles(_IsOneOf)
def _membership(element: _IsOneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    within = "= ANY (%s)" if compiler.dialect.name == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    return f"{column} {within % values}"


@compiles(_IsAmong)
def _among(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY (ARRAY{ids})" if compiler.dialect.name == "postgresql" else f"{column} IN {ids}"


@compiles(_Sought)
def _no_index(element: _Sought, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"+{column}" if compiler.dialect.name == "sqlite" else column
