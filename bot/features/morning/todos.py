"""To-dos of the morning message: a tick saves, an untick takes it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.accounts import row_of
from bot.app.actor import Actor, must_write
from bot.features.meetings.answer_effects import TICKABLE
from bot.features.morning.phrases import MorningPhrase
from bot.phrases import say
from bot.store import ledger
from bot.store.entities import Entity


def tick(
    session: Session, actor: Actor, offered_steps: frozenset[int], done_steps: frozenset[int], now: datetime
) -> None:
    """Close those of the offered steps that are ticked, and open again those that are not.

    Only what was ticked in a morning message is opened again. A step that Product or go-to-market have is closed with
    the words that the customer was told.
    """
    words = say(MorningPhrase.TICKED)
    for step_id in sorted(offered_steps | done_steps):
        account, step = row_of(session, actor, Entity.ACTION, step_id)
        if step["owner_id"] != actor.member.id:
            must_write(session, actor, account)
        if step["loop"] not in TICKABLE or step["dropped_on"] is not None:
            continue
        if step_id in done_steps and step["told_on"] is None:
            values: dict[str, Any] = {"told_on": actor.today(now), "told_words": words}
        elif step_id not in done_steps and step["told_on"] is not None and step["told_words"] == words:
            values = {"told_on": None, "told_words": None}
        else:
            continue
        unchanged = {"told_on": step["told_on"]}
        ledger.change(session, actor.author, Entity.ACTION, step_id, now, only_if=unchanged, **values)
    mornings.refresh(session, actor.workspace_id, (actor.member.id,), now)
