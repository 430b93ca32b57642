"""Workspaces by their Slack team, and the people who look after the app there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.store.schema import member, workspace

PENDING = "pending"
"""The team id of a workspace whose accounts were imported before the bot first met Slack."""


def id_of(session: Session, team_id: str) -> int | None:
    """The id of the workspace of this Slack team, if it has installed the bot."""
    return session.execute(select(workspace.c.id).where(workspace.c.team_id == team_id)).scalar_one_or_none()


def others(session: Session, team_id: str) -> list[tuple[str, str]]:
    """The other workspaces that this database holds, as team ids and names.

    One that waits for Slack is none while this team is new: it becomes this team's at the start.
    """
    this = [team_id] if id_of(session, team_id) else [team_id, PENDING]
    statement = select(workspace.c.team_id, workspace.c.name).where(workspace.c.team_id.not_in(this))
    return [(row.team_id, row.name) for row in session.execute(statement.order_by(workspace.c.id))]


def remember(session: Session, team_id: str, name: str, now: datetime) -> int:
    """The id of the workspace of this team, which is added or renamed as needed."""
    existing_id = id_of(session, team_id)
    if existing_id is None:
        row = {"team_id": team_id, "name": name, "created_at": now}
        return int(session.execute(insert(workspace).values(row).returning(workspace.c.id)).scalar_one())
    session.execute(update(workspace).where(workspace.c.id == existing_id, workspace.c.name != name).values(name=name))
    return existing_id


def adopt(session: Session, team_id: str, name: str) -> bool:
    """Give the waiting workspace, if there is one, to this Slack team, if it is new here; returns whether it was."""
    if id_of(session, team_id) is not None:
        return False
    statement = update(workspace).where(workspace.c.team_id == PENDING).values(team_id=team_id, name=name)
    return bool(session.connection().execute(statement).rowcount == 1)


def admin_of(session: Session, workspace_id: int) -> str | None:
    """The Slack id of an admin who can be reached; the same one every time."""
    statement = (
        select(member.c.slack_id)
        .where(
            member.c.workspace_id == workspace_id,
            member.c.is_admin,
            ~member.c.is_deactivated,
            member.c.slack_id.is_not(None),
        )
        .order_by(member.c.id)
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()
