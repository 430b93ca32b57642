"""A small believable world for service tests: one portfolio, its manager, two CSMs and an account with a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, bot_author
from bot.domain.enums import CadenceKind, Direction, Part
from bot.features.accounts import add_account
from bot.features.accounts.add_account import NewAccount
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcomes
from bot.features.plan import people as plan_people
from bot.features.plan.outcomes import NewOutcome
from bot.store import ledger, members
from bot.store.entities import Entity
from bot.store.members import SlackUser
from bot.store.schema.outbox import outbox

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Ids of what every test needs; Maya owns Acme, which meets every Wednesday at 10:00 in Berlin."""

    maya: Actor
    tom: Actor
    manager: Actor
    admin: Actor
    guest: Actor
    portfolio_id: int
    acme: int
    hours: int
    ana: int


def build(session: Session) -> World:
    """Fill an empty workspace 1 as of Monday, 2 March 2026, 09:00 UTC."""
    people = {
        "maya": SlackUser("U0MAYA", "Maya Lindqvist", "maya@example.com", "Europe/Berlin"),
        "tom": SlackUser("U0TOM", "Tom Okafor", "tom@example.com", "America/New_York"),
        "manager": SlackUser("U0INES", "Ines Duarte", "ines@example.com", "Europe/Lisbon"),
        "admin": SlackUser("U0ADMIN", "Ada Admin", None, "UTC", is_admin=True),
        "guest": SlackUser("U0GUEST", "Gus Guest", None, "UTC", is_guest=True),
    }
    who = {name: Actor(members.remember(session, 1, user), "test") for name, user in people.items()}
    portfolio_id = ledger.add(
        session,
        bot_author(1),
        Entity.PORTFOLIO,
        MONDAY,
        workspace_id=1,
        name="North",
        channel="C0NORTH",
        manager_id=who["manager"].member.id,
        tz="Europe/Lisbon",
    )
    new = NewAccount("Acme GmbH", "U0MAYA", portfolio_id, "48,000", "EUR", renewal_date=date(2026, 12, 31))
    acme = add_account.add_account(session, who["maya"], new, MONDAY)
    ana = plan_people.add_person(session, who["maya"], acme, "Ana Ruiz", Part.CHAMPION, "Head of Legal", MONDAY)
    hours = outcomes.add_outcome(
        session,
        who["maya"],
        NewOutcome(
            acme,
            "Contracts signed within 5 days",
            metric="days to sign",
            unit="days",
            direction=Direction.DOWN,
            baseline="15",
            baseline_on=date(2026, 1, 15),
            baseline_agreed_by=ana,
            target="5",
            due_on=date(2026, 6, 30),
            owner_person_id=ana,
            risk_if_never="Legal goes back to e-mail",
        ),
        MONDAY,
    )
    weekly = NewCadence(acme, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", "Europe/Berlin")
    cadences.set_cadence(session, who["maya"], weekly, MONDAY)
    return World(portfolio_id=portfolio_id, acme=acme, hours=hours, ana=ana, **who)


def queued(session: Session) -> list[tuple[str, str]]:
    """(key, channel) of everything in the outbox, in order."""
    return [
        (row.key, row.channel) for row in session.execute(select(outbox.c.key, outbox.c.channel).order_by(outbox.c.id))
    ]
