"""An agreement to terms: looked at from outside, shown by a link or a file, named while only the team has seen it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.app.digest_lines import DigestSpan
from bot.app.references import NewFile
from bot.domain.enums import CheckVerdict, Part, Source
from bot.domain.proof.terms import by_outcome, standing_of
from bot.features.accounts import card
from bot.features.evidence import agreement_looks, record, team_only
from bot.features.evidence import list as evidence_list
from bot.features.evidence.record import NewEvidence
from bot.features.evidence.views import AgreementVoidView
from bot.features.plan import agreement, people, would_break
from bot.features.plan.agreement import Agreement
from bot.features.plan.would_break import WouldBreak
from bot.store import proof_state, schema
from bot.store.engine import Database
from tests.support.refusals import says
from tests.support.world import MONDAY, World, build, queued

TODAY, LATER = MONDAY.date(), MONDAY + timedelta(minutes=5)
PLAN = Agreement(None, TODAY, "https://acme.example/signed-plan")


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    with database.begin() as session:
        yield session


def agree(session: Session, world: World, **more: Any) -> int:
    """Maya, who owns Acme, records that Ana agreed; returns the id of the terms."""
    given = replace(PLAN, agreed_by=world.ana, **more)
    agreement.record_agreement(session, world.maya, world.hours, given, MONDAY)
    newest = select(schema.terms.c.id).where(schema.terms.c.outcome_id == world.hours)
    return int(session.execute(newest.order_by(schema.terms.c.version.desc())).scalars().all()[0])


def holds(session: Session, world: World) -> bool:
    versions = by_outcome(proof_state.load(session, 1, world.acme).terms)[world.hours]
    return standing_of(versions, TODAY).holds


def test_it_is_named_until_somebody_else_has_looked(session: Session, world: World) -> None:
    terms_id = agree(session, world)
    [named] = card.card(session, world.tom, world.acme, LATER).agreed
    assert named.endswith("agreed by Ana Ruiz on 2 Mar, linked by Maya Lindqvist, nobody else has looked")
    [line] = evidence_list.evidence(session, world.tom, world.acme, LATER).agreements
    assert line.may_look and line.openable == PLAN.link
    assert not evidence_list.evidence(session, world.maya, world.acme, LATER).agreements[0].may_look
    with pytest.raises(UserError, check=says("You recorded this")):
        agreement_looks.look(session, world.maya, terms_id, CheckVerdict.SHOWS, LATER)
    agreement_looks.look(session, world.tom, terms_id, CheckVerdict.SHOWS, LATER)
    agreement_looks.look(session, world.tom, terms_id, CheckVerdict.SHOWS, LATER)
    assert len(session.execute(select(schema.look)).all()) == 1
    assert card.card(session, world.tom, world.acme, LATER).agreed == ()
    [line] = evidence_list.evidence(session, world.admin, world.acme, LATER).agreements
    assert "seen by" in line.text and not line.may_look


def test_what_does_not_show_it_voids_it_for_good(session: Session, world: World) -> None:
    terms_id = agree(session, world)
    with pytest.raises(UserError, check=says("what it shows instead")):
        agreement_looks.look(session, world.tom, terms_id, CheckVerdict.DOES_NOT, LATER)
    agreement_looks.look(session, world.tom, terms_id, CheckVerdict.DOES_NOT, LATER, note="No word on the target")
    assert not holds(session, world)
    look_id = session.execute(select(schema.look.c.id)).scalar_one()
    assert (f"agreement-void:{look_id}", world.maya.member.slack_id) in queued(session)
    told = agreement_looks.compose_void(session, {"workspace_id": 1, "look_id": look_id}, LATER)
    assert isinstance(told, AgreementVoidView) and told.note == "No word on the target"
    with pytest.raises(UserError, check=says("void by now")):
        agreement_looks.look(session, world.tom, terms_id, CheckVerdict.SHOWS, LATER)
    with pytest.raises(UserError, check=says("does not show that they agreed")):
        agree(session, world)
    agree(session, world, link="https://acme.example/minutes")
    assert holds(session, world)


def test_a_kept_file_shows_an_agreement_or_what_would_break(session: Session, world: World) -> None:
    file = NewFile("plan.pdf", "application/pdf", b"%PDF signed")
    terms_id = agree(session, world, link=None, file=file)
    assert holds(session, world)
    assert agreement_looks.opened_file(session, world.tom, terms_id).content == file.content
    with pytest.raises(UserError, check=says("empty")):
        agree(session, world, link=None, file=replace(file, content=b""))
    said = WouldBreak(world.acme, "Month-end takes nine days", world.ana, TODAY, None, file)
    would_break.set_would_break(session, world.maya, said, MONDAY)
    line = card.card(session, world.tom, world.acme, LATER).would_break
    assert line is not None and line.has_file
    assert would_break.opened_file(session, world.tom, world.acme).content == file.content
    would_break.set_would_break(session, world.maya, replace(said, file=None), MONDAY)
    assert would_break.opened_file(session, world.tom, world.acme).content == file.content, "the words are the same"
    would_break.set_would_break(session, world.maya, replace(said, file=None, words="Payroll stops"), MONDAY)
    with pytest.raises(UserError, check=says("not kept any more")):
        would_break.opened_file(session, world.tom, world.acme)
    with pytest.raises(UserError, check=says("short link")):
        would_break.set_would_break(session, world.maya, replace(said, link="https://bit.ly/x"), MONDAY)


def test_the_digest_names_agreements_and_people_that_only_the_team_knows(session: Session, world: World) -> None:
    span = DigestSpan(1, world.portfolio_id, MONDAY - timedelta(days=1), LATER)
    nova = people.add_person(session, world.maya, world.acme, MONDAY, name="Ana Novak", part=Part.FINANCE)
    agreement.record_agreement(session, world.maya, world.hours, replace(PLAN, agreed_by=nova), MONDAY)
    piece = NewEvidence(world.acme, world.hours, "f1", Source.CUSTOMER_SYSTEM, TODAY, value="6", attested_by=nova)
    record.record(session, world.maya, piece, MONDAY)
    [(title, lines)] = team_only.team_only_lines(session, span).thread
    texts = [text for _, text in lines]
    assert title == "Only the account team has seen it (2)"
    assert texts[0].endswith("nobody else has looked; Ana Novak, added by Maya Lindqvist on 2 Mar 2026")
    assert texts[1].endswith("is attested by Ana Novak, added by Maya Lindqvist on 2 Mar 2026")
    assert team_only.team_only_lines(session, replace(span, since=None)).thread == ()
    assert team_only.team_only_lines(session, replace(span, since=LATER)).thread == ()
