"""Workspaces by their Slack team, and whether sending to them is paused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.store.delivery import workspace_gate
from bot.store.schema import workspace


def id_of(session: Session, team_id: str) -> int | None:
    """The id of the workspace of this Slack team, if it has installed the bot."""
    return session.execute(select(workspace.c.id).where(workspace.c.team_id == team_id)).scalar_one_or_none()


def remember(session: Session, team_id: str, name: str, now: datetime) -> int:
    """The id of the workspace of this team, which is added or renamed as needed."""
    known = id_of(session, team_id)
    if known is None:
        row = {"team_id": team_id, "name": name, "created_at": now}
        return int(session.execute(insert(workspace).values(row).returning(workspace.c.id)).scalar_one())
    session.execute(update(workspace).where(workspace.c.id == known, workspace.c.name != name).values(name=name))
    return known


def paused(session: Session, workspace_id: int) -> str | None:
    """Slack's reason for which nothing is sent to this workspace (a revoked token), or None."""
    gate = select(workspace_gate.c.paused).where(workspace_gate.c.workspace_id == workspace_id)
    return session.execute(gate).scalar_one_or_none()
