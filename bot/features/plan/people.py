"""The people of an account: adding one, and noting that one has left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.shown import ShownRow, must_be_as_shown
from bot.domain.enums import Part
from bot.features.plan import queries
from bot.features.plan.refusals import PlanRefusal
from bot.store import ledger
from bot.store.entities import Entity


def add_person(
    session: Session, actor: Actor, account_id: int, now: datetime, *, name: str, part: Part, title: str | None = None
) -> int:
    """Add somebody at the customer; returns the id, also of one who is there under this name and part already."""
    account = writable(session, actor, account_id)
    must_be_as_shown(session, actor, account_id, now)  # so that two who add the same person at once add one
    full_name = " ".join(name.split())
    if not full_name:
        raise UserError(PlanRefusal.PERSON_WITHOUT_NAME, "name")
    existing_id = queries.person_there(session, account, full_name, part, has_begun(now))
    if existing_id is not None:
        return existing_id
    values: dict[str, Any] = {
        "account_id": account_id,
        "name": full_name,
        "part": part,
        "title": (title or "").strip() or None,
    }
    return ledger.add(session, actor.author, Entity.PERSON, now, **values)


def person_left(session: Session, actor: Actor, person_id: int, left_on: date, now: datetime) -> None:
    """Record that somebody left the customer; what they attested counts for less from that day on."""
    account, _ = writable_row(session, actor, Entity.PERSON, person_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PERSON, person_id))
    ledger.change(session, actor.author, Entity.PERSON, person_id, now, left_on=left_on)
