"""The workspaces that a process works for: those that its tokens let it into.

The database knows them (`Database.serve`, said once at the start), so every claim of the sender and of the clock asks
here for whom it may take work. What another workspace has in the same database waits for the process that serves it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.store.engine import Database
from bot.store.json_rows import in_workspaces
from bot.store.schema import workspace


def workspaces_of(session: Session) -> list[int]:
    """The ids of the workspaces that this process serves; all there are where nothing was said (the command line)."""
    database: Database | None = session.info.get("database")
    if database is not None and database.serves is not None:
        return sorted(database.serves)
    # all workspaces: nobody said which
    return list(session.execute(select(workspace.c.id).order_by(workspace.c.id)).scalars())


def is_served(session: Session, workspace_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a row, sought by its id or its time, is of a workspace that this process serves."""
    return in_workspaces(workspace_id, workspaces_of(session))
