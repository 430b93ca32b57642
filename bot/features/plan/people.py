"""The people of an account: who they are, which parts they have, that they left, came back, or never left after all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.reviewers import may_review
from bot.app.sensible_days import must_follow, must_have_been
from bot.app.shown import ShownRow, must_be_as_shown
from bot.domain.account.departures import same_person
from bot.domain.account.parts import changed_parts, first_parts
from bot.domain.enums import Part
from bot.domain.model import Person, ProofState
from bot.domain.values.days import add_days
from bot.domain.values.names import near_same
from bot.features.plan import queries
from bot.features.plan.queries import Departed
from bot.features.plan.refusals import PlanRefusal
from bot.store import ledger
from bot.store.entities import Entity

SLIP = timedelta(days=7)
"""For how long a person that was added, or a departure that was noted, counts as a slip when it is put right."""
_LONGEST_NOTICE_DAYS = 366
_AWAY = ("left_on", "returned_on", "left_before_upgrade")


def add_person(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    name: str,
    part: Part,
    further: tuple[Part, ...] = (),
    title: str | None = None,
    email: str | None = None,
    somebody_else: bool = False,
) -> int:
    """Add somebody at the customer with their parts; returns the id.

    Who is there under this name already gets the parts that are new. Refused where the name or address is that of
    somebody who left, unless `somebody_else` says that it is another person: then the rules wait until the record has
    heard them.
    """
    account = writable(session, actor, account_id)
    account_id = account.id
    must_be_as_shown(session, actor, account_id, now)  # so that two who add the same person at once add one
    full_name = " ".join(name.split())
    if not full_name:
        raise UserError(PlanRefusal.PERSON_WITHOUT_NAME, "name")
    people, today = queries.people(session, account), has_begun(now)
    there = next((person for person in people if person.name == full_name and person.is_there(today)), None)
    if there is not None:
        if part is not Part.OTHER or further:  # who is only named again keeps the parts they have
            _give_parts(session, actor, there, (*there.parts, part, *further), now)
        return there.id
    new = Person(0, account_id, full_name, part, email=_address(email))
    gone = [person for person in people if not person.is_there(today) and same_person(new, person)]
    if gone and not somebody_else:
        raise _left_under_this_name(gone[-1])
    values: dict[str, Any] = {"title": (title or "").strip() or None, "email": new.email}
    values |= asdict(first_parts((part, *further)))
    return ledger.add(session, actor.author, Entity.PERSON, now, account_id=account_id, name=full_name, **values)


def gone_under_this_name(
    session: Session, actor: Actor, account_id: int, now: datetime, *, name: str, email: str | None
) -> Person | None:
    """Who left this customer under a name or address like that, the last of them; `None` where nobody did.

    Somebody who is there under exactly this name is nobody new, so nothing is asked of them.
    """
    account = writable(session, actor, account_id)
    account_id = account.id
    people, today = queries.people(session, account), has_begun(now)
    full_name = " ".join(name.split())
    if any(person.name == full_name and person.is_there(today) for person in people):
        return None
    new = Person(0, account_id, full_name, Part.OTHER, email=_address(email))
    gone = [person for person in people if not person.is_there(today) and same_person(new, person)]
    return max(gone, key=lambda person: (person.left_on or date.min, person.id), default=None)


def edit_person(
    session: Session,
    actor: Actor,
    person_id: int,
    now: datetime,
    *,
    name: str,
    parts: tuple[Part, ...],
    title: str | None,
    email: str | None,
) -> int:
    """Correct how somebody is written, and say which parts they have; returns the account's id.

    Another name makes another person of what they attested, so only a spelling near all that they ever had is taken,
    and nothing but the title of somebody who left.
    """
    account, _ = writable_row(session, actor, Entity.PERSON, person_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PERSON, person_id))
    person = queries.person(session, account, person_id)
    full_name = " ".join(name.split())
    if not full_name:
        raise UserError(PlanRefusal.PERSON_WITHOUT_NAME, "name")
    if not parts:
        raise UserError(PlanRefusal.PART_MISSING, "parts")
    if not person.is_there(has_begun(now)):
        same = full_name == person.name and _address(email) == person.email and set(parts) == set(person.parts)
        if not same:
            raise UserError(PlanRefusal.RECORD_OF_ONE_WHO_LEFT, "name", name=person.name, left=person.left_on)
    elif full_name != person.name:
        names = queries.names_of(session, actor.workspace_id, person)
        if not all(near_same(full_name, name) for name in names):
            raise UserError(PlanRefusal.ANOTHER_NAME, "name", name=person.name)
    values: dict[str, Any] = {"name": full_name, "title": (title or "").strip() or None, "email": _address(email)}
    ledger.change(session, actor.author, Entity.PERSON, person_id, now, **values)
    _give_parts(session, actor, person, parts, now)
    return account.id


def person_left(session: Session, actor: Actor, person_id: int, left_on: date, now: datetime) -> int:
    """Record that somebody left the customer, or leaves; what they attested counts for less from that day on.

    Returns the account's id. Until the day has come another one may be noted.
    """
    account, _ = writable_row(session, actor, Entity.PERSON, person_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PERSON, person_id, _AWAY, {"left_on": "on"}))
    person, today = queries.person(session, account, person_id), actor.today(now)
    if not person.is_there(has_begun(now)):
        raise UserError(PlanRefusal.LEFT_ALREADY, "on", name=person.name, left=person.left_on)
    if left_on > add_days(today, _LONGEST_NOTICE_DAYS):
        raise UserError(PlanRefusal.LEAVES_TOO_LATE, "on")
    if person.returned_on is not None:
        must_follow(left_on, add_days(person.returned_on, 1), "on", "returned")
    ledger.change(session, actor.author, Entity.PERSON, person_id, now, left_on=left_on, left_before_upgrade=False)
    return account.id


def person_returned(session: Session, actor: Actor, person_id: int, returned_on: date, now: datetime) -> int:
    """Record that somebody is back at the customer; what they attested before stays as it is until they do so again.

    Returns the account's id.
    """
    account, _ = writable_row(session, actor, Entity.PERSON, person_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PERSON, person_id, _AWAY, {"returned_on": "on"}))
    person = queries.person(session, account, person_id)
    if person.is_there(has_begun(now)):
        raise UserError(PlanRefusal.NEVER_LEFT, "on", name=person.name)
    must_have_been(returned_on, actor.today(now), "on")
    must_follow(returned_on, person.left_on, "on", "left")
    ledger.change(
        session, actor.author, Entity.PERSON, person_id, now, returned_on=returned_on, left_before_upgrade=False
    )
    return account.id


def take_back_departure(session: Session, actor: Actor, person_id: int, now: datetime) -> int:
    """Take back the last departure of somebody, which was noted by mistake; returns the account's id.

    Only who noted it may do so, or who reviews the account (`may_review`), and for a week. Later it is *Came back*.
    """
    account, _ = writable_row(session, actor, Entity.PERSON, person_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PERSON, person_id, _AWAY))
    person = queries.person(session, account, person_id)
    noted = queries.last_departures(session, account).get(person_id)
    if noted is None or person.left_on is None or noted.left_on != person.left_on or person.came_back:
        raise UserError(PlanRefusal.NO_DEPARTURE, name=person.name)
    if now - noted.at > SLIP:
        raise UserError(PlanRefusal.DEPARTURE_TOO_OLD, name=person.name, days=SLIP.days)
    if noted.member_id != actor.member.id and not may_review(session, actor, account, now):
        raise UserError(PlanRefusal.DEPARTURE_OF_ANOTHER, name=person.name)
    values: dict[str, Any] = {
        "left_on": noted.before,
        "undone_on": actor.today(now),
        "undone_by": actor.member.id,
    }
    ledger.change(session, actor.author, Entity.PERSON, person_id, now, **values)
    return account.id


def may_take_back(actor: Actor, noted: Departed | None, person: Person, now: datetime, *, manages: bool) -> bool:
    """Whether `take_back_departure` would do it; `manages` is `may_review`."""
    if noted is None or person.left_on is None or noted.left_on != person.left_on or person.came_back:
        return False
    return now - noted.at <= SLIP and (manages or noted.member_id == actor.member.id)


def said_after(state: ProofState, person: Person) -> date | None:
    """The last day as of which somebody said something that lies after they left; `None` where nothing does."""
    left_on = person.left_on
    if left_on is None:
        return None
    days = [piece.as_of for piece in state.evidence if piece.attested_by == person.id and piece.withdrawn_on is None]
    days += [piece.accepted_on for piece in state.evidence if piece.accepted_by == person.id and piece.accepted_on]
    days += [one.accepted_on for one in state.acceptances if one.person_id == person.id and one.withdrawn_on is None]
    said = [day for day in days if day >= left_on and (person.returned_on is None or day < person.returned_on)]
    return max(said, default=None)


def _give_parts(session: Session, actor: Actor, person: Person, parts: Iterable[Part], now: datetime) -> None:
    slip = now - queries.added_at(session, actor.workspace_id, person) <= SLIP
    values: dict[str, Any] = asdict(changed_parts(person, parts, actor.today(now), slip=slip))
    ledger.change(session, actor.author, Entity.PERSON, person.id, now, **values)


def _left_under_this_name(gone: Person) -> UserError:
    return UserError(PlanRefusal.LEFT_UNDER_THIS_NAME, "name", name=gone.name, left=gone.left_on)


def _address(typed: str | None) -> str | None:
    return (typed or "").strip().casefold() or None
