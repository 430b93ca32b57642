"""All SQL that only confirmations need, and the keys of their messages."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.outbox.types import MessageKey, State
from bot.store.entities import Entity
from bot.store.schema import history, person, workspace
from bot.store.schema.outbox import outbox

ASK_KEY = MessageKey("confirmation")
ANSWERED_KEY = MessageKey("confirmation-answered")
PERSON_KEY = MessageKey("person-question")
IMPORT = "import"
"""The surface of what an import writes."""


def team_of(session: Session, workspace_id: int) -> str:
    """The Slack team of a workspace."""
    return str(session.execute(select(workspace.c.team_id).where(workspace.c.id == workspace_id)).scalar_one())


def people_with_email(session: Session, of: Account, email: str) -> list[int]:
    """The people of an account with this email address who have not left."""
    theirs = (person.c.account_id == of.id) & person.c.taken_back_at.is_(None)
    there = person.c.left_on.is_(None) | (person.c.returned_on >= person.c.left_on)
    same = func.lower(person.c.email) == email.lower()
    return list(session.execute(select(person.c.id).where(theirs, there, same).order_by(person.c.id)).scalars())


def who_gave_the_email(session: Session, of: Account, person_id: int) -> tuple[int | None, bool] | None:
    """The member who last set a person's email, and whether an import did; None where history does not say."""
    about = (history.c.workspace_id == of.workspace_id) & (history.c.account_id == of.id)
    about &= (history.c.entity == Entity.PERSON.value) & (history.c.entity_id == person_id)
    lines = (
        select(history.c.member_id, history.c.batch_id, history.c.surface, history.c.after)
        .where(about)
        .order_by(history.c.id.desc())
    )
    for row in session.execute(lines):
        if (row.after or {}).get("email"):
            return row.member_id, row.batch_id is not None or row.surface == IMPORT
    return None


def was_refused(session: Session, workspace_id: int, confirmation_id: int) -> bool:
    """Whether Slack refused the post of a question for good."""
    ours = (outbox.c.workspace_id == workspace_id) & (outbox.c.key == ASK_KEY.of(confirmation_id))
    state = session.execute(select(outbox.c.state).where(ours)).scalar_one_or_none()
    return state == State.DEAD.value
