"""To-dos of the morning message: a tick saves, an untick takes it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.actor import Actor, must_read
from bot.features.meetings.answer_effects import TICKABLE
from bot.features.morning import queries
from bot.features.morning.phrases import MorningPhrase
from bot.phrases import say
from bot.store import ledger
from bot.store.entities import Entity


def tick(session: Session, actor: Actor, offered: Collection[int], done: Collection[int], now: datetime) -> None:
    """Close those of the offered steps of the actor's that are ticked, and open again those that are not.

    Only what was ticked in a morning message is opened again. A step that Product or go-to-market have is closed with
    the words that the customer was told.
    """
    must_read(actor)
    words = say(MorningPhrase.TICKED)
    for step in queries.actions_by_ids(session, actor.member, offered):
        if step.loop not in TICKABLE or step.dropped_on is not None:
            continue
        if step.id in done and step.told_on is None:
            values: dict[str, Any] = {"told_on": actor.today(now), "told_words": words}
        elif step.id not in done and step.told_on is not None and step.told_words == words:
            values = {"told_on": None, "told_words": None}
        else:
            continue
        ledger.change(session, actor.author, Entity.ACTION, step.id, now, only_if={"told_on": step.told_on}, **values)
    mornings.refresh(session, actor.workspace_id, (actor.member.id,), now)
