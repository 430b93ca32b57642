"""What history says was changed since a moment that somebody remembers by its newest line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.store.entities import Entity
from bot.store.schema import history


@dataclass(frozen=True, slots=True)
class Changed:
    """A line of history: who changed which row from what to what; `before` is None for a row that was added."""

    id: int
    at: datetime
    member_id: int | None
    entity: str
    entity_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


_COLUMNS = [history.c[field.name] for field in fields(Changed)]


def newest_of_account(session: Session, workspace_id: int, account_id: int) -> int:
    """The id of the newest line about an account; 0 where this workspace has none."""
    return _newest(session, (history.c.workspace_id == workspace_id) & (history.c.account_id == account_id))


def newest_of_portfolio(session: Session, workspace_id: int, portfolio_id: int) -> int:
    """The id of the newest line about a portfolio; 0 where this workspace has none."""
    return _newest(session, _about_portfolio(workspace_id, portfolio_id))


def of_account_since(
    session: Session, workspace_id: int, account_id: int, line_id: int, entities: Collection[Entity]
) -> list[Changed]:
    """The lines on these entities of an account that are newer than a line, the newest first."""
    theirs = (history.c.workspace_id == workspace_id) & (history.c.account_id == account_id)
    return _since(session, theirs & history.c.entity.in_(sorted(entities)), line_id)


def newest_of_row(session: Session, workspace_id: int, account_id: int, entity: Entity, row_id: int) -> Changed | None:
    """The newest line on one row of an account; None where there is none."""
    theirs = (history.c.workspace_id == workspace_id) & (history.c.account_id == account_id)
    about = theirs & (history.c.entity == entity.value) & (history.c.entity_id == row_id)
    row = session.execute(select(*_COLUMNS).where(about).order_by(history.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Changed(*row)


def of_portfolio_since(session: Session, workspace_id: int, portfolio_id: int, line_id: int) -> list[Changed]:
    """The lines on a portfolio that are newer than a line, the newest first."""
    return _since(session, _about_portfolio(workspace_id, portfolio_id), line_id)


def of_answers(
    session: Session, workspace_ids: Collection[int], account_ids: Collection[int], ids: Collection[int]
) -> list[Changed]:
    """All lines on these answers of these accounts, the oldest first."""
    theirs = history.c.workspace_id.in_(sorted(set(workspace_ids))) & history.c.account_id.in_(sorted(set(account_ids)))
    about = theirs & (history.c.entity == Entity.ANSWER.value) & history.c.entity_id.in_(sorted(set(ids)))
    return [Changed(*row) for row in session.execute(select(*_COLUMNS).where(about).order_by(history.c.id))]


def _about_portfolio(workspace_id: int, portfolio_id: int) -> ColumnElement[bool]:
    ours = (history.c.workspace_id == workspace_id) & history.c.account_id.is_(None)
    return ours & (history.c.entity == Entity.PORTFOLIO.value) & (history.c.entity_id == portfolio_id)


def _newest(session: Session, about: ColumnElement[bool]) -> int:
    # within: the caller's condition holds the workspace
    return session.execute(select(func.max(history.c.id)).where(about)).scalar_one() or 0


def _since(session: Session, about: ColumnElement[bool], line_id: int) -> list[Changed]:
    # within: the caller's condition holds the workspace
    newer = select(*_COLUMNS).where(about, history.c.id > line_id).order_by(history.c.id.desc())
    return [Changed(*row) for row in session.execute(newer)]
