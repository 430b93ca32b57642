"""The two top grades and the packet: our share isolated, money accepted, the story told and accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import assessments
from bot.app.actor import Actor, UserError
from bot.domain.enums import CheckVerdict, Grade, Method, Part, Source
from bot.features.evidence import attribution, countersign, list, record
from bot.features.evidence.attribution import Isolation
from bot.features.evidence.record import NewEvidence
from bot.features.packet import acceptances, packet
from bot.features.packet.acceptances import NewAcceptance
from bot.features.plan import outcomes, people
from bot.features.plan.outcomes import NewOutcome
from bot.phrases import phrase
from bot.store import schema
from bot.store.engine import Database
from tests.support.factory import AGREEMENT
from tests.support.managing import MONDAY, day
from tests.support.refusals import says
from tests.support.world import World, build

CAUSES = "Their new intake form explains a fifth; the rest is ours"


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def piece(world: World, submission: str, **values: Any) -> NewEvidence:
    shown = {"link": "https://acme.example/signing", "attested_by": world.ana}
    given = {"source": Source.CUSTOMER_SYSTEM, "as_of": MONDAY.date(), "value": "5", **shown, **values}
    return NewEvidence(world.acme, world.hours, submission, **given)


def seen(database: Database, by: Actor, piece_id: int) -> None:
    """A colleague opens what shows a piece, and finds it right."""
    with database.begin() as session:
        countersign.countersign(session, by, piece_id, CheckVerdict.SHOWS, MONDAY)


def confirm(database: Database, world: World, submission: str = "form 1", **values: Any) -> int:
    with database.begin() as session:
        return record.record(session, world.maya, piece(world, submission, **values), MONDAY)


def isolate(database: Database, world: World, new: Isolation, now: datetime = MONDAY) -> str:
    with database.begin() as session:
        return attribution.attribute(session, world.maya, new, now).reason


def grade_of(database: Database, world: World, now: datetime = MONDAY) -> Grade | None:
    with database.begin() as session:
        _, assessment = assessments.assessed(session, world.maya, world.acme, now)
        return assessment.outcomes[0].grade


def test_a_method_makes_it_attributed_and_accepted_money_accepted(database: Database, world: World) -> None:
    first = confirm(database, world)
    attributed = isolate(database, world, Isolation(first, "form 2", Method.BEFORE_AFTER, CAUSES))
    assert attributed == "Confirmed, our share worked out"
    second = first + 1
    new = Isolation(second, "form 3", Method.BEFORE_AFTER, CAUSES, "120,000 EUR", accepter_name="Dana Fox")
    unseen = "Confirmed, our share worked out; nobody has seen that they accepted the money"
    assert isolate(database, world, new) == unseen
    seen(database, world.tom, second + 1)
    assert grade_of(database, world) is Grade.ATTRIBUTED
    seen(database, world.manager, second + 1)
    assert grade_of(database, world) is Grade.ACCEPTED
    with database.begin() as session:
        rows = session.execute(select(schema.evidence).order_by(schema.evidence.c.id)).all()
        assert [row.superseded_by for row in rows] == [second, second + 1, None]
        assert {(row.as_of, row.value, row.attested_by) for row in rows} == {(rows[0].as_of, rows[0].value, world.ana)}


def test_withdrawing_the_top_piece_restores_what_it_replaced(database: Database, world: World) -> None:
    first = confirm(database, world)
    isolate(database, world, Isolation(first, "form 2", Method.COMPARISON_GROUP, "Their Lyon office works without us"))
    assert grade_of(database, world) is Grade.ATTRIBUTED
    with database.begin() as session:
        record.withdraw(session, world.maya, first + 1, "Lyon began to use it, too", day(MONDAY, 1))
    assert grade_of(database, world, day(MONDAY, 1)) is Grade.CONFIRMED


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"note": " "}, "note"),
        ({"money": "a lot"}, "money"),
        ({"accepter_name": "Dana Fox"}, "money"),
        ({"money": "1,000 EUR", "accepted_by": 1}, "accepted_by"),
        ({"money": "1,000 EUR", "accepter_name": "Dana", "accepted_on": date(2027, 1, 1)}, "accepted_on"),
    ],
)
def test_a_share_that_cannot_be_isolated_names_the_field(
    database: Database, world: World, new: dict[str, Any], field: str
) -> None:
    first = confirm(database, world)
    values: dict[str, Any] = {"note": CAUSES, **new}
    with pytest.raises(UserError) as refused:
        isolate(database, world, Isolation(first, "form 2", Method.BEFORE_AFTER, **values))
    assert refused.value.field == field
    assert grade_of(database, world) is Grade.CONFIRMED


def test_only_confirmed_evidence_that_stands_can_rise(database: Database, world: World) -> None:
    oral = confirm(database, world, source=Source.CUSTOMER_SAID, oral=True)
    with database.begin() as session, pytest.raises(UserError, check=says("only measured")):
        attribution.attribution_form(session, world.maya, oral, MONDAY)
    confirmed = confirm(database, world, "form 2")
    isolate(database, world, Isolation(confirmed, "form 3", Method.BEFORE_AFTER, CAUSES))
    with pytest.raises(UserError, check=says("newer piece")):
        isolate(database, world, Isolation(confirmed, "form 4", Method.BEFORE_AFTER, CAUSES))
    with database.begin() as session, pytest.raises(UserError):
        attribution.attribution_form(session, world.tom, confirmed, MONDAY)


def test_the_list_of_evidence_offers_it_where_it_helps(database: Database, world: World) -> None:
    confirm(database, world, source=Source.OUR_MEASUREMENT, value="9")
    confirm(database, world, "form 2")
    with database.begin() as session:
        lines = list.evidence(session, world.maya, world.acme, MONDAY).lines
    assert [(line.what, line.may_rise) for line in lines] == [("5 days", True), ("9 days", False)]


def legal_signs(world: World) -> NewOutcome:
    """A statement that Ana agreed to."""
    return NewOutcome(
        world.acme,
        "Legal signs without us",
        due_on=date(2026, 5, 1),
        owner_person_id=world.ana,
        baseline_agreed_by=world.ana,
        agreed_on=MONDAY.date(),
        agreement_link=AGREEMENT,
    )


def test_the_packet_tells_what_is_proven_and_what_is_not(database: Database, world: World) -> None:
    with database.begin() as session:
        statement = legal_signs(world)
        outcomes.add_outcome(session, world.maya, statement, MONDAY)
    first = confirm(database, world, link="https://example.com/report")
    share = Isolation(first, "form 2", Method.BEFORE_AFTER, CAUSES, "1,250,000 EUR", accepter_name="Dana Fox")
    isolate(database, world, share)
    seen(database, world.manager, first + 1)
    with database.begin() as session:
        view = packet.packet(session, world.tom, world.acme, MONDAY)
    assert [(line.moved, line.target, line.progress) for line in view.story] == [("15 → 5 days", "5 days", None)]
    assert (view.story[0].method_note, view.money) == (CAUSES, "accepted 1.2 M EUR a year, worth at the sale unknown")
    assert [(line.title, line.reason) for line in view.unproven] == [("Legal signs without us", "No evidence yet")]
    assert (view.champion, view.acceptances, view.can_write) == ("Ana Ruiz, champion", (), False)


def test_money_is_summed_per_currency_and_only_if_accepted(database: Database, world: World) -> None:
    with database.begin() as session:
        statement = legal_signs(world)
        signs = [outcomes.add_outcome(session, world.maya, replace(statement, title=f"{n}"), MONDAY) for n in range(2)]
        dana = people.add_person(session, world.maya, world.acme, MONDAY, name="Dana Fox", part=Part.FINANCE)
    words: dict[str, Any] = {
        "source": Source.CUSTOMER_WROTE,
        "value": None,
        "statement": "Nobody called us",
        "attested_by": dana,
    }
    for outcome_id, amount, by in (
        (world.hours, "5,000 EUR", dana),
        (signs[0], "7,000 USD", dana),
        (signs[1], "900 EUR", None),
    ):
        with database.begin() as session:
            new = replace(piece(world, f"first {outcome_id}"), outcome_id=outcome_id)
            new = new if outcome_id == world.hours else replace(new, **words)
            first = record.record(session, world.maya, new, MONDAY)
        share = Isolation(first, f"share {outcome_id}", Method.BEFORE_AFTER, CAUSES, amount, by)
        isolate(database, world, share)
        seen(database, world.manager, first + 1)
    with database.begin() as session:
        assert packet.packet(session, world.maya, world.acme, MONDAY).money == (
            "accepted 7,000 USD + 5,000 EUR a year, worth at the sale unknown"
        )


def test_acceptance_is_dated_named_and_grows_old(database: Database, world: World) -> None:
    with database.begin() as session, pytest.raises(UserError, check=says("Nothing is proven")):
        acceptances.accept_form(session, world.maya, world.acme, MONDAY)
    confirm(database, world)
    with database.begin() as session:
        form = acceptances.accept_form(session, world.maya, world.acme, MONDAY)
        assert form.people == ((world.ana, "Ana Ruiz", "champion"),)
        new = NewAcceptance(world.acme, world.ana, MONDAY.date())
        for wrong in (replace(new, by_person=999), replace(new, on=date(2026, 3, 9))):
            with pytest.raises(UserError):
                acceptances.accept(session, world.maya, wrong, MONDAY)
        with pytest.raises(UserError):
            acceptances.accept(session, world.tom, new, MONDAY)
        view = acceptances.accepted(session, world.maya, acceptances.accept(session, world.maya, new, MONDAY), MONDAY)
        assert (view.by, view.until, view.has_reference, view.asked) == ("Ana Ruiz", date(2027, 3, 2), False, None)
        [told] = packet.packet(session, world.maya, world.acme, day(MONDAY, 30)).acceptances
        [old] = packet.packet(session, world.maya, world.acme, day(MONDAY, 366)).acceptances
    assert (told.by, told.counts, told.renew, old.renew) == ("Ana Ruiz, champion", False, False, True)
    assert phrase(told.witness) == "recorded by Maya Lindqvist, nobody else can check it"
