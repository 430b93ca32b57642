"""The customer's agreement: what is asked, what is warned of, what voids it, and what the card says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.app import assessments
from bot.app.actor import UserError
from bot.domain.enums import Direction, Grade, Source, Standing
from bot.domain.model import Terms
from bot.domain.proof.grading import Graded
from bot.features.accounts import card
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.plan import agreement, outcome_terms, outcomes, people
from bot.features.plan.agreement import Agreement
from bot.features.plan.outcome_terms import NewTerms
from bot.features.plan.outcomes import NewOutcome
from bot.features.plan.refusals import PlanRefusal
from bot.store import ledger, proof_state
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.factory import AGREEMENT
from tests.support.managing import MONDAY, day
from tests.support.world import World, build

MINUTES = "https://acme.example/minutes"
SIGNING = NewTerms(
    0,
    "15",
    date(2026, 1, 15),
    editing=True,
    title="Contracts signed within 5 days",
    target="5",
    due_on=date(2026, 6, 30),
)
"""The terms of the world's outcome as they are."""


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        world = build(session)
        new = NewEvidence(
            world.acme, world.hours, "f", Source.CUSTOMER_SYSTEM, MONDAY.date(), "5",
            attested_by=world.ana, link="https://acme.example/report",
        )  # fmt: skip
        record.record(session, world.maya, new, MONDAY)
        return world


def graded(database: Database, world: World, later: int = 0) -> Graded:
    with database.begin() as session:
        _, assessment = assessments.assessed(session, world.maya, world.acme, day(MONDAY, later))
    return assessment.outcomes[0]


def versions(database: Database, world: World) -> list[Terms]:
    with database.begin() as session:
        return [one for one in proof_state.load(session, 1, world.acme).terms if one.outcome_id == world.hours]


def change(database: Database, world: World, later: int = 0, **changes: object) -> None:
    new = replace(SIGNING, outcome_id=world.hours, **changes)  # type: ignore[arg-type]
    with database.begin() as session:
        outcome_terms.set_terms(session, world.maya, new, day(MONDAY, later))


def test_every_change_of_terms_is_a_version_and_saving_the_same_is_none(database: Database, world: World) -> None:
    assert graded(database, world).standing is Standing.PROVEN
    change(database, world)
    assert [one.version for one in versions(database, world)] == [1]
    change(database, world, 1, target="6", shelf_life_days=120)
    first, second = versions(database, world)
    assert (first.target, first.agreed_by, first.agreement_link) == (Decimal(5), world.ana, AGREEMENT)
    assert (second.target, second.shelf_life_days, second.agreed_by) == (Decimal(6), 120, None)
    assert (second.set_by, second.set_at) == (world.maya.member.id, day(MONDAY, 1))
    with database.begin() as session:
        outcome = proof_state.load(session, 1, world.acme).outcomes[0]
    assert (outcome.target, outcome.baseline_agreed_by, outcome.agreement_link) == (Decimal(6), None, None)


def test_a_change_by_an_import_or_any_other_hand_is_a_version_too(database: Database, world: World) -> None:
    with database.begin() as session:
        ledger.change(session, world.admin.author, Entity.OUTCOME, world.hours, MONDAY, due_on=date(2027, 1, 1))
    assert [one.due_on for one in versions(database, world)] == [date(2026, 6, 30), date(2027, 1, 1)]
    assert graded(database, world).grade is Grade.OBSERVED


def test_easier_terms_are_warned_of_and_count_again_when_they_agree(database: Database, world: World) -> None:
    easier = replace(SIGNING, outcome_id=world.hours, target="6")
    with database.begin() as session:
        again = outcome_terms.warned_form(session, world.maya, easier, MONDAY)
        assert again is not None and (again.target, again.outcome) == ("6", SIGNING.title)
        assert again.warning == (
            "This makes the target easier than what Ana Ruiz agreed to on 20 Jan 2026, so it counts again when they "
            "agree. Press Save again to save it."
        )
        outcome_terms.set_terms(session, world.maya, easier, MONDAY)
    assert graded(database, world).grade is Grade.OBSERVED
    assert graded(database, world).credit == 0
    with database.begin() as session:
        given = Agreement(world.ana, MONDAY.date(), MINUTES)
        agreement.record_agreement(session, world.maya, world.hours, given, day(MONDAY, 1))
    assert graded(database, world, 1).standing is Standing.PROVEN


def test_harder_terms_are_not_warned_of_and_keep_the_agreement(database: Database, world: World) -> None:
    with database.begin() as session:
        harder = replace(SIGNING, outcome_id=world.hours, target="4")
        assert outcome_terms.warned_form(session, world.maya, harder, MONDAY) is None
    change(database, world, target="4")
    assert graded(database, world).standing is Standing.PARTLY_PROVEN


def test_another_wording_is_warned_of_in_its_own_words(database: Database, world: World) -> None:
    with database.begin() as session:
        other = replace(SIGNING, outcome_id=world.hours, title="Some contracts signed")
        again = outcome_terms.warned_form(session, world.maya, other, MONDAY)
        assert again is not None and again.warning is not None
        assert "changes the wording that Ana Ruiz agreed to on 20 Jan 2026" in again.warning
        assert "evidence recorded until now no longer counts for it" in again.warning


