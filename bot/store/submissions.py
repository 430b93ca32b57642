"""Rows of what came in: claimed by the first delivery, found by every later one, and pruned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store import serving
from bot.store.schema import submission


@dataclass(frozen=True, slots=True)
class Known:
    """A submission that was done before: a digest of what it said, the number that its work came to, and when."""

    content: str
    result: int | None
    at: datetime


def claim(session: Session, workspace_id: int, key: str, content: str, now: datetime) -> Known | None:
    """Take a submission; None when it is ours to do, else what is known of it.

    The unique key is the lock: while another transaction does the same one, this waits until that one is committed or
    rolled back. So it must come before any other lock of the transaction.
    """
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"workspace_id": workspace_id, "key": key, "content": content, "at": now}
    inserted = make(submission).values(values).on_conflict_do_nothing(index_elements=["workspace_id", "key"])
    if session.execute(inserted.returning(submission.c.id)).one_or_none() is not None:
        return None
    query = select(submission.c.content, submission.c.result, submission.c.at)
    row = session.execute(query.where(submission.c.workspace_id == workspace_id, submission.c.key == key)).one()
    return Known(*row)


def keep_result(session: Session, workspace_id: int, key: str, result: int) -> None:
    """Remember what the work of a claimed submission came to."""
    ours = (submission.c.workspace_id == workspace_id) & (submission.c.key == key)
    session.execute(update(submission).where(ours).values(result=result))


def delete_some(session: Session, before: datetime, limit: int) -> int:
    """Forget up to `limit` submissions that came before a moment; returns how many."""
    ours = serving.is_served(session, submission.c.workspace_id)
    old = select(submission.c.id).where(ours, submission.c.at < before).order_by(submission.c.at).limit(limit)
    ids = list(session.execute(old.with_for_update(skip_locked=True)).scalars())
    if ids:
        session.execute(delete(submission).where(submission.c.id.in_(ids)))
    return len(ids)
