"""What an import may change: it takes the CRM's values, except where somebody changed ours since the last import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from bot.store import ledger, schema

SURFACE = "import"
"""The surface of every change that an import makes; history finds the values of the last import by it."""

Row = Mapping[str, Any]


def last_imported(
    session: Session, workspace_id: int, table: Table, account_ids: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """For each row of `table` about these accounts, the values that imports last wrote, as history keeps them."""
    history = schema.history
    statement = select(history.c.entity_id, history.c.after).where(
        history.c.workspace_id == workspace_id,
        history.c.account_id.in_(account_ids),
        history.c.entity == table.name,
        history.c.surface == SURFACE,
    )
    values_by_row: dict[int, dict[str, Any]] = {}
    for row_id, after in session.execute(statement.order_by(history.c.id)):
        values_by_row.setdefault(row_id, {}).update(after)
    return values_by_row


def differing(values: Row, row: Row) -> dict[str, Any]:
    """The values of `wanted` that `row` does not have."""
    return {name: value for name, value in values.items() if row[name] != value}


def unchanged_there(different: Row, imported: Row) -> set[str]:
    """The values that differ although the file says what it said before: somebody here changed them."""
    return {name for name, value in different.items() if name in imported and imported[name] == ledger.plain(value)}


def shown(value: object) -> str:
    """A value in a list of changes."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)
