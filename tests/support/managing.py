"""A small customer-success team for tests of what a manager sees: Priya manages, Maya and Tom own accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import CadenceKind, RiskKind
from bot.domain.model import Risk
from bot.features.review import daily_review
from bot.features.risks import queries as risk_queries
from bot.store import ledger, members, portfolios, proof_state, schema
from bot.store.account_terms import OF_CONTRACT
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.cast import ADA, DANA, GUS, KIM, MAYA, PRIYA, TOM
from tests.support.factory import BOT

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANNEL = "C0EMEA"


@dataclass
class Message:
    """A row of the outbox, as far as the tests ask."""

    key: str
    kind: str
    op: str
    channel: str
    destination: str
    args: dict[str, Any]


class Team:
    """The team and its ledger on one database; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin() as session:
            self.priya, self.maya, self.tom, self.ada, self.guest = (
                factory.member(session, person) for person in (PRIYA, MAYA, TOM, ADA, GUS)
            )
        self.portfolio_id = self.add_portfolio("EMEA", CHANNEL, self.priya.id)

    def as_(self, member: members.Member, surface: str = "button") -> Actor:
        return Actor(member, surface)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.database.begin() as session:
            yield session

    def add_portfolio(self, name: str, channel: str | None, manager_id: int | None, **values: Any) -> int:
        with self.session() as session:
            return factory.portfolio(session, name, MONDAY, channel=channel, manager_id=manager_id, **values)

    def portfolio(self) -> Portfolio:
        with self.session() as session:
            found = portfolios.in_workspace(session, 1, self.portfolio_id)
            assert found is not None
            return found

    def add_account(self, name: str, now: datetime = MONDAY, *, renews_in: int | None = 300, **values: Any) -> int:
        """A customer of Maya's in the portfolio, 100,000 EUR, without outcome or people unless more is added."""
        row = {
            "portfolio_id": self.portfolio_id,
            "owner_id": self.maya.id,
            "renewal_date": None if renews_in is None else now.date() + timedelta(days=renews_in),
            **values,
        }
        with self.session() as session:
            return factory.account(session, name, now, **row)

    def add(self, table: str, now: datetime = MONDAY, **values: Any) -> int:
        with self.session() as session:
            return ledger.add(session, BOT, Entity(table), now, **values)

    def change(self, table: str, row_id: int, now: datetime = MONDAY, **values: Any) -> None:
        with self.session() as session:
            if table == "account" and values.keys() & set(OF_CONTRACT):
                factory.restate(session, row_id, now, **values)
            else:
                assert ledger.change(session, BOT, Entity(table), row_id, now, **values)

    def add_proven(self, name: str, now: datetime = MONDAY, **values: Any) -> tuple[int, int, int]:
        """A customer in order: champion, economic buyer, one outcome proven. Returns account, outcome and evidence."""
        account_id = self.add_account(name, now, **values)
        with self.session() as session:
            kim = factory.person(session, account_id, KIM, now)
            factory.person(session, account_id, DANA, now)
        outcome_id = self.add_outcome(account_id, kim, now)
        return account_id, outcome_id, self.prove(account_id, outcome_id, "400", now, attested_by=kim)

    def add_broken(self, name: str, now: datetime = MONDAY, **values: Any) -> int:
        """A customer of 30 days whose one outcome was proven and is disputed now: one risk, which is a manager's."""
        account_id, _, evidence_id = self.add_proven(name, day(now, -30), **values)
        self.meets(account_id, day(now, 90), day(now, -30), CadenceKind.RENEWAL_READOUT)
        self.change("evidence", evidence_id, now, disputed_on=now.date(), disputed_why="wrong month")
        return account_id

    def settle(self, account_id: int, now: datetime = MONDAY) -> None:
        """Nobody disputes the evidence of an account any more."""
        with self.session() as session:
            evidence = proof_state.load(session, 1, account_id).evidence
        for piece in evidence:
            self.change("evidence", piece.id, now, disputed_on=None, disputed_why=None)

    def add_outcome(self, account_id: int, owner: int | None, now: datetime = MONDAY, **values: Any) -> int:
        """Tickets a month from 1,000 down to 400, baseline agreed."""
        with self.session() as session:
            return factory.tickets(session, account_id, owner, now, **values)

    def prove(self, account_id: int, outcome_id: int, value: str, now: datetime = MONDAY, **values: Any) -> int:
        with self.session() as session:
            return factory.evidence(session, account_id, outcome_id, value, now, **values)

    def meets(
        self, account_id: int, at: datetime, now: datetime = MONDAY, kind: CadenceKind = CadenceKind.WEEKLY_SYNC
    ) -> int:
        """A weekly series of the account whose next meeting is at a moment."""
        when = {"rrule": "FREQ=WEEKLY", "local_start": f"{at:%Y-%m-%dT%H:%M}", "tz": "UTC", "next_meeting_at": at}
        return self.add("cadence", now, account_id=account_id, kind=kind, **when)

    def look(self, now: datetime = MONDAY) -> int:
        """Look at everything that is due; returns the number of transactions that found work."""
        rounds = 0
        while True:
            with self.session() as session:
                if not daily_review.review_due_accounts(session, now):
                    return rounds
            rounds += 1
            assert rounds < 50, "looking never comes to an end"

    def risks(self, account_id: int | None = None, *, still_open: bool = True) -> list[Risk]:
        with self.session() as session:
            table = schema.risk
            statement = select(table.c.id).order_by(table.c.id)
            if account_id is not None:
                statement = statement.where(table.c.account_id == account_id)
            if still_open:
                statement = statement.where(table.c.closed_at.is_(None))
            found = [risk_queries.by_id(session, 1, risk_id) for risk_id in session.execute(statement).scalars()]
            return [risk for risk in found if risk is not None]

    def the_risk(self, account_id: int, kind: RiskKind | None = None) -> Risk:
        """The one open risk of an account (of a kind)."""
        found = [risk for risk in self.risks(account_id) if kind in (None, risk.kind)]
        assert len(found) == 1, found
        return found[0]

    def messages(self, *kinds: str, op: str | None = None) -> list[Message]:
        """What was put into the outbox, in order; only these kinds if any are named."""
        with self.session() as session:
            columns = (outbox.c.key, outbox.c.kind, outbox.c.op, outbox.c.channel, outbox.c.destination, outbox.c.args)
            rows = [Message(*row) for row in session.execute(select(*columns).order_by(outbox.c.id))]
        for row in rows:
            row.args["workspace_id"] = 1  # as the gateway hands them to composers
        return [row for row in rows if (not kinds or row.kind in kinds) and op in (None, row.op)]


def day(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)
