"""Who answered in the shared channel takes it back: everything is as before, unless somebody built on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.enums import ConfirmationState, Witness
from bot.features.confirmations import answering, identities, posting, taking_back
from bot.features.confirmations.views import ConfirmationAnsweredView, ConfirmationView
from bot.features.evidence import record
from bot.store import ledger, proof_state
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.features.confirmations.test_confirmations import (
    ANA_IN_SLACK,
    LATER,
    PRESSED,
    Scene,
    ask,
    bind,
    checks,
    known,
    the_question,
    witness_of,
)
from tests.support import factory
from tests.support.refusals import says
from tests.support.world import MONDAY, build, queued

AFTER = LATER + timedelta(minutes=1)
ANSWERS: dict[str, Callable[[Session], Any]] = {
    "confirmed": lambda s: answering.say_right(s, ANA_IN_SLACK, PRESSED, LATER),
    "corrected": lambda s: answering.correct(s, ANA_IN_SLACK, PRESSED, LATER, said="6.5", words=""),
    "disputed": lambda s: answering.disagree(s, ANA_IN_SLACK, PRESSED, "One good week", LATER),
}


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.begin() as session:
        world = build(session)
        piece = factory.evidence(session, world.acme, world.hours, "6", MONDAY, attested_by=world.ana)
        bind(session, world)
        return Scene(world, piece)


@pytest.fixture
def session(database: Database, scene: Scene) -> Iterator[Session]:
    with database.begin() as session:
        ask(session, scene)
        yield session


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("known_when", ["before", "after", "never"])
def test_everything_is_as_before(session: Session, scene: Scene, answer: str, known_when: str) -> None:
    """Whatever was said, and whenever it became known who said it; a piece that a correction added is withdrawn."""
    if known_when == "before":
        known(session, scene)
    before = proof_state.load(session, 1, scene.world.acme)
    ANSWERS[answer](session)
    if known_when == "after":
        identities.confirm_person(session, scene.world.manager, 1, LATER + timedelta(seconds=5))
    assert proof_state.load(session, 1, scene.world.acme).evidence != before.evidence or answer == "confirmed"
    taking_back.take_back(session, ANA_IN_SLACK, PRESSED, AFTER)
    after = proof_state.load(session, 1, scene.world.acme)
    assert [piece for piece in after.evidence if piece.withdrawn_on is None] == list(before.evidence)
    assert all("took the correction back" in (piece.withdrawn_why or "") for piece in after.evidence[1:])
    assert checks(session, scene) == [] and after.uncounted == ()
    assert witness_of(session, scene, scene.piece) is not Witness.CUSTOMER
    question = the_question(session)
    assert (question.state, question.answered_at, question.counted_at) == (ConfirmationState.OPEN, None, None)
    told = [key for key, _ in queued(session) if key.startswith("confirmation-answered:1:")]
    assert len(told) == (3 if known_when == "after" else 2)
    args = {"workspace_id": 1, "confirmation_id": 1, "account_id": scene.world.acme}
    shown, heard = posting.compose_question(session, args, AFTER), posting.compose_answered(session, args, AFTER)
    assert isinstance(shown, ConfirmationView) and shown.state == "open" and not shown.over
    assert isinstance(heard, ConfirmationAnsweredView) and heard.state == "open"
    answering.say_right(session, ANA_IN_SLACK, PRESSED, AFTER + timedelta(minutes=1))
    assert (witness_of(session, scene, scene.piece) is Witness.CUSTOMER) == (known_when != "never")


def test_only_who_said_it_takes_it_back_and_only_once(session: Session, scene: Scene) -> None:
    def refused(why: str, **changes: Any) -> None:
        with pytest.raises(UserError, check=says(why)):
            taking_back.take_back(session, replace(ANA_IN_SLACK, **changes), PRESSED, AFTER)

    refused("Nobody has answered this yet")
    ANSWERS["confirmed"](session)
    refused("Only Ana R. can take it back", slack_id="U0KIM")
    refused("Only people of the organisation", team_id="T0RIVAL")
    refused("Guests cannot answer", is_guest=True)
    refused("not here any more", workspace_id=2)
    taking_back.take_back(session, ANA_IN_SLACK, PRESSED, AFTER)
    refused("Nobody has answered this yet")


@pytest.mark.parametrize("built", ["withdrawn", "gap"])
def test_what_somebody_built_on_stays(session: Session, scene: Scene, built: str) -> None:
    known(session, scene)
    ANSWERS["confirmed"](session)
    by = scene.world.maya.author
    if built == "withdrawn":
        record.withdraw(session, scene.world.maya, scene.piece, "The wrong month", AFTER)
    else:
        gap = {"account_id": scene.world.acme, "title": "Who signs?", "opened_at": MONDAY}
        gap_id = ledger.add(session, by, Entity.GAP, MONDAY, why=None, **gap)
        closed = {"closed_on": AFTER.date(), "closed_evidence_id": scene.piece}
        ledger.change(session, by, Entity.GAP, gap_id, AFTER, why=None, only_if=None, **closed)
    with pytest.raises(UserError, check=says("gone on from this answer already.*Tell Maya Lindqvist")):
        taking_back.take_back(session, ANA_IN_SLACK, PRESSED, AFTER + timedelta(minutes=1))
    assert len(checks(session, scene)) == 1
