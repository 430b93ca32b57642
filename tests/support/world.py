"""A small world for tests of use cases: one portfolio, its manager, two CSMs and an account with a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, bot_author
from bot.store import ledger
from bot.store.entities import Entity
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.cast import ADA, ANA, GUS, MAYA, PRIYA, TOM

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
    cast = {"maya": MAYA, "tom": TOM, "manager": PRIYA, "admin": ADA, "guest": GUS}
    who = {part: Actor(factory.member(session, person), "test") for part, person in cast.items()}
    home = factory.portfolio(session, "North", MONDAY, channel="C0NORTH", manager_id=who["manager"].member.id)
    renews = date(2026, 12, 31)
    acme = factory.acme(session, who["maya"], home, MONDAY, renews=renews, tz="Europe/Berlin")
    return World(portfolio_id=home, acme=acme.account, hours=acme.outcome, ana=acme.ana, **who)


def of_another_account(session: Session, world: World, entity: str) -> int:
    """The id of a person, an outcome or a promise of Birch, another account of Maya's."""
    birch = factory.account(session, "Birch", MONDAY, portfolio_id=world.portfolio_id, owner_id=world.maya.member.id)
    ana = factory.person(session, birch, ANA, MONDAY)
    said: dict[str, Any] = {"text": "Training for all", "promised_on": MONDAY.date()}
    made = {
        "person": lambda: ana,
        "outcome": lambda: factory.tickets(session, birch, ana, MONDAY),
        "promise": lambda: ledger.add(session, bot_author(1), Entity.PROMISE, MONDAY, account_id=birch, **said),
    }
    return made[entity]()


def queued(session: Session) -> list[tuple[str, str]]:
    """(key, channel) of everything in the outbox, in order."""
    return [
        (row.key, row.channel) for row in session.execute(select(outbox.c.key, outbox.c.channel).order_by(outbox.c.id))
    ]
