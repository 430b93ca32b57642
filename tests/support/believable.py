"""A portfolio to act in: Maya manages North, Inês owns Acme, which meets every Wednesday at ten in Lisbon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from bot.app.actor import bot_author
from bot.domain.enums import CadenceKind, Direction, Part
from bot.features.accounts import add_account
from bot.features.accounts.add_account import NewAccount
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcomes, people
from bot.features.plan.outcomes import NewOutcome
from bot.store import ledger
from bot.store.entities import Entity
from tests.support.bot_process import Stage


@dataclass(frozen=True)
class Book:
    portfolio: int
    acme: int
    outcome: int
    ana: int


def channel_id(stage: Stage, name: str) -> str:
    """The id of a channel of the sandbox by its name."""
    return next(c.id for c in stage.sandbox.world.state.channels.values() if c.name == name)


def fill(stage: Stage) -> Book:
    """Write the portfolio, the account, its outcome and its meeting through the services."""
    maya, ines = stage.actor("maya"), stage.actor("ines")
    channel = channel_id(stage, "cs-north")
    product = channel_id(stage, "product")
    now = stage.now

    def write(session: Session) -> Book:
        portfolio = ledger.add(
            session,
            bot_author(stage.workspace_id),
            Entity.PORTFOLIO,
            now,
            workspace_id=stage.workspace_id,
            name="North",
            channel=channel,
            product_channel=product,
            manager_id=maya.member.id,
            tz="Europe/Stockholm",
        )
        new = NewAccount("Acme GmbH", ines.member.slack_id, portfolio, "48,000", "EUR", renewal_date=date(2026, 6, 1))
        acme = add_account.add_account(session, maya, new, now)
        ana = people.add_person(session, ines, acme, "Ana Ruiz", Part.CHAMPION, "Head of Legal", now)
        outcome = outcomes.add_outcome(
            session,
            ines,
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
            now,
        )
        weekly = NewCadence(acme, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", "Europe/Lisbon")
        cadences.set_cadence(session, ines, weekly, now)
        return Book(portfolio, acme, outcome, ana)

    return stage.write(write)
