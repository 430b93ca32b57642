"""Meeting series as somebody sets them: the running one, held to the end of the transaction, and what was asked."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot.domain.words import CadenceKind
from bot.store.prompts import Cadence
from bot.store.schema import cadence, meeting

_COLUMNS = [cadence.c[field.name] for field in fields(Cadence)]


def running(session: Session, account_id: int, kind: CadenceKind) -> Cadence | None:
    """The active series of a kind, held against the clock and against whoever else sets a series of this account.

    On SQLite a transaction that writes is alone anyway. On PostgreSQL the lock is advisory: a row to lock may not be
    there yet, and the account's own rows are locked in another order by the clock's look at it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"cadence:{account_id}", 0))))
    ours = select(*_COLUMNS).where(cadence.c.account_id == account_id, cadence.c.kind == kind, cadence.c.active)
    row = session.execute(ours.with_for_update()).one_or_none()
    return None if row is None else Cadence(*row)


def was_asked(session: Session, account_id: int, kind: CadenceKind, starts_at: datetime) -> bool:
    """Whether any series of this kind, running or ended, has opened the meeting at this moment already."""
    ours = (meeting.c.account_id == account_id) & (meeting.c.kind == kind) & (meeting.c.starts_at == starts_at)
    return bool(session.execute(select(exists().where(ours))).scalar_one())
