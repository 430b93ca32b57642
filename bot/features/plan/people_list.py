"""The list of an account's people, and the forms that it opens."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import row_of, writable, writable_row
from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed
from bot.app.reviewers import may_review
from bot.app.shown import version_of_account
from bot.domain.account.departures import Unheard, unheard
from bot.domain.enums import Part
from bot.domain.labels import labels
from bot.domain.model import Person
from bot.features.plan import people, plan, queries
from bot.features.plan.phrases import PlanPhrase
from bot.features.plan.views import (
    EditPersonView,
    PeopleView,
    PersonBackView,
    PersonFormView,
    PersonLeftView,
    PersonRow,
)
from bot.phrases import say
from bot.store.entities import Entity

A_PAGE = 20


def people_view(session: Session, actor: Actor, account_id: int, now: datetime, *, page: int = 0) -> PeopleView:
    """Everybody at the customer: who is there first, then who left; `page` counts from 0."""
    return _view(session, actor, account_id, now, page=page)


def saved_view(session: Session, actor: Actor, account_id: int, person_id: int, now: datetime) -> PeopleView:
    """The list after somebody in it was changed, with how they stand now."""
    row_of(session, actor, Entity.PERSON, person_id)
    return _view(session, actor, account_id, now, saved=person_id)


def _view(
    session: Session, actor: Actor, account_id: int, now: datetime, *, page: int = 0, saved: int | None = None
) -> PeopleView:
    state, assessment = assessed(session, actor, account_id, now)
    can_write = may_write(session, actor, state.account)
    departures = queries.last_departures(session, state.account) if can_write else {}
    manages = bool(departures) and may_review(session, actor, state.account, now)
    waiting = unheard(state.people, assessment.outcomes, assessment.on)
    rows = [
        _row(
            person,
            waiting.get(person.id),
            assessment.on,
            said_after=people.said_after(state, person),
            undone_by=state.names.get(person.undone_by or 0),
            can_undo=can_write and people.may_take_back(actor, departures.get(person.id), person, now, manages=manages),
        )
        for person in state.people
    ]
    rows.sort(key=lambda row: not row.there)
    pages = max(1, -(-len(rows) // A_PAGE))
    number = min(max(page, 0), pages - 1)
    changed = next((row for row in rows if row.person_id == saved), None)
    shown = tuple(rows[number * A_PAGE : (number + 1) * A_PAGE])
    return PeopleView(account_id, state.account.name, shown, changed, number, pages, can_write)


def _row(
    person: Person, waiting: Unheard | None, on: date, *, said_after: date | None, undone_by: str | None, can_undo: bool
) -> PersonRow:
    state = say(
        PlanPhrase.PERSON_STATE,
        there=person.is_there(on),
        left_on=person.left_on,
        back_on=person.returned_on if person.came_back else None,
        namesake=waiting.namesake.name if waiting is not None and waiting.namesake is not None else None,
        unheard=waiting is not None,
        undone_on=person.undone_on,
        undone_by=undone_by,
    )
    there = person.is_there(on)
    return PersonRow(person.id, person.name, person.title, labels(person.parts), there, state, said_after, can_undo)


def edit_form(session: Session, actor: Actor, person_id: int, now: datetime) -> EditPersonView:
    """What the form shows of somebody."""
    person, seen = _shown(session, actor, person_id)
    return EditPersonView(person.id, person.name, person.title, person.email, person.parts, seen)


def left_form(session: Session, actor: Actor, person_id: int, now: datetime) -> PersonLeftView:
    """The form that asks when somebody left."""
    person, seen = _shown(session, actor, person_id)
    return PersonLeftView(person.id, person.name, labels(person.parts), actor.today(now), seen)


def back_form(session: Session, actor: Actor, person_id: int, now: datetime) -> PersonBackView:
    """The form that asks since when somebody is back."""
    person, seen = _shown(session, actor, person_id)
    return PersonBackView(person.id, person.name, person.left_on, actor.today(now), seen)


def who_is_meant(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    name: str,
    title: str | None,
    email: str | None,
    parts: tuple[Part, ...],
) -> PersonFormView | None:
    """The form for a new person again, asking whether it is the one of that name who left; `None` if nobody did."""
    account_id = writable(session, actor, account_id).id
    gone = people.gone_under_this_name(session, actor, account_id, now, name=name, email=email)
    if gone is None:
        return None
    return PersonFormView(
        **plan.form_values(session, actor, account_id, now),
        gone_id=gone.id,
        gone=gone.name,
        gone_on=gone.left_on,
        name=name,
        title=title,
        email=email,
        parts=parts,
    )


def _shown(session: Session, actor: Actor, person_id: int) -> tuple[Person, int]:
    account, _ = writable_row(session, actor, Entity.PERSON, person_id)
    seen = version_of_account(session, actor, account.id)
    return queries.person(session, account, person_id), seen