def test_the_card_says_for_90_days_what_moved_and_who_moved_it(database: Database, world: World) -> None:
    change(database, world, 1, target="6")
    with database.begin() as session:
        for later, told in ((1, True), (90, True), (92, False)):
            moved = card.card(session, world.tom, world.acme, day(MONDAY, later)).moved
            assert bool(moved) is told
        (moved_line,) = card.card(session, world.tom, world.acme, day(MONDAY, 1)).moved
    assert moved_line == (
        "Target changed: 5 days → 6 days for “Contracts signed within 5 days”, Maya Lindqvist, 3 Mar, "
        "not agreed by them"
    )
    with database.begin() as session:
        given = Agreement(world.ana, MONDAY.date(), MINUTES)
        agreement.record_agreement(session, world.maya, world.hours, given, day(MONDAY, 2))
        (moved_line,) = card.card(session, world.tom, world.acme, day(MONDAY, 2)).moved
    assert moved_line.endswith("Maya Lindqvist, 3 Mar, agreed by Ana Ruiz on 2 Mar")


def test_the_card_as_of_a_day_shows_the_terms_of_that_day(database: Database, world: World) -> None:
    change(database, world, 1, target="6")
    with database.begin() as session:
        then = card.card(session, world.tom, world.acme, day(MONDAY, 3), as_of=MONDAY.date())
        now = card.card(session, world.tom, world.acme, day(MONDAY, 3))
    assert (then.coverage, then.moved) == ("100%", ())
    assert (now.coverage, len(now.moved)) == ("0%", 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Agreement(None, MONDAY.date(), MINUTES), PlanRefusal.AGREED_BY_NOBODY),
        (Agreement(1, MONDAY.date(), " "), PlanRefusal.AGREEMENT_NOT_SHOWN),
        (Agreement(1, MONDAY.date(), "ask Maya"), PlanRefusal.AGREEMENT_LINK_UNREADABLE),
        (Agreement(1, MONDAY.date(), "https://bit.ly/x"), PlanRefusal.AGREEMENT_LINK_SHORT),
        (Agreement(1, MONDAY.date() + timedelta(days=9), MINUTES), PlanRefusal.AGREED_IN_FUTURE),
        (Agreement(99, MONDAY.date(), MINUTES), None),
    ],
)
def test_an_agreement_names_who_when_and_what_shows_it(
    database: Database, world: World, given: Agreement, code: PlanRefusal | None
) -> None:
    with database.begin() as session, pytest.raises(UserError) as refused:
        agreement.record_agreement(session, world.maya, world.hours, given, MONDAY)
    assert code is None or refused.value.code is code
    fine = Agreement(world.ana, MONDAY.date(), MINUTES)
    with database.begin() as session, pytest.raises(UserError):
        agreement.record_agreement(session, world.tom, world.hours, fine, MONDAY)


def test_the_link_of_the_old_agreement_does_not_show_the_new_one(database: Database, world: World) -> None:
    change(database, world, 1, target="6")
    given = Agreement(world.ana, MONDAY.date(), f"{AGREEMENT}/?utm_source=mail")
    with database.begin() as session, pytest.raises(UserError) as refused:
        agreement.record_agreement(session, world.maya, world.hours, given, day(MONDAY, 1))
    assert (refused.value.code, refused.value.field) == (PlanRefusal.AGREEMENT_LINK_USED, "agreement_link")


def test_nobody_agrees_after_they_left(database: Database, world: World) -> None:
    with database.begin() as session:
        people.person_left(session, world.maya, world.ana, MONDAY.date() - timedelta(days=9), MONDAY)
        given = Agreement(world.ana, MONDAY.date(), MINUTES)
        with pytest.raises(UserError) as refused:
            agreement.record_agreement(session, world.maya, world.hours, given, MONDAY)
    assert refused.value.code is PlanRefusal.AGREED_AFTER_LEAVING


def test_the_form_asks_only_about_what_waits_for_a_yes(database: Database, world: World) -> None:
    with database.begin() as session:
        form = agreement.agreement_form(session, world.maya, world.acme, MONDAY)
        assert form.outcomes == ((world.hours, SIGNING.title),)
        assert card.card(session, world.maya, world.acme, MONDAY).unagreed == 0
    with database.begin() as session:
        new = outcomes.add_outcome(session, world.maya, NewOutcome(world.acme, "Legal signs alone"), MONDAY)
        form = agreement.agreement_form(session, world.maya, world.acme, MONDAY)
        assert form.outcomes == ((new, "Legal signs alone"),)
        assert card.card(session, world.maya, world.acme, MONDAY).unagreed == 1


@pytest.mark.parametrize(
    ("title", "metric", "owned", "by_title"),
    [
        ("Signing is fast", "Days  to sign", True, False),
        ("Signing is fast", "Days to sign", False, None),
        ("Contracts are signed within 5 days", None, True, True),
        ("Uptime holds", "uptime", True, None),
    ],
)
def test_an_outcome_like_one_in_the_plan_is_pointed_out(
    database: Database, world: World, title: str, metric: str | None, owned: bool, by_title: bool | None
) -> None:
    new = NewOutcome(
        world.acme, title, metric, direction=Direction.DOWN, owner_person_id=world.ana if owned else None
    )  # fmt: skip
    with database.begin() as session:
        pair = outcomes.like_new(session, world.maya, new)
    assert (None if pair is None else pair.by_title) is by_title
