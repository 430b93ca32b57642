"""All SQL that only confirmations need, and the keys of their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.outbox.types import MessageKey, State
from bot.store.entities import Entity
from bot.store.schema import account, confirmation, history, person, person_slack, workspace
from bot.store.schema.outbox import outbox

ASK_KEY = MessageKey("confirmation")
ANSWERED_KEY = MessageKey("confirmation-answered")
PERSON_KEY = MessageKey("person-question")
IMPORT = "import"
"""The surface of what an import writes."""


@dataclass(slots=True)
class Confirmer:
    """A Slack user of another organisation: who they are said to be, what Slack calls them, who asked them last, and
    the names of the accounts for which their answers count."""

    person: str | None
    name: str | None
    asked_by: int
    accounts: set[str]


def who_confirms_for_several(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime | None
) -> list[Confirmer]:
    """Who has answered for two customers and more, and since a moment for one of this portfolio, the busiest first."""
    user = (person_slack.c.slack_team_id, person_slack.c.slack_user_id)
    joined = confirmation.join(person_slack, person_slack.c.id == confirmation.c.answered_by)
    joined = joined.join(account, account.c.id == confirmation.c.account_id)
    joined = joined.outerjoin(person, person.c.id == person_slack.c.person_id)
    ours = (account.c.workspace_id == workspace_id) & Entity.ACCOUNT.still_there()
    counted = ours & confirmation.c.counted_at.is_not(None)
    columns = (*user, account.c.name, account.c.portfolio_id, confirmation.c.counted_at, confirmation.c.asked_by)
    statement = select(*columns, person.c.name.label("person"), person_slack.c.name.label("shown"))
    answers: dict[tuple[str, str | None], Confirmer] = {}
    lately: set[tuple[str, str | None]] = set()
    for row in session.execute(statement.select_from(joined).where(counted).order_by(confirmation.c.id)):
        key = (row.slack_team_id, row.slack_user_id)
        one = answers.setdefault(key, Confirmer(row.person, row.shown, row.asked_by, set()))
        one.accounts.add(row.name)
        one.person, one.name, one.asked_by = row.person, row.shown, row.asked_by
        if row.portfolio_id == portfolio_id and (since is None or row.counted_at > since):
            lately.add(key)
    several = [answers[key] for key in lately if len(answers[key].accounts) > 1]
    return sorted(several, key=lambda one: (-len(one.accounts), one.person or "", one.name or ""))


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
