"""The people, channels and accounts of a run: enough of them that messages fall due all the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.app import recurrence
from bot.app.actor import bot_author
from bot.domain.enums import CadenceKind, OnHoliday
from bot.domain.values import working_hours
from bot.features.meetings import prompts
from bot.features.meetings.rows import Cadence
from bot.store import accounts, ledger, members, workspaces
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.members import SlackUser
from sandbox import Sandbox
from tests.chaos.options import Options

TEAM = "T0CHAOS"
EVERY_WORKDAY = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
ZONES = ("Europe/Berlin", "Europe/Lisbon", "America/New_York", "Australia/Sydney", "Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Meeting:
    """What an account was given: a meeting every working day at this wall-clock time, 24 hours after its prompt."""

    account_id: int
    at: str
    tz: str
    owner_tz: str


@dataclass(frozen=True, slots=True)
class Town:
    """What was written before the first replica started."""

    workspace_id: int
    meetings: dict[int, Meeting]
    slugs: dict[int, str]


def workspace(options: Options) -> dict[str, Any]:
    """The declared workspace of the sandbox."""
    owners = [
        {"handle": f"owner{number}", "name": f"Owner {number}", "tz": ZONES[number % len(ZONES)]}
        for number in range(options.owners)
    ]
    managers = [
        {"handle": f"manager{number}", "name": f"Manager {number}", "tz": ZONES[number % len(ZONES)], "admin": True}
        for number in range(options.portfolios)
    ]
    channels = [
        {"name": f"cs-{number}", "members": [f"manager{number}"], "bot": True} for number in range(options.portfolios)
    ]
    return {"team": {"id": TEAM, "name": "Chaos", "domain": "chaos"}, "users": owners + managers, "channels": channels}


def settle(database: Database, sandbox: Sandbox, options: Options, start: datetime, random: Random) -> Town:
    """Write portfolios, accounts and their meetings, as of the business moment `start`."""
    with database.begin() as session:
        workspace_id = workspaces.remember(session, TEAM, "Chaos", start)
        by = bot_author(workspace_id)
        managers = _meet(session, sandbox, workspace_id, "manager", options.portfolios)
        owners = _meet(session, sandbox, workspace_id, "owner", options.owners)
        held = [_portfolio(session, by, sandbox, number, manager, start) for number, manager in enumerate(managers)]
        town = Town(workspace_id, {}, {})
        for number in range(options.accounts):
            owner, portfolio = owners[number % len(owners)], held[number % len(held)]
            _account(session, by, town, f"Customer {number:04}", portfolio, owner, start, random)
    return town


def _meet(session: Session, sandbox: Sandbox, workspace_id: int, part: str, count: int) -> list[members.Member]:
    people = [sandbox.person(f"{part}{number}") for number in range(count)]
    met = [
        members.remember(session, workspace_id, SlackUser(one.id, one.name, None, one.tz, is_admin=part == "manager"))
        for one in people
    ]
    for member in met:
        members.save_settings(session, workspace_id, member.id, one_each=True)
    return met


def _portfolio(
    session: Session, by: Author, sandbox: Sandbox, number: int, manager: members.Member, start: datetime
) -> int:
    channel = sandbox.world.state.find_channel(f"cs-{number}")
    assert channel is not None
    weekday, at = number % 5, f"{7 + number % 11:02}:30"
    return ledger.add(
        session,
        by,
        Entity.PORTFOLIO,
        start,
        workspace_id=by.workspace_id,
        name=f"Portfolio {number}",
        channel=channel.id,
        manager_id=manager.id,
        tz=manager.tz,
        digest_weekday=weekday,
        digest_time=at,
        next_digest_at=working_hours.next_weekly(start, weekday, at, manager.tz),
    )


def _account(
    session: Session,
    by: Author,
    town: Town,
    name: str,
    portfolio_id: int,
    owner: members.Member,
    start: datetime,
    random: Random,
) -> None:
    account_id = accounts.create(
        session,
        by,
        start - timedelta(days=30),
        name,
        portfolio_id=portfolio_id,
        owner_id=owner.id,
        arr_minor=random.randrange(1_000_000, 100_000_000),
        currency="EUR",
        renewal_date=start.date() + timedelta(days=random.randrange(30, 120)),
    )
    minute, tz = random.randrange(24 * 60), random.choice(ZONES)
    at = f"{minute // 60:02}:{minute % 60:02}"
    first = start.astimezone(ZoneInfo(tz)).date() - timedelta(days=7)
    place = (EVERY_WORKDAY, f"{first}T{at}", tz, 24, OnHoliday.STAY)
    cadence = Cadence(0, account_id, CadenceKind.WEEKLY_SYNC, *place, True, None, None)
    upcoming = recurrence.next_occurrence(cadence.rrule, cadence.local_start, tz, start + timedelta(hours=24))
    values: dict[str, Any] = {"kind": cadence.kind, "rrule": cadence.rrule, "tz": tz, "lead_hours": 24, "active": True}
    moments = prompts.schedule(cadence, upcoming, owner.tz)
    cadence_id = ledger.add(session, by, Entity.CADENCE, start, account_id=account_id, **values, **moments)
    town.meetings[cadence_id] = Meeting(account_id, at, tz, owner.tz)
    known = accounts.in_workspace(session, by.workspace_id, account_id)
    assert known is not None
    town.slugs[account_id] = known.slug
