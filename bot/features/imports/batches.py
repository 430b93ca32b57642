"""The rows that hold together what one import wrote: who, when, from which file, and what came of it.

Every line of history that an import writes carries the id of its batch, so what it added and changed can be told from
everything else, and taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.values.money import Money
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.report import Report, Totals
from bot.features.imports.undo_checks import Written
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.schema import history, import_batch
from bot.store.types import as_json

_LAST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """One import: the name of its file, its kind, and when it began."""

    file: str
    kind: str
    at: datetime


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


def claim_undo(session: Session, by: Author, batch_id: int, now: datetime) -> Batch:
    """Mark a batch as undone and return it. Raises `UserError` if there is none, or it was undone."""
    ours = import_batch.c.workspace_id == by.workspace_id
    this = ours & (import_batch.c.id == batch_id)
    not_yet = update(import_batch).where(this, import_batch.c.undone_at.is_(None))
    claimed = session.connection().execute(not_yet.values(undone_at=now, undone_by=by.member_id)).rowcount == 1
    columns = import_batch.c.file, import_batch.c.kind, import_batch.c.undone_at, import_batch.c.at
    row = session.execute(select(*columns).where(this)).one_or_none()
    if row is None:
        newest = select(import_batch.c.id, import_batch.c.file).where(ours).order_by(import_batch.c.id.desc())
        last = [f"{row.id} ({row.file})" for row in session.execute(newest.limit(_LAST_NAMED))]
        raise UserError(ImportRefusal.BATCH_UNKNOWN, batch=batch_id, last=last)
    if not claimed:
        raise UserError(ImportRefusal.BATCH_UNDONE, batch=batch_id, file=row.file, on=row.undone_at.date())
    return Batch(row.file, row.kind, row.at)


def is_undone(session: Session, workspace_id: int, batch_id: int | None) -> bool:
    """Whether a batch was taken back, in Slack or on the command line."""
    this = (import_batch.c.workspace_id == workspace_id) & (import_batch.c.id == batch_id)
    undone = select(import_batch.c.id).where(this, import_batch.c.undone_at.is_not(None))
    return session.execute(undone).first() is not None


class Lines:
    """The lines of history that a batch has written until now, some at a time."""

    def __init__(self, session: Session, workspace_id: int, batch_id: int) -> None:
        self._session = session
        self._ours = (history.c.workspace_id == workspace_id) & (history.c.batch_id == batch_id)
        newest = select(func.max(history.c.id)).where(self._ours)  # within: it holds the workspace
        self._newest = session.execute(newest).scalar_one() or 0

    def of(self, entity: Entity, *, after: int, limit: int) -> list[Written]:
        """The first lines about rows of an entity that come after the line `after`."""
        columns = (history.c[name] for name in ("id", "entity_id", "account_id", "before", "after"))
        wanted = (history.c.entity == entity.value) & (history.c.id > after) & (history.c.id <= self._newest)
        # within: `_ours` holds the workspace
        statement = select(*columns).where(self._ours, wanted).order_by(history.c.id).limit(limit)
        return [Written(*row) for row in self._session.execute(statement)]


def added_colleagues(session: Session, workspace_id: int, batch_id: int) -> int:
    """How many colleagues a batch added."""
    ours = (history.c.workspace_id == workspace_id) & (history.c.batch_id == batch_id)
    added = (history.c.entity == Entity.MEMBER.value) & history.c.before.is_(None)
    return session.execute(select(func.count()).where(ours, added)).scalar_one()
