"""Checks that somebody would rather not have: each docstring says how the attempt ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import CheckVerdict, Method, RiskKind, Source
from bot.features.evidence import attribution, record, spot_checks
from bot.features.evidence.attribution import Isolation
from bot.features.evidence.record import NewEvidence
from bot.features.portfolios import owner_acts
from bot.features.risks import ownership
from bot.store import schema
from tests.honesty.play import FIRST, PAGE, SECOND, THIRD, TITLE, TUESDAY, Play
from tests.support.managing import day
from tests.support.refusals import says

FOURTH = day(THIRD, 7)


@pytest.fixture
def drawn(play: Play) -> tuple[Play, int]:
    """A piece that the second digest has drawn for Priya to look at."""
    play.digest(FIRST)
    piece = play.record(play.team.maya, "400", TUESDAY)
    play.digest(SECOND, drawing=True)
    return play, piece


def draws(play: Play) -> list[int]:
    """What was drawn, by id."""
    with play.team.session() as session:
        return list(session.execute(select(schema.spot_check.c.id).order_by(schema.spot_check.c.id)).scalars())


def test_a_drawn_piece_is_withdrawn_and_entered_again(drawn: tuple[Play, int]) -> None:
    """Named in the next digest, by outcome and person: it was taken back before anybody had looked."""
    play, piece = drawn
    with play.team.session() as session:
        record.withdraw(session, play.team.as_(play.team.maya), piece, "Wrong form", day(SECOND, 1))
    again: dict[str, Any] = {"value": "400", "link": PAGE, "attested_by": play.kim, "source": Source.CUSTOMER_SYSTEM}
    new = NewEvidence(play.birch, play.outcome, "again", as_of=TUESDAY.date(), **again)
    with play.team.session() as session:
        record.record(session, play.team.as_(play.team.maya), new, day(SECOND, 1))
    told = play.digest(THIRD, drawing=True)
    assert "Spot check: 1 taken back before anybody looked" in told
    assert f"Birch: “{TITLE}” was withdrawn by Maya Lindqvist before anybody looked" in told
    assert len(draws(play)) == 2, "what was entered again is drawn again"
    assert "taken back" not in play.digest(FOURTH, drawing=True)


def test_a_drawn_piece_is_replaced_by_itself(drawn: tuple[Play, int]) -> None:
    """Named in the next digest, by outcome and person; what took its place is drawn."""
    play, piece = drawn
    new = Isolation(piece, "x", Method.COMPARISON_GROUP, "Half of the desks")
    with play.team.session() as session:
        attribution.attribute(session, play.team.as_(play.team.maya), new, day(SECOND, 1))
    told = play.digest(THIRD, drawing=True)
    assert f"Birch: “{TITLE}” was replaced by Maya Lindqvist before anybody looked" in told
    assert len(draws(play)) == 2


def test_a_draw_is_answered_by_a_forged_button(drawn: tuple[Play, int]) -> None:
    """Not possible: neither who recorded the piece nor a colleague who was not asked answers for who was."""
    play, _ = drawn
    (draw,) = draws(play)
    for who in (play.team.maya, play.team.tom):
        with pytest.raises(UserError, check=says("Priya Nair")), play.team.session() as session:
            spot_checks.answer(session, play.team.as_(who), draw, CheckVerdict.SHOWS, day(SECOND, 1))


def test_a_risk_is_closed_with_evidence_of_another_customer(proven: Play) -> None:
    """Not possible: the piece is no piece of this account, whatever a forged form says."""
    team = proven.team
    _, _, piece = team.add_proven("Cedar", TUESDAY)
    team.change("account", proven.birch, TUESDAY, renewal_date=date(2026, 4, 1))
    proven.record(team.priya, "1000", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    team.look(day(TUESDAY, 1))
    risk = team.the_risk(proven.birch, RiskKind.RENEWAL_UNPROVEN)
    with pytest.raises(UserError, check=says("not here any more")), team.session() as session:
        ownership.close(session, team.as_(team.maya), risk.id, day(TUESDAY, 1), evidence_id=piece)


def test_a_risk_is_closed_every_day_with_the_same_old_evidence(proven: Play) -> None:
    """Figures unchanged: the danger still holds, so it opens again by itself. The manager reads how often."""
    team = proven.team
    team.change("account", proven.birch, TUESDAY, renewal_date=date(2026, 4, 1))
    proven.record(team.priya, "1000", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    for number in range(1, 4):
        team.look(day(TUESDAY, number))
        risk = team.the_risk(proven.birch, RiskKind.RENEWAL_UNPROVEN)
        with team.session() as session:
            ownership.close(session, team.as_(team.maya), risk.id, day(TUESDAY, number), evidence_id=1)
    team.look(day(TUESDAY, 4))
    assert team.the_risk(proven.birch, RiskKind.RENEWAL_UNPROVEN).closed_at is None
    with team.session() as session:
        (told,) = owner_acts.owner_acts(session, team.portfolio(), day(TUESDAY, 4))
    assert told.owner == "Maya Lindqvist" and "3 risks closed" in told.acts


def test_the_owner_withdraws_a_piece_while_somebody_finds_it_wanting(proven: Play) -> None:
    """Figures unchanged: whoever comes first, what was found wanting is not entered again under the same link."""
    piece = proven.record(proven.team.maya, "300", TUESDAY, link=f"{PAGE}/march")
    proven.look(proven.team.tom, piece, CheckVerdict.DOES_NOT, day(TUESDAY, 1), "It says 900")
    with pytest.raises(UserError), proven.team.session() as session:
        record.withdraw(session, proven.team.as_(proven.team.maya), piece, "Typo", day(TUESDAY, 1))
    before = proven.assessed(day(TUESDAY, 1)).coverage
    new: dict[str, Any] = {
        "value": "300",
        "link": f"{PAGE}/march",
        "attested_by": proven.kim,
        "source": Source.CUSTOMER_SYSTEM,
    }
    with proven.team.session() as session:
        form = NewEvidence(proven.birch, proven.outcome, "again", as_of=TUESDAY.date(), **new)
        again = record.record(session, proven.team.as_(proven.team.maya), form, day(TUESDAY, 2))
    assert proven.assessed(day(TUESDAY, 2)).coverage == before
    (graded,) = proven.assessed(day(TUESDAY, 2)).outcomes
    assert graded.proof is not None and graded.proof.id != again
