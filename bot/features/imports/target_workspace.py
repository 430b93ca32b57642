"""Finds the workspace that an import from the command line is for, even before the bot has met Slack."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.features.imports.refusals import ImportRefusal
from bot.store import workspaces
from bot.store.schema import workspace


def find(session: Session, team_id: str | None) -> int | None:
    """The workspace with this team id, or the only one there is; None when there is none yet. May raise `UserError`."""
    # all workspaces: the operator chooses among them
    workspaces_here = session.execute(
        select(workspace.c.id, workspace.c.team_id, workspace.c.name).order_by(workspace.c.id)
    ).all()
    chosen = [row for row in workspaces_here if team_id is None or row.team_id == team_id]
    if len(chosen) == 1:
        return int(chosen[0].id)
    if not workspaces_here and team_id is None:
        return None
    raise UserError(
        ImportRefusal.WORKSPACE_NOT_CHOSEN, workspaces=tuple((row.team_id, row.name) for row in workspaces_here)
    )


def find_or_add(session: Session, team_id: str | None, now: datetime) -> int:
    """As `find`; the first import into a new database makes a workspace that waits for Slack to name it."""
    return find(session, team_id) or workspaces.remember(session, workspaces.PENDING, "not connected to Slack yet", now)
