"""Coverage and grades recomputed from exported JSON Lines agree with card and digest, whatever the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.app.actor import Actor
from bot.domain.enums import AccountStatus, Direction, Method, OutcomeKind, Part, Source, Witness
from bot.features.portfolios import digest
from bot.store import ledger, portfolios, schema
from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.factory import BOT, add_workspace
from tests.support.figures import cards_agree, digest_agrees, portfolio_agrees
from tests.support.managing import MONDAY, Team
from tests.support.recount_bridge import Week

NUMBERS = count(1)
DAYS = st.integers(-120, 0).map(lambda days: MONDAY.date() + timedelta(days=days))
VALUES = st.sampled_from([Decimal(value) for value in ("0", "2.5", "5", "9", "10", "12", "15")])
SOMETIMES = st.sampled_from([None, None, MONDAY.date(), MONDAY.date() + timedelta(days=3)])


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """On SQLite: an export is the same from either database."""
    database = Database(f"sqlite:///{tmp_path / 'figures.db'}")
    upgrade(database)
    add_workspace(database)
    yield Team(database)
    database.dispose()


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_card_and_digest_agree_with_a_recount_of_the_export(team: Team, data: st.DataObject) -> None:
    home = team.add_portfolio(f"Book {next(NUMBERS)}", None, team.priya.id)
    for number in range(data.draw(st.integers(1, 3))):
        account = team.add_account(f"Account {number}", portfolio_id=home, arr_minor=data.draw(arrs), currency="EUR")
        people = [
            team.add("person", account_id=account, name="Somebody", part=data.draw(parts), left_on=data.draw(SOMETIMES))
            for _ in range(2)
        ]
        for _ in range(data.draw(st.integers(0, 3))):
            outcome = team.add("outcome", account_id=account, **data.draw(outcomes(people)))
            with team.session() as session:
                drawn = data.draw(st.lists(st.tuples(st.integers(0, 3), changes(people)), max_size=3))
                for ago, values in sorted(drawn, key=lambda change: -change[0]):
                    then = MONDAY - timedelta(days=10 * ago)
                    ledger.change(session, BOT, Entity.OUTCOME, outcome, then, **values)
                rows = data.draw(st.lists(pieces(account, outcome, people), max_size=4))
                ids = [ledger.add(session, BOT, Entity.EVIDENCE, MONDAY, **row) for row in rows]
                if len(ids) > 1 and data.draw(st.booleans()):
                    replaced: dict[str, Any] = {"superseded_by": ids[1], "superseded_on": MONDAY.date()}
                    ledger.change(session, BOT, Entity.EVIDENCE, ids[0], MONDAY, **replaced)
    reader = Actor(team.priya, "test")
    cards_agree(team.database, reader, home, MONDAY)
    portfolio_agrees(team.database, reader, home, MONDAY)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_the_bridge_agrees_with_a_recount_of_two_exports(team: Team, data: st.DataObject) -> None:
    number = next(NUMBERS)
    home, other = (
        team.add_portfolio(f"{name} {number}", None, team.priya.id, next_digest_at=None) for name in ("Here", "There")
    )
    long_ago, earlier = MONDAY - timedelta(days=50), MONDAY - timedelta(days=7)
    accounts: list[int] = []
    later: list[tuple[int, dict[str, Any]]] = []
    for place in data.draw(st.lists(st.sampled_from([home, home, other]), min_size=1, max_size=4)):
        values: dict[str, Any] = {"arr_minor": data.draw(arrs), "currency": data.draw(currencies)}
        accounts.append(team.add_account("Account", long_ago, portfolio_id=place, status=data.draw(statuses), **values))
        people = [team.add("person", long_ago, account_id=accounts[-1], name="Ann", part=Part.CHAMPION) for _ in "ab"]
        for _ in range(data.draw(st.integers(0, 3))):
            row = {**data.draw(outcomes(people)), "due_on": None, "retired_on": data.draw(since)}
            outcome = team.add("outcome", long_ago, account_id=accounts[-1], **row)
            with team.session() as session:
                for piece in data.draw(st.lists(pieces(accounts[-1], outcome, people), max_size=4)):
                    ledger.add(session, BOT, Entity.EVIDENCE, MONDAY, **(piece | data.draw(arrivals)))
            later.append((outcome, {**data.draw(changes(people)), "due_on": None}))
    before = _told(team, home, earlier, None)
    for outcome, terms in later:
        with team.session() as session:
            ledger.change(session, BOT, Entity.OUTCOME, outcome, MONDAY - timedelta(days=2), **terms)
    for account in accounts:
        moved = data.draw(movements([home, other]))
        if moved:
            with team.session() as session:
                ledger.change(session, BOT, Entity.ACCOUNT, account, MONDAY - timedelta(days=2), **moved)
    _told(team, home, MONDAY, before)


def _told(team: Team, home: int, moment: datetime, before: Week | None) -> Week | None:
    """Open the digest of a moment and hold it against a recount; None without a customer: then none comes."""
    with team.session() as session:
        session.execute(update(schema.portfolio).where(schema.portfolio.c.id == home).values(next_digest_at=moment))
        others = schema.portfolio.c.id != home
        session.execute(update(schema.portfolio).where(others).values(next_digest_at=None))
    with team.session() as session:
        assert digest.open_due_digest(session, moment)
    week = digest_agrees(team.database, home, moment, before)
    with team.session() as session:
        assert week is not None or not (before or portfolios.count_accounts(session, 1, home))
    return week


currencies = st.sampled_from(["EUR", "EUR", "USD"])
statuses = st.sampled_from([AccountStatus.CUSTOMER, AccountStatus.CUSTOMER, AccountStatus.FORMER])
since = st.sampled_from([None, None, None, MONDAY.date() - timedelta(days=2)])
arrivals = st.fixed_dictionaries(
    {
        "recorded_at": st.sampled_from([MONDAY - timedelta(days=days) for days in (2, 5, 20, 45)]),
        "arrived_as": st.sampled_from([None, Witness.SYSTEM, Witness.MESSAGE]),
        "source": st.sampled_from([Source.CUSTOMER_SYSTEM, Source.CUSTOMER_WROTE, Source.OUR_MEASUREMENT]),
        "disputed_on": since,
        "withdrawn_on": since,
        "oral": st.just(False),
    }
)


def movements(portfolios: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "arr_minor": arrs,
            "currency": currencies,
            "status": statuses,
            "portfolio_id": st.sampled_from(portfolios),
        },
    )


arrs = st.sampled_from([None, 0, 100, 5_000_000])
parts = st.sampled_from([Part.CHAMPION, Part.FINANCE, Part.USER])


def outcomes(people: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "title": st.just("Something measurable"),
            "kind": st.sampled_from([OutcomeKind.NUMERIC, OutcomeKind.NUMERIC, OutcomeKind.STATEMENT]),
            "metric": st.just("figure"),
            "direction": st.sampled_from(Direction),
            "baseline": st.none() | VALUES,
            "baseline_on": st.none() | DAYS,
            "baseline_agreed_by": st.sampled_from([None, people[0], people[0], people[0]]),
            "agreed_on": st.just(MONDAY.date()),
            "agreement_link": st.sampled_from(["https://acme.example/a", "https://acme.example/a/#terms"]),
            "target": st.none() | VALUES,
            "band_low": st.none() | VALUES,
            "band_high": st.none() | VALUES,
            "due_on": SOMETIMES,
            "retired_on": SOMETIMES,
            "shelf_life_days": st.sampled_from([30, 90, 365]),
        }
    )


def changes(people: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Other terms, now and then with an agreement to them; some links were used before."""
    return st.fixed_dictionaries(
        {},
        optional={
            "title": st.sampled_from(["Something measurable", "something  Measurable", "Something else"]),
            "baseline": st.none() | VALUES,
            "target": st.none() | VALUES,
            "band_high": st.none() | VALUES,
            "due_on": SOMETIMES,
            "shelf_life_days": st.sampled_from([30, 90, 365]),
            "baseline_agreed_by": st.sampled_from([None, *people]),
            "agreed_on": st.just(MONDAY.date()),
            "agreement_link": st.sampled_from([None, "https://acme.example/a", "https://acme.example/b/"]),
            "retire_agreed_on": SOMETIMES,
        },
    )


def pieces(account: int, outcome: int, people: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "account_id": st.just(account),
            "outcome_id": st.just(outcome),
            "source": st.sampled_from(Source),
            "as_of": DAYS,
            "recorded_at": st.sampled_from([MONDAY, MONDAY, MONDAY - timedelta(days=15), MONDAY - timedelta(days=40)]),
            "value": st.none() | VALUES,
            "statement": st.sampled_from([None, "It works"]),
            "oral": st.sampled_from([False, False, True]),
            "attested_by": st.sampled_from([None, *people]),
            "method": st.none() | st.sampled_from(Method),
            "method_note": st.sampled_from([None, "The other causes are listed"]),
            "money_minor": st.sampled_from([None, 4_200_000]),
            "currency": st.sampled_from([None, "EUR"]),
            "accepted_by": st.sampled_from([None, *people]),
            "accepted_on": SOMETIMES,
            "disputed_on": SOMETIMES,
            "withdrawn_on": SOMETIMES,
        }
    )
