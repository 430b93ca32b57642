"""Each day is held against the others where somebody types it; docs/rules.md lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import Method, Part, Source
from bot.features.accounts import history
from bot.features.evidence import attribution, record
from bot.features.evidence.attribution import Isolation
from bot.features.evidence.record import NewEvidence
from bot.features.packet import acceptances
from bot.features.packet.acceptances import NewAcceptance
from bot.features.plan import outcome_terms, outcomes, people, plan
from bot.features.plan.outcome_terms import NewTerms
from bot.features.plan.outcomes import NewOutcome
from bot.store import ledger
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.factory import BOT
from tests.support.refusals import worded
from tests.support.world import MONDAY, World, build

TODAY = MONDAY.date()
STARTED = TODAY - timedelta(days=30)


@dataclass
class Customer:
    """Acme, whose contract started 30 days ago."""

    database: Database
    world: World

    def act(self, do: Any, *args: Any, **more: Any) -> Any:
        with self.database.begin() as session:
            return do(session, self.world.maya, *args, **more)

    def refused(self, do: Any, *args: Any, **more: Any) -> tuple[str, str | None, str]:
        with pytest.raises(UserError) as error:
            self.act(do, *args, **more)
        return error.value.code.key, error.value.field, worded(error.value)

    def piece(self, as_of: date, submission: str = "f") -> int:
        source = Source.CUSTOMER_SYSTEM
        link = f"https://acme.example/{as_of}"
        new = NewEvidence(
            self.world.acme, self.world.hours, submission, source, as_of, "5", link=link, attested_by=self.world.ana
        )
        return int(self.act(record.record, new, MONDAY))


@pytest.fixture
def customer(database: Database) -> Customer:
    with database.begin() as session:
        world = build(session)
        ledger.change(session, BOT, Entity.ACCOUNT, world.acme, MONDAY, contract_start=STARTED)
    return Customer(database, world)


def test_a_new_outcome_is_due_today_or_later(customer: Customer) -> None:
    yesterday = NewOutcome(customer.world.acme, "Faster", due_on=TODAY - timedelta(days=1))
    assert customer.refused(outcomes.add_outcome, yesterday, MONDAY) == (
        "day_has_passed",
        "due_on",
        "That day has passed. Choose today or a later day.",
    )
    assert customer.act(outcomes.add_outcome, NewOutcome(customer.world.acme, "Faster", due_on=TODAY), MONDAY)


def test_nothing_is_due_before_the_contract_starts(customer: Customer) -> None:
    with customer.database.begin() as session:
        later = TODAY + timedelta(days=60)
        ledger.change(session, BOT, Entity.ACCOUNT, customer.world.acme, MONDAY, contract_start=later)
    soon = NewOutcome(customer.world.acme, "Faster", due_on=TODAY + timedelta(days=59))
    assert customer.refused(outcomes.add_outcome, soon, MONDAY)[:2] == ("before_contract_start", "due_on")


def test_a_baseline_is_from_before_the_due_date(customer: Customer) -> None:
    tomorrow = TODAY + timedelta(days=1)
    new = NewOutcome(customer.world.acme, "Faster", baseline_on=tomorrow)
    assert customer.refused(outcomes.add_outcome, new, MONDAY)[:2] == ("day_still_to_come", "baseline_on")
    later = MONDAY + timedelta(days=200)
    terms = NewTerms(customer.world.hours, "15", date(2026, 6, 30))
    assert customer.refused(outcome_terms.set_terms, terms, later) == (
        "baseline_after_due",
        "baseline_on",
        "The outcome is due on 30 Jun 2026. Choose an earlier day for its baseline.",
    )


def test_the_first_win_comes_after_the_start_of_the_contract(customer: Customer) -> None:
    before = STARTED - timedelta(days=1)
    assert customer.refused(plan.first_win, customer.world.acme, MONDAY, on=before, words="It worked") == (
        "before_contract_start",
        "on",
        "The contract with Acme GmbH started on 31 Jan 2026. Choose a day from then on.",
    )
    customer.act(plan.first_win, customer.world.acme, MONDAY, on=STARTED, words="It worked")


def test_a_promise_was_made_and_is_due_after_that(customer: Customer) -> None:
    tomorrow, acme = TODAY + timedelta(days=1), customer.world.acme
    ahead = customer.refused(plan.add_promise, acme, MONDAY, text="SSO", promised_on=tomorrow)
    assert ahead[:2] == ("day_still_to_come", "promised_on")
    reversed_days: dict[str, Any] = {"promised_on": TODAY, "due_on": TODAY - timedelta(days=1)}
    assert customer.refused(plan.add_promise, acme, MONDAY, text="SSO", **reversed_days) == (
        "days_reversed",
        "due_on",
        "It was promised on 2 Mar 2026. Choose that day or a later one.",
    )
    late: dict[str, Any] = {"promised_on": STARTED, "due_on": TODAY - timedelta(days=1)}
    assert customer.act(plan.add_promise, acme, MONDAY, text="SSO", **late)  # one that is overdue is a fact


def test_evidence_from_before_the_contract_is_taken_and_pointed_out(customer: Customer) -> None:
    early, later = customer.piece(STARTED - timedelta(days=1), "f1"), customer.piece(STARTED, "f2")
    assert customer.act(record.recorded_view, early, MONDAY).before_contract == STARTED
    assert customer.act(record.recorded_view, later, MONDAY).before_contract is None


def test_money_is_accepted_after_it_was_measured_by_who_was_there(customer: Customer) -> None:
    fin = customer.act(people.add_person, customer.world.acme, MONDAY, name="Fin Ode", part=Part.FINANCE)
    piece = customer.piece(TODAY - timedelta(days=5))

    def accepted(on: date) -> Isolation:
        return Isolation(piece, f"i{on}", Method.COMPARISON_GROUP, "two teams", "100 EUR", fin, accepted_on=on)

    early = customer.refused(attribution.attribute, accepted(TODAY - timedelta(days=6)), MONDAY)
    assert early[:2] == ("days_reversed", "accepted_on")
    customer.act(people.person_left, fin, TODAY - timedelta(days=2), MONDAY)
    gone = customer.refused(attribution.attribute, accepted(TODAY - timedelta(days=1)), MONDAY)
    assert gone == (
        "accepter_had_left",
        "accepted_on",
        "Fin Ode left on 28 Feb 2026. Choose who accepted it, or the day on which they did.",
    )
    customer.act(attribution.attribute, accepted(TODAY - timedelta(days=3)), MONDAY)


def test_a_packet_is_accepted_under_the_contract(customer: Customer) -> None:
    customer.piece(TODAY)
    early = NewAcceptance(customer.world.acme, customer.world.ana, STARTED - timedelta(days=1))
    assert customer.refused(acceptances.accept, early, MONDAY)[:2] == ("before_contract_start", "on")


def test_history_begins_on_a_day_that_has_been(customer: Customer) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert customer.refused(history.history, customer.world.acme, tomorrow, MONDAY)[0] == "day_still_to_come"
