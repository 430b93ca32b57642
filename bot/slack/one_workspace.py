"""One token serves one workspace: the messages of another in the same database would wait for ever."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.phrases import say
from bot.slack.phrases import SlackPhrase
from bot.store import workspaces


def others_sentence(session: Session, team_id: str, team: str) -> str | None:
    """What to do about a database that holds another workspace than this one of the token; None if it does not."""
    others = workspaces.others(session, team_id)
    if not others:
        return None
    return say(SlackPhrase.OTHER_WORKSPACES, others=others, team=team, team_id=team_id)
