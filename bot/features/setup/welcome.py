"""The first words: to the first admin who opens Home, and to owners and managers once an admin has seen their names.

Each is put once, by its key. Owners and managers who come later are greeted by the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.actor import Actor, UserError, must_read
from bot.domain.values import working_hours
from bot.features.portfolios.setup import WEEKDAYS
from bot.features.setup import queries
from bot.features.setup.queries import Leader
from bot.features.setup.refusals import SetupRefusal
from bot.features.setup.views import (
    Greeted,
    TeamToldView,
    TellTeamView,
    WelcomeAdminView,
    WelcomeManagerView,
    WelcomeOwnerView,
)
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Outgoing
from bot.store import members, portfolios, serving

FIRST = "first"
ADMIN, OWNER, MANAGER = "welcome-admin", "welcome-owner", "welcome-manager"
_NAMED = 20
_CUSTOMERS = 3
Place = Mapping[str, str]
"""The ids of our app and of the Slack workspace, which a link to App Home needs; both empty where they are unknown."""


def greet_admin(session: Session, actor: Actor, place: Place, now: datetime) -> None:
    """Put the first words to the first admin who opens Home; once in a workspace."""
    must_read(actor)
    if actor.member.is_admin and actor.member.slack_id:
        key = queries.ADMIN_KEY.of(FIRST)
        put(session, _message(actor.workspace_id, ADMIN, key, actor.member.slack_id, place, due_at=now), now)


def tell_form(session: Session, actor: Actor, now: datetime) -> TellTeamView:
    """Who gets a first message, for admins."""
    _must_be_admin(actor)
    everybody = queries.leaders(session, actor.workspace_id)
    reached_people = [one for one in everybody if one.slack_id]
    if not reached_people:
        raise UserError(SetupRefusal.NOBODY_TO_TELL)
    named = tuple(Greeted(one.name, one.customers, one.portfolio) for one in reached_people[:_NAMED])
    unreached = tuple(one.name for one in everybody if not one.slack_id)
    return TellTeamView(named, len(reached_people) - len(named), unreached[:_NAMED])


def tell_team(session: Session, actor: Actor, place: Place, now: datetime) -> int:
    """Put the first words to all owners and managers, each within their working hours; returns to how many."""
    _must_be_admin(actor)
    people = reached(session, actor.workspace_id)
    if not people:
        raise UserError(SetupRefusal.NOBODY_TO_TELL)
    for person in people:
        _greet(session, actor.workspace_id, person, place, now)
    return len(people)


def team_told(session: Session, actor: Actor, count: int, now: datetime) -> TeamToldView:
    """That so many were told."""
    must_read(actor)
    return TeamToldView(count)


def greet_newcomers(session: Session, now: datetime) -> bool:
    """Greet one owner or manager who has come since the others of their workspace were told; whether there was any."""
    return any(_greet_one(session, workspace_id, now) for workspace_id in serving.workspaces_of(session))


def reached(session: Session, workspace_id: int) -> list[Leader]:
    """The owners and managers whom Slack reaches."""
    return [one for one in queries.leaders(session, workspace_id) if one.slack_id]


def compose_admin(session: Session, args: dict[str, Any], now: datetime) -> WelcomeAdminView:
    """The first words to an admin."""
    return WelcomeAdminView(_link(args))


def compose_owner(session: Session, args: dict[str, Any], now: datetime) -> WelcomeOwnerView | Moot:
    """The first words to an owner, with the customers that they have by now."""
    workspace_id, owner_id = args["workspace_id"], args["member_id"]
    largest = queries.largest_of(session, workspace_id, owner_id, _CUSTOMERS)
    count = next((one.customers for one in queries.leaders(session, workspace_id) if one.id == owner_id), 0)
    if not largest or not count:
        return Moot("they own no customer any more")
    names = tuple(name for _, name in largest)
    return WelcomeOwnerView(*largest[0], names, count, count - len(names), _link(args))


def compose_manager(session: Session, args: dict[str, Any], now: datetime) -> WelcomeManagerView | Moot:
    """The first words to a manager, with the portfolio that they have by now."""
    workspace_id = args["workspace_id"]
    managed = portfolios.of_manager(session, workspace_id, args["member_id"])
    if not managed:
        return Moot("they manage no portfolio any more")
    first = managed[0]
    customers, owners = queries.owners_in(session, workspace_id, first.id)
    return WelcomeManagerView(
        portfolio_id=first.id,
        name=first.name,
        more=len(managed) - 1,
        customers=customers,
        owners=owners,
        channel=first.channel,
        weekday=WEEKDAYS[first.digest_weekday],
        time=first.digest_time,
        link=_link(args),
    )


def _must_be_admin(actor: Actor) -> None:
    must_read(actor)
    if not actor.member.is_admin:
        raise UserError(SetupRefusal.ONLY_ADMINS)


def _untold(session: Session, workspace_id: int, people: Collection[Leader]) -> Sequence[Leader]:
    ids = [one.id for one in people]
    told = lookup.told(session, workspace_id, queries.OWNER_KEY, ids)
    told |= lookup.told(session, workspace_id, queries.MANAGER_KEY, ids)
    return [one for one in people if one.id not in told]


def _greet_one(session: Session, workspace_id: int, now: datetime) -> bool:
    if not queries.anybody_told(session, workspace_id):  # an admin decides when
        return False
    untold = _untold(session, workspace_id, reached(session, workspace_id))
    return bool(untold) and _greet(session, workspace_id, untold[0], {}, now)


def _greet(session: Session, workspace_id: int, person: Leader, place: Place, now: datetime) -> bool:
    member = members.by_id(session, workspace_id, person.id)
    if member is None or member.slack_id is None:
        return False
    kind, key = (MANAGER, queries.MANAGER_KEY) if person.portfolio else (OWNER, queries.OWNER_KEY)
    if lookup.told(session, workspace_id, queries.OWNER_KEY if person.portfolio else queries.MANAGER_KEY, [person.id]):
        return False
    due_at = working_hours.at_work(now, hours.week_of(member))
    args = {**place, "member_id": person.id}
    return put(session, _message(workspace_id, kind, key.of(person.id), member.slack_id, args, due_at=due_at), now)


def _message(
    workspace_id: int, kind: str, key: str, slack_id: str, args: Mapping[str, Any], *, due_at: datetime
) -> Outgoing:
    return Outgoing(
        key=key,
        workspace_id=workspace_id,
        kind=kind,
        channel=slack_id,
        destination=Destination.USER,
        args=args,
        due_at=due_at,
    )


def _link(args: Mapping[str, Any]) -> str | None:
    """What opens App Home in Slack."""
    team, app = args.get("team"), args.get("app")
    return f"slack://app?team={team}&id={app}&tab=home" if team and app else None
