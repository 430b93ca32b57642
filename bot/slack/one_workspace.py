"""One token serves one workspace: the messages of another in the same database would wait for ever."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.store import workspaces


def others_sentence(session: Session, team_id: str, team: str) -> str | None:
    """What to do about a database that holds another workspace than this one of the token; None if it does not."""
    others = workspaces.others(session, team_id)
    if not others:
        return None
    named = " and ".join(f"{name} ({other_id})" for other_id, name in others)
    return (
        f"This database holds {named}, but SLACK_BOT_TOKEN is for {team} ({team_id}): set DATABASE_URL to a database of"
        f" its own, or SLACK_BOT_TOKEN to the token of the workspace that the database is for."
    )
