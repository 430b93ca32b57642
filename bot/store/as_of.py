"""Shows rows as they stood at an earlier moment, by undoing what history says came after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Row, Table, select
from sqlalchemy.orm import Session

from bot.store import schema
from bot.store.types import Exact, Rank, UtcDateTime, Word


def rewound(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[Row[Any]], *, belongs: Any, as_of: datetime
) -> list[dict[str, Any]]:
    """`rows` of `table` with the columns `names`, as they stood at `as_of`; rows born later are left out."""
    later = undone(session, table, belongs, as_of)
    values_by_name = (dict(zip(names, row, strict=True)) for row in rows)
    then = ((values, later.get(values["id"], {})) for values in values_by_name)
    return [values | {name: old[name] for name in names if name in old} for values, old in then if old is not None]


def undone(session: Session, table: Table, belongs: Any, as_of: datetime) -> dict[int, dict[str, Any] | None]:
    """What changed in rows of `table` after `as_of`: ids with the values from before, None for rows born later."""
    history = schema.history
    later = (
        select(history.c.entity_id, history.c.before)
        .where(belongs(history), history.c.entity == table.name, history.c.at > as_of)
        .order_by(history.c.id.desc())
    )
    undone_by_id: dict[int, dict[str, Any] | None] = {}
    for entity_id, before in session.execute(later):
        if before is None:
            undone_by_id[entity_id] = None
            continue
        old = undone_by_id.setdefault(entity_id, {})
        assert old is not None, "a row cannot change before it was added"
        old.update({name: restored(table.c[name], value) for name, value in before.items() if name in table.c})
    return undone_by_id


def restored(column: Column[Any], value: Any) -> Any:
    """The Python value of what `ledger.plain` made of it for this column."""
    if value is None:
        return None
    kind = column.type
    if isinstance(kind, Word | Rank):
        return kind.enum(value)
    if isinstance(kind, Exact):
        return Decimal(value)
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value).astimezone(UTC)
    return date.fromisoformat(value) if kind.python_type is date else value
