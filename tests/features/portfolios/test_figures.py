"""Coverage and grades recomputed from exported JSON Lines agree with card and digest, whatever the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app.actor import Actor
from bot.domain.enums import Direction, Method, OutcomeKind, Part, Source
from bot.store import ledger
from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.factory import BOT, add_workspace
from tests.support.figures import cards_agree, portfolio_agrees
from tests.support.managing import MONDAY, Team

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
