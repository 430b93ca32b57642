"""Tells an admin of a workspace, once, what the clock has set aside there because its work failed again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.features.undelivered.queries import SET_ASIDE_KEY
from bot.features.undelivered.views import SetAsideLine, SetAsideView
from bot.outbox.queue import put
from bot.outbox.types import Moot, Outgoing
from bot.store import entities, set_aside
from bot.store.entities import Entity
from bot.store.set_aside import SetAside

_SHOWN = 5

log = structlog.get_logger("clock")


def tell_admins(session: Session, now: datetime) -> bool:
    """Tell an admin of one workspace what was set aside there; returns whether there was anything to tell."""
    set_aside.forget_over(session, now)
    rows = set_aside.next_untold(session, now)
    if not rows or rows[0].workspace_id is None:
        return False
    workspace_id = rows[0].workspace_id
    recipient = recipients.of_admin(session, workspace_id)
    if recipient is None:
        log.error("clock.nobody_to_tell", workspace=workspace_id, set_aside=len(rows))
        return True
    message = Outgoing(
        key=SET_ASIDE_KEY.of(workspace_id, rows[0].id, f"{now.timestamp():.0f}"),
        workspace_id=workspace_id,
        kind="set_aside",
        channel=recipient.to,
        destination=recipient.destination,
        args={"ids": [row.id for row in rows]},
        due_at=now,
    )
    put(session, message, now)
    return True


def compose_set_aside(session: Session, args: dict[str, Any], now: datetime) -> SetAsideView | Moot:
    """What is still set aside of what the message is about."""
    rows = set_aside.by_ids(session, args["workspace_id"], args["ids"])
    if not rows:
        return Moot("it has worked since")
    lines = tuple(SetAsideLine(_name(session, args["workspace_id"], row), row.job) for row in rows[:_SHOWN])
    return SetAsideView(lines, len(rows) - len(lines), rows[-1].reference)


def _name(session: Session, workspace_id: int, row: SetAside) -> str:
    """What people call the unit: its own name, or that of its account."""
    name = entities.name_of(session, workspace_id, Entity(row.kind), row.unit_id)
    return "something that is gone" if name is None else name
