"""What one member has to do: answers owed, actions due, risks held; each with its account's name, in one query."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, CadenceKind, PromptState
from bot.domain.model import Action, Risk
from bot.store.members import Member
from bot.store.schema import account, action, meeting, prompt, risk


@dataclass(frozen=True, slots=True)
class Owed:
    """An open prompt of a member."""

    prompt_id: int
    account_id: int
    account: str
    kind: CadenceKind
    starts_at: datetime


def answers_owed(session: Session, me: Member) -> list[Owed]:
    """The prompts that this member still owes an answer to, next meeting first."""
    columns = (prompt.c.id, prompt.c.account_id, account.c.name, meeting.c.kind, meeting.c.starts_at)
    joined = prompt.join(meeting, meeting.c.id == prompt.c.meeting_id).join(
        account, account.c.id == prompt.c.account_id
    )
    mine = (prompt.c.workspace_id == me.workspace_id) & (prompt.c.member_id == me.id)
    owed = select(*columns).select_from(joined).where(mine, prompt.c.state == PromptState.OPEN)
    return [Owed(*row) for row in session.execute(owed.order_by(meeting.c.starts_at, prompt.c.id))]


def actions_due(session: Session, me: Member, until: date) -> list[tuple[Action, str]]:
    """The open actions of this member that are due by a day, the oldest first, each with its account's name."""
    columns = [action.c[field.name] for field in fields(Action)]
    joined = action.join(account, account.c.id == action.c.account_id)
    due = (
        select(*columns, account.c.name)
        .select_from(joined)
        .where(
            account.c.workspace_id == me.workspace_id,
            action.c.owner_id == me.id,
            action.c.told_on.is_(None) | action.c.told_words.is_(None),
            action.c.dropped_on.is_(None),
            action.c.due_on <= until,
            account.c.status == AccountStatus.CUSTOMER,
        )
    )
    return [(Action(*row[:-1]), row[-1]) for row in session.execute(due.order_by(action.c.due_on, action.c.id))]


def risks_held(session: Session, me: Member) -> list[tuple[Risk, str]]:
    """The open risks that this member owns, the worst first, each with its account's name."""
    columns = [risk.c[field.name] for field in fields(Risk)]
    joined = risk.join(account, account.c.id == risk.c.account_id)
    risks = select(*columns, account.c.name).select_from(joined)
    ours = (account.c.workspace_id == me.workspace_id) & (risk.c.owner_id == me.id)
    mine = risks.where(ours, risk.c.closed_at.is_(None))
    return [(Risk(*row[:-1]), row[-1]) for row in session.execute(mine.order_by(risk.c.severity.desc(), risk.c.id))]
