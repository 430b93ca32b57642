"""The rows that hold together what one import wrote: who, when, from which file, and what came of it.

Every line of history that an import writes carries the id of its batch, so what it added and changed can be told from
everything else, and taken back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain.values.money import Money
from bot.features.imports.report import Report, Totals
from bot.store.ledger import Author
from bot.store.schema import import_batch
from bot.store.types import as_json


def begin(session: Session, by: Author, kind: str, file: str, now: datetime) -> int:
    """A new batch without figures; `finish` gives it those. Returns its id."""
    row = {"workspace_id": by.workspace_id, "kind": kind, "file": file, "at": now, "member_id": by.member_id}
    empty = {"added": 0, "changed": 0, "unchanged": 0, "left_out": 0, "totals": {}}
    return int(session.execute(insert(import_batch).values(**row, **empty).returning(import_batch.c.id)).scalar_one())


def finish(session: Session, by: Author, batch_id: int, report: Report) -> None:
    """Write down what came of a batch."""
    totals = report.preview.totals
    figures = {
        "added": len(report.created),
        "changed": report.changed_rows,
        "unchanged": report.unchanged,
        "left_out": len(report.bad) + len(report.left_out),
        "totals": {"rows": totals.rows, "arr": [[money.minor, money.currency] for money in totals.arr]},
    }
    ours = (import_batch.c.workspace_id == by.workspace_id) & (import_batch.c.id == batch_id)
    session.execute(update(import_batch).where(ours).values(**figures))


def last_totals(session: Session, workspace_id: int, kind: str) -> Totals | None:
    """What the last import of this kind held that was not taken back; None if there was none."""
    statement = (
        select(import_batch.c.totals)
        .where(
            import_batch.c.workspace_id == workspace_id,
            import_batch.c.kind == kind,
            import_batch.c.undone_at.is_(None),
        )
        .order_by(import_batch.c.id.desc())
        .limit(1)
    )
    stored = as_json(session.execute(statement).scalar())
    if not stored:
        return None
    return Totals(stored["rows"], tuple(Money(minor, currency) for minor, currency in stored["arr"]))
