"""Retiring an outcome: what was not proven counts until a manager agrees who is not of the account's own team."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app import assessments
from bot.app.actor import Actor, UserError
from bot.domain.account.assessment import Assessment
from bot.domain.enums import CheckVerdict, Source
from bot.features.accounts import card
from bot.features.evidence import countersign, record
from bot.features.evidence.record import NewEvidence
from bot.features.home import home
from bot.features.plan import retirement
from bot.features.plan.refusals import PlanRefusal
from bot.store import ledger
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support import factory
from tests.support.managing import MONDAY, day
from tests.support.world import World, build


@pytest.fixture
def world(database: Database) -> World:
    """Acme with a proven outcome, and a second one that nothing speaks for."""
    with database.begin() as session:
        world = build(session)
        prove(world, session)
        factory.tickets(session, world.acme, world.ana, MONDAY)
        return world


def prove(world: World, session: Session) -> None:
    new = NewEvidence(
        world.acme, world.hours, "f", Source.CUSTOMER_SYSTEM, MONDAY.date(), "5",
        attested_by=world.ana, link="https://acme.example/report",
    )  # fmt: skip
    record.record(session, world.maya, new, MONDAY)


def assessed(database: Database, world: World, later: int = 0) -> Assessment:
    with database.begin() as session:
        return assessments.assessed(session, world.maya, world.acme, day(MONDAY, later))[1]


def retire(database: Database, world: World, outcome_id: int, who: Actor) -> None:
    with database.begin() as session:
        retirement.retire(session, who, outcome_id, MONDAY, on=MONDAY.date(), why="n/a")


def test_what_is_not_proven_counts_until_the_manager_agrees(database: Database, world: World) -> None:
    tickets = world.hours + 1
    retire(database, world, tickets, world.maya)
    waiting = assessed(database, world)
    assert (len(waiting.outcomes), waiting.counted, str(waiting.coverage)) == (1, 2, "0.5")
    with database.begin() as session:
        shown = card.card(session, world.manager, world.acme, MONDAY)
        form = retirement.review_form(session, world.manager, tickets, MONDAY)
        (line,) = home.home(session, world.manager, MONDAY).retirements
    assert (shown.may_review, shown.outcomes, shown.coverage) == (True, 2, "50%")
    assert shown.retired[0].text == "“Fewer tickets a month” was retired by Maya Lindqvist on 2 Mar: n/a"
    assert (line.outcome_id, line.account, line.by, line.why) == (tickets, "Acme GmbH", "Maya Lindqvist", "n/a")
    assert (form.account, form.stood, form.coverage) == ("Acme GmbH", "no evidence yet", "50%")
    with database.begin() as session:
        retirement.agree(session, world.manager, tickets, MONDAY)
        view = retirement.reviewed(session, world.manager, tickets, MONDAY)
        assert home.home(session, world.manager, MONDAY).retirements == ()
    assert (view.gone, view.coverage, assessed(database, world).counted) == (True, "100%", 1)


def test_the_manager_may_keep_it_counting(database: Database, world: World) -> None:
    tickets = world.hours + 1
    retire(database, world, tickets, world.maya)
    with database.begin() as session:
        retirement.keep(session, world.manager, tickets, MONDAY)
        assert not retirement.reviewed(session, world.manager, tickets, MONDAY).gone
    kept = assessed(database, world)
    assert (len(kept.outcomes), kept.counted, kept.retired) == (2, 2, ())
    with database.begin() as session, pytest.raises(UserError) as refused:
        retirement.agree(session, world.manager, tickets, MONDAY)
    assert refused.value.code is PlanRefusal.RETIREMENT_DECIDED


def test_a_proven_outcome_leaves_both_sides_and_asks_nobody(database: Database, world: World) -> None:
    with database.begin() as session:
        countersign.countersign(session, world.tom, 1, CheckVerdict.SHOWS, MONDAY)
    retire(database, world, world.hours, world.maya)
    gone = assessed(database, world)
    assert (gone.coverage, gone.counted) == (Decimal(0), 1)
    with database.begin() as session:
        assert home.home(session, world.manager, MONDAY).retirements == ()
    # Its evidence runs out; that is not counted against who retired it while it was proven.
    assert assessed(database, world, 200).counted == 1


def test_a_proof_that_nobody_else_has_seen_lets_no_outcome_go(database: Database, world: World) -> None:
    retire(database, world, world.hours, world.maya)
    assert assessed(database, world).counted == 2
    with database.begin() as session:
        assert [line.outcome_id for line in home.home(session, world.manager, MONDAY).retirements] == [world.hours]


def test_the_manager_who_retires_it_agrees_by_that(database: Database, world: World) -> None:
    retire(database, world, world.hours + 1, world.manager)
    assert assessed(database, world).counted == 1


@pytest.mark.parametrize("who", ["maya", "tom", "guest"])
def test_neither_the_owner_nor_a_colleague_agrees(database: Database, world: World, who: str) -> None:
    tickets = world.hours + 1
    retire(database, world, tickets, world.maya)
    with database.begin() as session, pytest.raises(UserError):
        retirement.agree(session, getattr(world, who), tickets, MONDAY)
    assert assessed(database, world).counted == 2


def test_a_manager_who_owns_the_account_is_replaced(database: Database, world: World) -> None:
    tickets = world.hours + 1
    with database.begin() as session:
        owner: dict[str, Any] = {"owner_id": world.manager.member.id}
        ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, MONDAY, **owner)
    retire(database, world, tickets, world.manager)
    assert assessed(database, world).counted == 2
    with database.begin() as session:
        with pytest.raises(UserError):
            retirement.agree(session, world.manager, tickets, MONDAY)
        assert home.home(session, world.manager, MONDAY).retirements == ()
        assert [line.outcome_id for line in home.home(session, world.admin, MONDAY).retirements] == [tickets]
        factory.portfolio(session, "South", MONDAY, manager_id=world.tom.member.id)
        assert len(home.home(session, world.tom, MONDAY).retirements) == 1
        retirement.agree(session, world.tom, tickets, MONDAY)
    assert assessed(database, world).counted == 1


def test_who_retired_it_does_not_agree_after_giving_the_account_away(database: Database, world: World) -> None:
    tickets = world.hours + 1
    with database.begin() as session:
        mine: dict[str, Any] = {"owner_id": world.admin.member.id}
        ledger.change(session, world.manager.author, Entity.ACCOUNT, world.acme, MONDAY, **mine)
    retire(database, world, tickets, world.admin)
    with database.begin() as session:
        given_away: dict[str, Any] = {"owner_id": world.maya.member.id}
        ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, MONDAY, **given_away)
        with pytest.raises(UserError) as refused:
            retirement.agree(session, world.admin, tickets, MONDAY)
        assert home.home(session, world.admin, MONDAY).retirements == ()
    assert refused.value.code is PlanRefusal.REVIEW_NOT_YOURS


def test_a_retirement_is_never_dated_back(database: Database, world: World) -> None:
    yesterday = MONDAY.date() - timedelta(days=1)
    with database.begin() as session, pytest.raises(UserError) as refused:
        retirement.retire(session, world.maya, world.hours, MONDAY, on=yesterday, why="n/a")
    assert (refused.value.code, refused.value.field) == (PlanRefusal.RETIREMENT_IN_PAST, "on")


def test_of_two_who_decide_one_does(database: Database, world: World) -> None:
    tickets = world.hours + 1
    retire(database, world, tickets, world.maya)
    with database.begin() as session:
        retirement.agree(session, world.manager, tickets, MONDAY)
        with pytest.raises(UserError) as refused:
            retirement.keep(session, replace(world.admin), tickets, MONDAY)
    assert refused.value.code is PlanRefusal.RETIREMENT_DECIDED
