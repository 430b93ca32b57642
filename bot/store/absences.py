"""Days on which members are away, and what happened meanwhile to the accounts that they own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import PromptState
from bot.store import serving
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.schema import absence, account, answer, meeting, member, prompt, risk
from bot.store.set_aside import Unit, not_resting


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a member is away, from one moment to another; `from_status` if their Slack status said so."""

    id: int
    workspace_id: int
    member_id: int
    from_at: datetime
    until_at: datetime
    from_status: bool = False


class Happened(NamedTuple):
    """What happened to an account at a moment: who did it and what, as far as there is something to say."""

    account_id: int
    account: str
    at: datetime
    by: str | None
    text: str | None


_COLUMNS = [absence.c[field.name] for field in fields(Absence)]


def running(session: Session, of: Member, now: datetime) -> Absence | None:
    """The absence of a member that has begun and is not over."""
    theirs = (absence.c.workspace_id == of.workspace_id) & (absence.c.member_id == of.id)
    current = theirs & (absence.c.from_at <= now) & (absence.c.until_at > now)
    row = session.execute(select(*_COLUMNS).where(current).order_by(absence.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Absence(*row)


def by_id(session: Session, workspace_id: int, absence_id: int) -> Absence | None:
    """The absence with this id; None where this workspace has none."""
    ours = (absence.c.workspace_id == workspace_id) & (absence.c.id == absence_id)
    row = session.execute(select(*_COLUMNS).where(ours)).one_or_none()
    return None if row is None else Absence(*row)


def add(session: Session, of: Member, now: datetime, until_at: datetime, *, from_status: bool = False) -> int:
    """Note that a member is away from now on; returns the id."""
    whose = {"workspace_id": of.workspace_id, "member_id": of.id, "from_status": from_status}
    values = {"from_at": now, "until_at": until_at, "entered_at": now}
    return int(session.execute(insert(absence).values(**whose, **values).returning(absence.c.id)).scalar_one())


def move(session: Session, of: Member, absence_id: int, until_at: datetime) -> None:
    """Have an absence of a member end at another moment."""
    theirs = (absence.c.workspace_id == of.workspace_id) & (absence.c.id == absence_id)
    session.execute(update(absence).where(theirs).values(until_at=until_at))


def note_typed(session: Session, of: Member, absence_id: int) -> None:
    """Note that an absence is the member's own word by now, whatever their status says."""
    theirs = (absence.c.workspace_id == of.workspace_id) & (absence.c.id == absence_id)
    session.execute(update(absence).where(theirs).values(from_status=False))


def next_over(session: Session, job: str, now: datetime) -> tuple[Unit, Absence] | None:
    """One absence that is over and of which its member was not told, locked where the database can; with its unit."""
    served = serving.is_served(session, absence.c.workspace_id)
    over = absence.c.told_at.is_(None) & (absence.c.until_at <= now) & served
    waiting = over & not_resting(job, Entity.MEMBER, absence.c.member_id, now)
    first = select(*_COLUMNS).where(waiting).order_by(absence.c.until_at).limit(1)
    row = session.execute(first.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else (Unit(row.workspace_id, Entity.MEMBER, row.member_id), Absence(*row))


def take_telling(session: Session, workspace_id: int, absence_id: int, now: datetime) -> bool:
    """Note that the member is told now; False if they were told already: the row count is the lock."""
    ours = (absence.c.workspace_id == workspace_id) & (absence.c.id == absence_id) & absence.c.told_at.is_(None)
    return bool(session.connection().execute(update(absence).where(ours).values(told_at=now)).rowcount == 1)


def between(session: Session, workspace_id: int, members: Select[int], since: datetime, now: datetime) -> list[Absence]:
    """The absences of the members whose ids a query gives, that lie at least partly between two moments."""
    ours = (absence.c.workspace_id == workspace_id) & absence.c.member_id.in_(members)
    lately = ours & (absence.c.until_at > since) & (absence.c.from_at < now)
    return [Absence(*row) for row in session.execute(select(*_COLUMNS).where(lately).order_by(absence.c.id))]


def answered(session: Session, of: Absence, limit: int) -> tuple[list[Happened], int]:
    """What others answered on the accounts of who was away, the first ones, and how many there are."""
    by = member.alias("by")
    theirs = _of_owner(of) & (answer.c.member_id != of.member_id)
    during = theirs & answer.c.answered_at.between(of.from_at, of.until_at)
    statement = (
        select(account.c.id, account.c.name, answer.c.answered_at, by.c.name, answer.c.what_changed)
        .join_from(answer, account, account.c.id == answer.c.account_id)
        .join(by, by.c.id == answer.c.member_id)
        .where(during)
    )
    return _first(session, statement.order_by(answer.c.answered_at, answer.c.id), limit)


def passed(session: Session, of: Absence, limit: int) -> tuple[list[Happened], int]:
    """The meetings of their accounts that passed without an answer, with who had been asked instead of them."""
    by = member.alias("by")
    unanswered = prompt.c.state.in_((PromptState.SILENT, PromptState.AWAY))
    during = _of_owner(of) & unanswered & meeting.c.starts_at.between(of.from_at, of.until_at)
    asked = by.c.id == prompt.c.member_id
    statement = (
        select(account.c.id, account.c.name, meeting.c.starts_at, by.c.name, prompt.c.state)
        .join_from(prompt, meeting, meeting.c.id == prompt.c.meeting_id)
        .join(account, account.c.id == prompt.c.account_id)
        .outerjoin(by, asked & (by.c.id != of.member_id))
        .where(during)
    )
    return _first(session, statement.order_by(meeting.c.starts_at, prompt.c.id), limit)


def risks(session: Session, of: Absence, limit: int) -> tuple[list[Happened], int]:
    """The risks of their accounts that were opened meanwhile and are open still, with who has them."""
    by = member.alias("by")
    during = _of_owner(of) & risk.c.opened_at.between(of.from_at, of.until_at) & risk.c.closed_at.is_(None)
    statement = (
        select(account.c.id, account.c.name, risk.c.opened_at, by.c.name, risk.c.fact)
        .join_from(risk, account, account.c.id == risk.c.account_id)
        .outerjoin(by, by.c.id == risk.c.owner_id)
        .where(during)
    )
    return _first(session, statement.order_by(risk.c.severity.desc(), risk.c.id), limit)


def _of_owner(of: Absence) -> Any:
    return (account.c.workspace_id == of.workspace_id) & (account.c.owner_id == of.member_id)


def _first(session: Session, statement: Select[Any], limit: int) -> tuple[list[Happened], int]:
    rows = session.execute(statement.add_columns(func.count().over()).limit(limit)).all()
    return [Happened(*row[:-1]) for row in rows], rows[0][-1] if rows else 0
