"""Shows rows as they stood at an earlier moment, by undoing what history says came after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Column

from bot.store import schema
from bot.store.types import from_json

T = TypeVar("T")
Undone = Mapping[int, Mapping[str, Any] | None]
"""The ids of rows that changed later, with the values of columns from before; None for rows that were born later."""


def undone(changes: Iterable[tuple[str, int, Any]]) -> dict[str, dict[int, dict[str, Any] | None]]:
    """What `changes` undo, by entity; they are lines of history (entity, row, values before), the newest first."""
    undone_by_entity: dict[str, dict[int, dict[str, Any] | None]] = {}
    for entity, row_id, before in changes:
        rows = undone_by_entity.setdefault(entity, {})
        if before is None:
            rows[row_id] = None
            continue
        old = rows.setdefault(row_id, {})
        assert old is not None, "a row cannot change before it was added"
        columns = schema.metadata.tables[entity].c
        old.update({name: restored(columns[name], value) for name, value in before.items() if name in columns})
    return undone_by_entity


def rewound(values: Iterable[T], later: Undone) -> list[T]:
    """The values of rows, which are dataclasses, as they stood; rows born later are left out."""
    then = ((value, later.get(value.id, {})) for value in values)  # type: ignore[attr-defined]  # all have an id
    return [as_it_was(value, old) for value, old in then if old is not None]


def as_it_was(value: T, old: Mapping[str, Any]) -> T:
    """A dataclass with what it had before in those of its fields that `old` names."""
    changed = {name: old[name] for name in old.keys() & value.__dataclass_fields__}  # type: ignore[attr-defined]
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


def restored(column: Column[Any], value: Any) -> Any:
    """The Python value of what `ledger.plain` made of it for this column."""
    decode = from_json(column.type)
    return value if value is None or decode is None else decode(value)
