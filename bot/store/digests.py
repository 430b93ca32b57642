"""Digests as rows: one for each portfolio and moment, with the figures that the next one is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.proof import as_json
from bot.store.schema import digest


@dataclass(frozen=True, slots=True)
class DigestRow:
    """`figures` is what `bot.services.digesting` froze when the digest was opened."""

    id: int
    portfolio_id: int
    due_at: datetime
    figures: dict[str, Any]


def add(session: Session, portfolio_id: int, due_at: datetime, figures: dict[str, Any]) -> int | None:
    """Insert a digest; its portfolio and moment are unique, and None says that there is one already."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(digest).values(portfolio_id=portfolio_id, due_at=due_at, figures=figures)
    once = statement.on_conflict_do_nothing(index_elements=["portfolio_id", "due_at"])
    return session.execute(once.returning(digest.c.id)).scalar_one_or_none()


def by_id(session: Session, digest_id: int) -> DigestRow | None:
    row = session.execute(select(digest).where(digest.c.id == digest_id)).one_or_none()
    return None if row is None else DigestRow(row.id, row.portfolio_id, row.due_at, as_json(row.figures))


def latest(session: Session, portfolio_ids: Iterable[int], before: datetime | None = None) -> dict[int, DigestRow]:
    """The newest digest of each of these portfolios, of those that were due before a moment if one is given."""
    wanted = digest.c.portfolio_id.in_(set(portfolio_ids))
    newest = select(digest.c.portfolio_id, func.max(digest.c.due_at).label("due_at")).where(wanted)
    if before is not None:
        newest = newest.where(digest.c.due_at < before)
    last = newest.group_by(digest.c.portfolio_id).subquery()
    same = (digest.c.portfolio_id == last.c.portfolio_id) & (digest.c.due_at == last.c.due_at)
    rows = session.execute(select(digest).join(last, same))
    return {row.portfolio_id: DigestRow(row.id, row.portfolio_id, row.due_at, as_json(row.figures)) for row in rows}
