"""Asks one by one about meetings that no message has told somebody of.

Whoever has a morning message is told by it. Where it did not come, could not be sent, or is not wanted any more, each
meeting before the next one gets a prompt of its own.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.features.meetings import prompts, queries
from bot.features.meetings.rows import Prompt
from bot.outbox import lookup
from bot.store.members import Member


def ask_untold(session: Session, me: Member, now: datetime, *, but_for: str | None = None) -> None:
    """Ask a member about each meeting ahead that they were not told of and that no later morning message tells of.

    The morning message with the key `but_for` does not count as told.
    """
    if me.slack_id is None or me.is_deactivated or me.is_away(now):
        return
    owed = [prompt for prompt in queries.open_of_member(session, me.workspace_id, me.id) if prompt.starts_at > now]
    told = mornings.told(session, me, now, but_for=but_for) if owed else []
    for prompt in owed:
        in_morning = any(prompt.asked_at <= at and prompt.starts_at < until for at, until in told)
        if not in_morning and not _had_its_own(session, prompt, me):
            prompts.ask_instead(session, prompt, me, now, key=queries.PROMPT_KEY.of(prompt.id, "alone"))


def _had_its_own(session: Session, prompt: Prompt, me: Member) -> bool:
    posts = lookup.posts_of(session, prompt.workspace_id, queries.PROMPT_KEY.of(prompt.id))
    return any(channel == me.slack_id for _, channel in posts)
