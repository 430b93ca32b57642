"""All SQL on the people of an account, and on what was said of its promises."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.model import Account, Person
from bot.store import schema
from bot.store.entities import Entity
from bot.store.schema import history

_COLUMNS = [schema.person.c[field.name] for field in fields(Person)]


@dataclass(frozen=True, slots=True)
class Departed:
    """Who noted last that somebody left, when, and on which day; `before` is the day that stood there until then."""

    member_id: int | None
    at: datetime
    left_on: date | None
    before: date | None


def people(session: Session, account: Account) -> list[Person]:
    """Everybody at a customer, those who left as well, in the order in which they were added."""
    theirs = (schema.person.c.account_id == account.id) & Entity.PERSON.still_there()
    ours = Entity.PERSON.in_workspace(account.workspace_id)
    return [Person(*row) for row in session.execute(select(*_COLUMNS).where(theirs, ours).order_by(schema.person.c.id))]


def person(session: Session, account: Account, person_id: int) -> Person:
    """One of the people of an account; raises `LookupError` for anybody else."""
    theirs = (schema.person.c.id == person_id) & (schema.person.c.account_id == account.id)
    ours = Entity.PERSON.in_workspace(account.workspace_id)
    row = session.execute(select(*_COLUMNS).where(theirs, ours)).one_or_none()
    if row is None:
        raise LookupError(f"no person {person_id}")
    return Person(*row)


def added_at(session: Session, workspace_id: int, of: Person) -> datetime:
    """When somebody was put on record; the beginning of time where history does not say."""
    lines = (history.c.workspace_id == workspace_id) & (history.c.account_id == of.account_id)
    theirs = lines & (history.c.entity == Entity.PERSON.value) & (history.c.entity_id == of.id)
    return session.execute(select(func.min(history.c.at)).where(theirs)).scalar_one() or datetime.min.replace(
        tzinfo=UTC
    )


def names_of(session: Session, workspace_id: int, of: Person) -> set[str]:
    """All names that somebody was ever written with."""
    lines = (history.c.workspace_id == workspace_id) & (history.c.account_id == of.account_id)
    theirs = lines & (history.c.entity == Entity.PERSON.value) & (history.c.entity_id == of.id)
    named = session.execute(select(history.c.after).where(theirs)).scalars()
    return {of.name, *(str(after["name"]) for after in named if after.get("name"))}


def last_departures(session: Session, account: Account) -> dict[int, Departed]:
    """For each person of an account, the newest line of history that says when they left."""
    columns = history.c.entity_id, history.c.member_id, history.c.at, history.c.before, history.c.after
    ours = (history.c.workspace_id == account.workspace_id) & (history.c.account_id == account.id)
    lines = select(*columns).where(ours, history.c.entity == Entity.PERSON.value).order_by(history.c.id)
    departures: dict[int, Departed] = {}
    for person_id, member_id, at, before, after in session.execute(lines):
        if "left_on" in after:
            was = (before or {}).get("left_on")
            departures[person_id] = Departed(member_id, at, _day(after["left_on"]), _day(was))
    return departures


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def words_on_promise(session: Session, account: Account, promise_id: int) -> list[tuple[date, str]]:
    """What was noted as said of a promise, each with its day, the oldest first."""
    of_promise = (history.c.entity == Entity.PROMISE.value) & (history.c.entity_id == promise_id)
    ours = (history.c.workspace_id == account.workspace_id) & (history.c.account_id == account.id)
    lines = session.execute(select(history.c.at, history.c.after).where(ours, of_promise).order_by(history.c.id))
    return [(at.date(), after["last_words"]) for at, after in lines if after.get("last_words")]
