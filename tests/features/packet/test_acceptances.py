"""The acceptance of a packet as use cases: who may look, whom it asks, what is refused, what a failed look does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.outsider import Outsider
from bot.app.references import NewFile
from bot.domain.enums import CheckVerdict, Part, Source
from bot.domain.proof.acceptance import counting
from bot.features.confirmations import answering, asking, identities, organisations
from bot.features.confirmations.answering import Pressed
from bot.features.confirmations.asking import NewQuestion, SharedChannel, SlackPerson
from bot.features.confirmations.organisations import NewBinding, Team
from bot.features.evidence import countersign, record
from bot.features.evidence.record import NewEvidence
from bot.features.packet import acceptances, look_messages, packet
from bot.features.packet.acceptances import NewAcceptance
from bot.features.packet.views import AcceptanceLookView, AcceptanceUnopenedView, AcceptanceWithdrawnView
from bot.features.plan import people
from bot.phrases import phrase
from bot.store import ledger, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.refusals import says
from tests.support.world import MONDAY, World, build, queued

TODAY, LATER = MONDAY.date(), MONDAY + timedelta(minutes=5)
MAIL = "https://acme.example/mail/yes"
ANA_IN_SLACK = Outsider(1, "U0ANA", "T0ACME", "Ana R.", None, "Europe/Berlin", False)
SHARED = SharedChannel("C0SHARED", (Team("T0ACME", "Acme"),), (SlackPerson("U0ANA", "T0ACME", "Ana R.", None),))


@pytest.fixture
def world(database: Database) -> World:
    """Acme, which Maya owns and Priya manages; its outcome is proven, and Tom has seen it."""
    with database.begin() as session:
        world = build(session)
        shown: dict[str, Any] = {"link": "https://acme.example/signing", "attested_by": world.ana, "value": "5"}
        piece = NewEvidence(world.acme, world.hours, "f1", Source.CUSTOMER_SYSTEM, TODAY, **shown)
        countersign.countersign(
            session, world.tom, record.record(session, world.maya, piece, MONDAY), CheckVerdict.SHOWS, MONDAY
        )
        return world


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    with database.begin() as session:
        yield session


def accepted(session: Session, world: World, **more: Any) -> int:
    """Maya records that Ana, the champion, accepted it today."""
    new = NewAcceptance(world.acme, world.ana, TODAY, MAIL)
    return acceptances.accept(session, world.maya, replace(new, **more), MONDAY)


def counts(session: Session, world: World) -> bool:
    return counting(proof_state.load(session, 1, world.acme), TODAY) is not None


def looked(session: Session, actor: Actor, acceptance_id: int, verdict: CheckVerdict = CheckVerdict.SHOWS) -> None:
    acceptances.look(session, actor, acceptance_id, verdict, LATER, note="A thank-you, no figures")


def test_it_counts_once_the_manager_has_seen_it(session: Session, world: World) -> None:
    acceptance_id = accepted(session, world)
    assert not counts(session, world)
    view = acceptances.accepted(session, world.maya, acceptance_id, MONDAY)
    assert (view.has_reference, view.asked) == (True, world.manager.member.name)
    assert (f"acceptance-look:{acceptance_id}", world.manager.member.slack_id) in queued(session)
    for actor, why in ((world.maya, "Only Priya"), (world.tom, "Only Priya")):
        assert not packet.packet(session, actor, world.acme, LATER).may_look
        with pytest.raises(UserError, check=says(why)):
            looked(session, actor, acceptance_id)
    assert packet.packet(session, world.manager, world.acme, LATER).may_look
    looked(session, world.manager, acceptance_id)
    looked(session, world.manager, acceptance_id)  # again: nothing more
    assert counts(session, world) and len(session.execute(select(schema.look)).all()) == 1
    [line] = packet.packet(session, world.tom, world.acme, LATER).acceptances
    assert line.counts and "seen by Priya" in phrase(line.witness)


def test_a_manager_who_owns_the_account_is_replaced(session: Session, world: World) -> None:
    """Also one who had it within 90 days: handing it over to look does not work."""
    owner: dict[str, Any] = {"owner_id": world.manager.member.id, "deputy_id": None}
    ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, MONDAY, **owner)
    new = NewAcceptance(world.acme, world.ana, TODAY, MAIL)
    acceptance_id = acceptances.accept(session, world.manager, new, MONDAY)
    asked = acceptances.accepted(session, world.manager, acceptance_id, MONDAY).asked
    assert asked == world.admin.member.name
    handed: dict[str, Any] = {"owner_id": world.tom.member.id}
    ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, MONDAY, **handed)
    for actor in (world.manager, world.tom):
        with pytest.raises(UserError):
            looked(session, actor, acceptance_id)
    assert not counts(session, world)
    looked(session, world.admin, acceptance_id)
    assert counts(session, world)


def test_what_does_not_show_it_withdraws_it_and_tells_the_owner(session: Session, world: World) -> None:
    acceptance_id = accepted(session, world)
    with pytest.raises(UserError, check=says("what it shows instead")):
        acceptances.look(session, world.manager, acceptance_id, CheckVerdict.DOES_NOT, LATER)
    looked(session, world.manager, acceptance_id)
    looked(session, world.manager, acceptance_id, CheckVerdict.DOES_NOT)
    assert not counts(session, world)
    view = packet.packet(session, world.tom, world.acme, LATER)
    assert view.acceptances == () and "A thank-you, no figures" in (view.withdrawn_why or "")
    look_id = session.execute(select(schema.look.c.id).order_by(schema.look.c.id.desc())).scalars().first()
    assert (f"acceptance-withdrawn:{look_id}", world.maya.member.slack_id) in queued(session)
    told = look_messages.compose_withdrawn(session, {"workspace_id": 1, "look_id": look_id}, LATER)
    assert isinstance(told, AcceptanceWithdrawnView) and told.note == "A thank-you, no figures"
    args = {"workspace_id": 1, "acceptance_id": acceptance_id, "account_id": world.acme}
    question = look_messages.compose_look(session, args, LATER)
    assert isinstance(question, AcceptanceLookView) and (question.verdict, question.is_there) == ("does_not", False)
    with pytest.raises(UserError, check=says("withdrawn since")):
        looked(session, world.manager, acceptance_id)
    with pytest.raises(UserError, check=says("does not show that they accepted")):
        accepted(session, world)


def test_what_cannot_be_opened_changes_nothing_and_who_recorded_it_is_told_to_share_it(
    session: Session, world: World
) -> None:
    acceptance_id = accepted(session, world)
    looked(session, world.manager, acceptance_id, CheckVerdict.CANNOT_OPEN)
    looked(session, world.manager, acceptance_id, CheckVerdict.CANNOT_OPEN)  # again: nobody is told twice
    assert not counts(session, world)
    [look_id] = session.execute(select(schema.look.c.id)).scalars()
    assert (f"acceptance-unopened:{look_id}", world.maya.member.slack_id) in queued(session)
    told = look_messages.compose_unopened(session, {"workspace_id": 1, "look_id": look_id}, LATER)
    assert told == AcceptanceUnopenedView(world.acme, "Acme GmbH", "Ana Ruiz", TODAY, world.manager.member.name, MAIL)
    args = {"workspace_id": 1, "acceptance_id": acceptance_id, "account_id": world.acme}
    question = look_messages.compose_look(session, args, LATER)
    assert isinstance(question, AcceptanceLookView) and (question.verdict, question.is_there) == ("cannot_open", True)
    view = packet.packet(session, world.manager, world.acme, LATER)
    assert (view.may_look, view.unopened) == (True, True)
    looked(session, world.manager, acceptance_id)
    assert counts(session, world)
    assert not packet.packet(session, world.manager, world.acme, LATER).unopened
    question = look_messages.compose_look(session, args, LATER)
    assert isinstance(question, AcceptanceLookView) and question.verdict == "shows"


def test_what_shows_it_is_a_page_or_a_file_of_that_day(session: Session, world: World) -> None:
    for link, why in (("https://bit.ly/x", "short link"), ("their wiki", "whole address")):
        with pytest.raises(UserError, check=says(why)):
            accepted(session, world, link=link)
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(UserError, check=says("already shows something of 2 Mar 2026")):
        accepted(session, world, link="https://acme.example/signing", on=yesterday)
    first = accepted(session, world, link=None, file=NewFile("yes.pdf", None, b"%PDF yes"))
    assert acceptances.opened_file(session, world.tom, first).content == b"%PDF yes"
    with pytest.raises(UserError, check=says("This file already shows something")):
        accepted(session, world, link=None, file=NewFile("again.pdf", None, b"%PDF yes"), on=yesterday)
    bare = accepted(session, world, link=None)
    assert acceptances.accepted(session, world.maya, bare, MONDAY).asked is None
    with pytest.raises(UserError, check=says("no link and no file")):
        looked(session, world.manager, bare)


def test_only_who_could_accept_can_be_named(session: Session, world: World) -> None:
    nemo = people.add_person(session, world.maya, world.acme, MONDAY, name="Nemo", part=Part.USER)
    with pytest.raises(UserError, check=says("Nemo .* could not accept it")):
        accepted(session, world, by_person=nemo)
    people.person_left(session, world.maya, world.ana, TODAY, MONDAY)
    with pytest.raises(UserError, check=says("Nobody at Acme GmbH is named who could accept")):
        acceptances.accept_form(session, world.maya, world.acme, MONDAY)


def ask(session: Session, world: World, acceptance_id: int, person_id: int | None = None) -> int:
    """Maya asks Ana, whom Priya knows in Slack, whether she accepted it."""
    teams: dict[str, Any] = {"teams": SHARED.teams, "domain": None, "customer_org_ids": frozenset[int]()}
    organisations.bind(session, world.manager, NewBinding(world.acme, **teams), MONDAY)
    new = NewQuestion(None, person_id or world.ana, "U0ANA", acceptance_id)
    question = asking.ask(session, world.maya, new, SHARED, MONDAY)
    identities.confirm_person(session, world.manager, 1, MONDAY)
    return question


def test_the_customers_own_click_makes_it_count(session: Session, world: World) -> None:
    acceptance_id = accepted(session, world, link=None)
    pressed = Pressed(ask(session, world, acceptance_id), "C0SHARED", "https://slack.example/p1")
    with pytest.raises(UserError, check=says("nothing to correct")):
        answering.correct(session, ANA_IN_SLACK, pressed, LATER, said="5", words="")
    answering.say_right(session, ANA_IN_SLACK, pressed, LATER)
    assert counts(session, world)
    [line] = packet.packet(session, world.tom, world.acme, LATER).acceptances
    assert phrase(line.witness) == "confirmed by Ana Ruiz on 2 Mar 2026"


def test_the_customers_no_withdraws_it(session: Session, world: World) -> None:
    acceptance_id = accepted(session, world)
    looked(session, world.manager, acceptance_id)
    pressed = Pressed(ask(session, world, acceptance_id), "C0SHARED", None)
    answering.disagree(session, ANA_IN_SLACK, pressed, "I only said thank you", LATER)
    assert not counts(session, world)
    assert "I only said thank you" in (packet.packet(session, world.tom, world.acme, LATER).withdrawn_why or "")


def test_only_who_is_said_to_have_accepted_can_be_asked(session: Session, world: World) -> None:
    acceptance_id = accepted(session, world)
    kim = people.add_person(session, world.maya, world.acme, MONDAY, name="Kim Li", part=Part.ECONOMIC_BUYER)
    with pytest.raises(UserError, check=says("Ana Ruiz is said to have accepted it")):
        ask(session, world, acceptance_id, kim)
