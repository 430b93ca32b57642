"""The details that make an outcome judgeable: baseline, band, shelf life, promise, worth; and retiring one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.app import assessments
from bot.app.actor import UserError
from bot.domain.enums import Direction, Source, Standing
from bot.domain.model import Outcome
from bot.features.accounts import card
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.plan import outcome_details, outcome_terms, outcomes
from bot.features.plan import plan as plan_plan
from bot.features.plan.outcome_details import Details
from bot.features.plan.outcome_terms import NewTerms
from bot.features.plan.outcomes import NewOutcome
from bot.store import proof_state
from bot.store.engine import Database
from tests.support.factory import AGREEMENT
from tests.support.managing import MONDAY, day
from tests.support.world import World, build, of_another_account


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def uptime(database: Database, world: World) -> int:
    """An outcome that must stay where it is, without any detail yet."""
    new = NewOutcome(world.acme, "Uptime holds", "uptime", "%", Direction.HOLD, due_on=date(2026, 9, 1))
    with database.begin() as session:
        return outcomes.add_outcome(session, world.maya, new, MONDAY)


def outcome_of(database: Database, world: World, outcome_id: int) -> Outcome:
    with database.begin() as session:
        return next(one for one in proof_state.load(session, 1, world.acme).outcomes if one.id == outcome_id)


def test_a_number_that_must_hold_gets_its_band_and_is_proven_within_it(database: Database, world: World) -> None:
    held = uptime(database, world)
    with database.begin() as session:
        promise = plan_plan.add_promise(session, world.maya, world.acme, MONDAY, text="Never down", promised_by="Sales")
        terms = NewTerms(held, "97.5", date(2026, 1, 1), "99", "", 30)
        outcome_terms.set_terms(session, world.maya, terms, MONDAY)
        details = Details(held, world.ana, MONDAY.date(), AGREEMENT, promise, "120,000 EUR")
        outcome_details.set_details(session, world.maya, details, MONDAY)
        form = outcome_terms.terms_form(session, world.maya, held, MONDAY)
        worth = outcome_details.details_form(session, world.maya, held, MONDAY).worth
        new = NewEvidence(world.acme, held, "f", Source.CUSTOMER_SYSTEM, MONDAY.date(), "99.2", attested_by=world.ana)
        new = replace(new, link="https://acme.example/status")
        record.record(session, world.maya, new, MONDAY)
        _, assessment = assessments.assessed(session, world.maya, world.acme, MONDAY)
    written = outcome_of(database, world, held)
    assert (written.band_low, written.band_high, written.shelf_life_days) == (Decimal(99), None, 30)
    assert (written.promise_id, written.promised_minor, written.currency) == (promise, 120_000_00, "EUR")
    assert (form.holds, form.baseline, form.band_low, worth) == (True, "97.5", "99", "120,000 EUR")
    assert assessment.outcomes[1].standing is Standing.PROVEN


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"baseline": ""}, "baseline"),
        ({"baseline": "many"}, "baseline"),
        ({"baseline_on": date(2026, 4, 1)}, "baseline_on"),
        ({"shelf_life_days": 0}, "shelf_life_days"),
        ({"band_low": "", "band_high": ""}, "band_low"),
        ({"band_low": "9", "band_high": "8"}, "band_high"),
        ({"band_low": "nine"}, "band_low"),
        ({"editing": True, "title": " "}, "title"),
    ],
)
def test_a_detail_that_cannot_be_names_its_field(
    database: Database, world: World, given: dict[str, Any], field: str
) -> None:
    held = uptime(database, world)
    terms = NewTerms(held, **{"baseline": "97", "baseline_on": date(2026, 1, 1), "band_low": "99", **given})
    with database.begin() as session, pytest.raises(UserError) as refused:
        outcome_terms.set_terms(session, world.maya, terms, MONDAY)
    assert refused.value.field == field
    with database.begin() as session, pytest.raises(UserError):
        outcome_terms.set_terms(session, world.tom, terms, MONDAY)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"worth": "a fortune"}, "worth"),
        ({"agreed_on": date(2026, 4, 1)}, "agreed_on"),
        ({"agreement_link": "minutes of Tuesday"}, "agreement_link"),
        ({"agreement_link": "https://bit.ly/3xY"}, "agreement_link"),
    ],
)
def test_an_agreement_that_cannot_be_names_its_field(
    database: Database, world: World, given: dict[str, Any], field: str
) -> None:
    held = uptime(database, world)
    details = Details(held, **{"agreed_by": world.ana, **given})
    with database.begin() as session, pytest.raises(UserError) as refused:
        outcome_details.set_details(session, world.maya, details, MONDAY)
    assert refused.value.field == field
    with database.begin() as session, pytest.raises(UserError):
        outcome_details.set_details(session, world.tom, Details(held), MONDAY)


@pytest.mark.parametrize(
    ("entity", "named", "field"), [("person", "agreed_by", "agreed_by"), ("promise", "promise_id", "promise")]
)
def test_people_and_promises_of_another_account_are_refused(
    database: Database, world: World, entity: str, named: str, field: str
) -> None:
    held = uptime(database, world)
    with database.begin() as session:
        row_id = of_another_account(session, world, entity)
        given: dict[str, Any] = {named: row_id}
        details = Details(held, **given)
        with pytest.raises(UserError) as refused:
            outcome_details.set_details(session, world.maya, details, MONDAY)
    assert refused.value.field == field


def test_an_outcome_that_is_no_longer_wanted_leaves_coverage_with_a_reason(database: Database, world: World) -> None:
    held = uptime(database, world)
    later = day(MONDAY, 3)
    with database.begin() as session:
        with pytest.raises(UserError):
            plan_plan.apply_plan_change(
                session, world.maya, world.acme, later, what="retired", row_id=held, on=later.date(), why=" "
            )
        plan_plan.apply_plan_change(
            session,
            world.maya,
            world.acme,
            later,
            what="retired",
            row_id=held,
            on=later.date(),
            why="Another tool does it",
        )
        _, assessment = assessments.assessed(session, world.maya, world.acme, later)
    assert [graded.outcome.id for graded in assessment.outcomes] == [world.hours]
    assert outcome_of(database, world, held).retired_why == "Another tool does it"


def test_a_promise_that_nobody_mentions_is_named_on_plan_and_card(database: Database, world: World) -> None:
    with database.begin() as session:
        plan_plan.add_promise(
            session,
            world.maya,
            world.acme,
            MONDAY,
            text="An SAP connector",
            promised_on=MONDAY.date(),
            promised_by="Sales",
        )
        soon, late = day(MONDAY, 59), day(MONDAY, 60)
        assert card.card(session, world.maya, world.acme, soon).forgotten == ()
        assert card.card(session, world.maya, world.acme, late).forgotten == (
            "“An SAP connector”, not mentioned since 2 Mar",
        )
        plan = plan_plan.plan_view(session, world.maya, world.acme, late)
    assert (plan.promises[0].forgotten, plan.promises[0].mentioned_on) == (True, MONDAY.date())
