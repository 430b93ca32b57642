"""What one member did in a while, and the steps that are theirs: for a talk between two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Change, PromptState
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.schema import account, action, answer, evidence, meeting, prompt


class OpenStep(NamedTuple):
    """An open step, the customer it is for, and its day."""

    account: str
    text: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class OwnerWork:
    """`moved` counts customers at whom their answers say something moved; `asked` meetings that are decided, `answered`
    of them; `evidence` the pieces that they recorded and that stand. `steps` are the first of `open_steps`."""

    moved: int
    evidence: int
    asked: int
    answered: int
    open_steps: int
    late_steps: int
    steps: tuple[OpenStep, ...]


def owner_work(session: Session, of: Member, since: datetime, now: datetime, *, today: date, shown: int) -> OwnerWork:
    """What this member did from `since` to `now`, and their open steps, the oldest day first."""
    asked, answered = _meetings(session, of, since, now)
    many, late, steps = _steps(session, of, today, shown)
    return OwnerWork(_moved(session, of, since), _recorded(session, of, since), asked, answered, many, late, steps)


def _moved(session: Session, of: Member, since: datetime) -> int:
    theirs = Entity.ANSWER.in_workspace(of.workspace_id) & (answer.c.member_id == of.id)
    moved = select(func.count(answer.c.account_id.distinct())).where(theirs, answer.c.answered_at > since)
    return int(session.execute(moved.where(answer.c.change != Change.NOTHING)).scalar_one())


def _recorded(session: Session, of: Member, since: datetime) -> int:
    theirs = Entity.EVIDENCE.in_workspace(of.workspace_id) & (evidence.c.recorded_by == of.id)
    stands = evidence.c.withdrawn_on.is_(None) & evidence.c.superseded_on.is_(None)
    recorded = select(func.count()).select_from(evidence).where(theirs, stands, evidence.c.recorded_at > since)
    return int(session.execute(recorded).scalar_one())


def _meetings(session: Session, of: Member, since: datetime, now: datetime) -> tuple[int, int]:
    theirs = (prompt.c.workspace_id == of.workspace_id) & (prompt.c.member_id == of.id)
    answered = func.coalesce(func.sum(case((prompt.c.state == PromptState.ANSWERED, 1), else_=0)), 0)
    decided = prompt.c.state.in_((PromptState.ANSWERED, PromptState.SILENT))
    counted = select(func.count(), answered).join_from(prompt, meeting, meeting.c.id == prompt.c.meeting_id)
    asked, of_them = session.execute(counted.where(theirs, decided, meeting.c.starts_at.between(since, now))).one()
    return int(asked), int(of_them)


def _steps(session: Session, of: Member, today: date, shown: int) -> tuple[int, int, tuple[OpenStep, ...]]:
    theirs = (account.c.workspace_id == of.workspace_id) & (action.c.owner_id == of.id)
    is_open = (action.c.told_on.is_(None) | action.c.told_words.is_(None)) & action.c.dropped_on.is_(None)
    conditions = theirs, is_open, account.c.status == AccountStatus.CUSTOMER, Entity.ACCOUNT.still_there()
    late = func.coalesce(func.sum(case((action.c.due_on < today, 1), else_=0)), 0)
    joined = action.join(account, account.c.id == action.c.account_id)
    # within: `theirs` holds the workspace
    many, late_ones = session.execute(select(func.count(), late).select_from(joined).where(*conditions)).one()
    first = select(account.c.name, action.c.text, action.c.due_on).select_from(joined).where(*conditions)
    in_order = first.order_by(action.c.due_on.is_(None), action.c.due_on, action.c.id).limit(shown)
    return int(many), int(late_ones), tuple(OpenStep(*row) for row in session.execute(in_order))
