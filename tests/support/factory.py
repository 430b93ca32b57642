"""The one place where tests make rows: workspace, members, portfolio, account, people, outcomes, evidence.

`acme` goes through the use cases, as people do. The rest goes through the ledger with defaults that make sense, so that
a test says only what it is about; `values` are columns of the table and win over the defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import CadenceKind, Direction, Source, Witness
from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcomes, people
from bot.features.plan.outcomes import NewOutcome
from bot.store import account_terms, accounts, ledger, members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.members import Member
from tests.support.cast import ANA, Colleague, Customer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGREEMENT = "https://acme.example/success-plan"
"""What shows that the customer agreed to an outcome."""
BOT = Author(1, None, "test")
"""Who writes the rows that no person is said to have written, in the workspace of most tests."""


def add_workspace(database: Database, team_id: str = "T1") -> int:
    """Add a workspace; returns its id."""
    with database.begin() as session:
        statement = schema.workspace.insert().values(team_id=team_id, name="Acme CS", created_at=NOON)
        return int(session.execute(statement.returning(schema.workspace.c.id)).scalar_one())


def member(session: Session, who: Colleague, workspace_id: int = 1) -> Member:
    """One of the cast as a member of a workspace."""
    return members.remember(session, workspace_id, who.user())


def portfolio(session: Session, name: str, now: datetime, workspace_id: int = 1, **values: Any) -> int:
    """A portfolio; without `channel` and `manager_id` it tells nobody anything."""
    row = {"tz": "Europe/London", **values}
    author = replace(BOT, workspace_id=workspace_id)
    return ledger.add(session, author, Entity.PORTFOLIO, now, workspace_id=workspace_id, name=name, **row)


def account(session: Session, name: str, now: datetime, **values: Any) -> int:
    """A customer of 100,000 EUR that renews in 300 days, without outcome or people."""
    row: dict[str, Any] = {
        "arr_minor": 100_000_00,
        "currency": "EUR",
        "renewal_date": now.date() + timedelta(days=300),
        **values,
    }
    return accounts.create(session, BOT, now, name, **row)


def restate(session: Session, account_id: int, now: datetime, by: Author = BOT, **values: Any) -> None:
    """Give an account another ARR or renewal, as an accounts file does: its stand-in contract says it from now on."""
    ledger.change(session, by, Entity.ACCOUNT, account_id, now, **values)
    row = session.execute(schema.account.select().where(schema.account.c.id == account_id)).mappings().one()
    account_terms.add_stand_ins(session, by, [(account_id, dict(row))], now)


def person(session: Session, account_id: int, who: Customer, now: datetime) -> int:
    """Somebody at the customer."""
    row = {"name": who.name, "part": who.part, "title": who.title}
    return ledger.add(session, BOT, Entity.PERSON, now, account_id=account_id, **row)


def tickets(session: Session, account_id: int, owner: int | None, now: datetime, **values: Any) -> int:
    """An outcome: tickets a month from 1,000 down to 400, the baseline agreed by its owner at the customer."""
    row: dict[str, Any] = {
        "title": "Fewer tickets a month",
        "metric": "tickets a month",
        "unit": "tickets",
        "direction": Direction.DOWN,
        "baseline": Decimal(1000),
        "baseline_on": now.date() - timedelta(days=60),
        "baseline_agreed_by": owner,
        "agreed_on": now.date() - timedelta(days=50) if owner is not None else None,
        "agreement_link": AGREEMENT if owner is not None else None,
        "target": Decimal(400),
        "due_on": now.date() + timedelta(days=200),
        "owner_person_id": owner,
        **values,
    }
    return ledger.add(session, BOT, Entity.OUTCOME, now, account_id=account_id, **row)


_ARRIVED = {Source.CUSTOMER_SYSTEM: Witness.SYSTEM, Source.CUSTOMER_WROTE: Witness.MESSAGE}


def evidence(session: Session, account_id: int, outcome_id: int, value: str, now: datetime, **values: Any) -> int:
    """A value in the customer's own system, as of today, which nobody of ours typed; what they wrote is captured."""
    source = values.get("source", Source.CUSTOMER_SYSTEM)
    row: dict[str, Any] = {
        "source": source,
        "as_of": now.date(),
        "recorded_at": now,
        "value": Decimal(value),
        "arrived_as": _ARRIVED.get(source),
        **values,
    }
    return ledger.add(session, BOT, Entity.EVIDENCE, now, account_id=account_id, outcome_id=outcome_id, **row)


@dataclass(frozen=True)
class Acme:
    """Ids of the account, its outcome, and Ana Ruiz, its champion."""

    account: int
    outcome: int
    ana: int


def acme(
    session: Session, owner: Actor, portfolio_id: int, now: datetime, *, renews: date, tz: str, by: Actor | None = None
) -> Acme:
    """Acme GmbH, 48,000 EUR: contracts are to be signed within 5 days instead of 15.

    It meets every Wednesday at 10:00 in `tz`. `by` adds the account, its owner unless given, and the owner the rest.
    """
    new = NewAccount("Acme GmbH", owner.member.slack_id, portfolio_id, "48,000", "EUR", renewal_date=renews)
    account_id = add_account.add_account(session, by or owner, new, now)
    ana = people.add_person(session, owner, account_id, now, name=ANA.name, part=ANA.part, title=ANA.title)
    signing = NewOutcome(
        account_id,
        "Contracts signed within 5 days",
        metric="days to sign",
        unit="days",
        direction=Direction.DOWN,
        baseline="15",
        baseline_on=date(2026, 1, 15),
        baseline_agreed_by=ana,
        agreed_on=date(2026, 1, 20),
        agreement_link=AGREEMENT,
        target="5",
        due_on=date(2026, 6, 30),
        owner_person_id=ana,
        risk_if_never="Legal goes back to e-mail",
    )
    outcome = outcomes.add_outcome(session, owner, signing, now)
    weekly = NewCadence(account_id, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", tz)
    cadences.set_cadence(session, owner, weekly, now)
    return Acme(account_id, outcome, ana)
