"""The manager sees who called meetings off, handed prompts over, answered late, and snoozed or closed risks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.digest_lines import DigestSpan
from bot.domain.enums import CadenceKind, Change, PromptState, Tier
from bot.features.accounts import card, tiers
from bot.features.home import home
from bot.features.meetings import answers, cadences
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.portfolios import owner_acts
from bot.features.portfolios.views import OwnerActsLine
from bot.features.risks import ownership
from bot.store.engine import Database
from bot.store.members import Member
from tests.support import factory
from tests.support.cast import STELLA
from tests.support.managing import MONDAY, Team, day


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def act(team: Team, member: Member, what: Callable[[Session, Actor], object]) -> None:
    with team.session() as session:
        what(session, team.as_(member))


def prompt(team: Team, account_id: int, at: datetime, state: PromptState = PromptState.OPEN) -> int:
    """A prompt to the owner for a meeting of an account."""
    kind = CadenceKind.WEEKLY_SYNC
    series: dict[str, Any] = {
        "kind": kind,
        "rrule": "FREQ=WEEKLY",
        "local_start": "2026-01-01T10:00",
        "tz": "UTC",
        "active": False,
    }
    cadence_id = team.add("cadence", account_id=account_id, **series)
    meeting_id = team.add("meeting", account_id=account_id, cadence_id=cadence_id, kind=kind, starts_at=at)
    asked: dict[str, Any] = {"workspace_id": 1, "member_id": team.maya.id, "asked_at": MONDAY, "closes_at": at}
    return team.add("prompt", account_id=account_id, meeting_id=meeting_id, state=state, **asked)


def lines(team: Team, now: datetime = MONDAY) -> tuple[OwnerActsLine, ...]:
    with team.database.reading() as session:
        return owner_acts.owner_acts(session, team.portfolio(), now)


def test_five_meetings_called_off_are_counted_for_the_owner_beside_what_is_usual(team: Team) -> None:
    acme = team.add_account("Acme")
    team.add_account("Brick", owner_id=team.tom.id)
    for number in range(5):
        off = prompt(team, acme, day(MONDAY, number + 1))
        act(team, team.maya, lambda s, a, off=off: answers.meeting_off(s, a, off, MONDAY))  # type: ignore[misc]
    assert lines(team) == (OwnerActsLine(team.maya.id, "Maya Lindqvist", "5 meetings called off (usual: 2.5)"),)


def test_every_kind_of_act_is_counted(team: Team) -> None:
    acme = team.add_account("Acme")
    team.look()
    risk = team.the_risk(acme)
    ahead = prompt(team, acme, day(MONDAY, 1))
    passed = prompt(team, acme, day(MONDAY, -1), PromptState.SILENT)
    act(team, team.maya, lambda s, a: answers.hand_over(s, a, ahead, "U0TOM", MONDAY))
    with team.session() as session:
        meeting_id = meeting_queries.by_id(session, 1, passed).meeting_id  # type: ignore[union-attr]
    late = NewAnswer(acme, "late", Change.NOTHING, meeting_id=meeting_id)
    act(team, team.maya, lambda s, a: answers.answer(s, a, late, MONDAY))
    until = day(MONDAY, 2).date()
    act(team, team.maya, lambda s, a: ownership.snooze(s, a, risk.id, MONDAY, until=until, why="Their auditor is in"))
    act(team, team.maya, lambda s, a: ownership.close(s, a, risk.id, MONDAY, how="Dana writes it down on Friday"))
    weekly = NewCadence(acme, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", "UTC")
    act(team, team.maya, lambda s, a: cadences.set_cadence(s, a, weekly, MONDAY))
    later = NewCadence(acme, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "11:00", "weekly", "UTC")
    act(team, team.maya, lambda s, a: cadences.set_cadence(s, a, later, MONDAY + timedelta(minutes=1)))
    assert "series" not in lines(team, day(MONDAY, 1))[0].acts, "one that was moved to another hour was not ended"
    with team.session() as session:
        series = meeting_queries.cadences_of(session, 1, acme)[0]
    act(team, team.maya, lambda s, a: cadences.stop_cadence(s, a, series.id, MONDAY + timedelta(minutes=2)))
    (line,) = lines(team, day(MONDAY, 1))
    assert line.acts == (
        "1 late answer (usual: 1), 1 prompt handed over (usual: 1), 1 risk closed (usual: 1), "
        "1 risk snoozed (usual: 1), 1 meeting series ended or paused (usual: 1)"
    )


def test_what_a_colleague_pressed_is_the_owners_and_what_the_manager_decided_is_nobodys(team: Team) -> None:
    acme = team.add_account("Acme")
    handed = prompt(team, acme, day(MONDAY, 1))
    act(team, team.maya, lambda s, a: answers.hand_over(s, a, handed, "U0TOM", MONDAY))
    act(team, team.tom, lambda s, a: answers.meeting_off(s, a, handed, MONDAY))
    other = prompt(team, acme, day(MONDAY, 2))
    act(team, team.priya, lambda s, a: answers.meeting_off(s, a, other, MONDAY))
    expected = "1 prompt handed over (usual: 1), 1 meeting called off (usual: 1)"
    assert lines(team) == (OwnerActsLine(team.maya.id, "Maya Lindqvist", expected),)


def test_acts_older_than_90_days_and_of_other_portfolios_are_not_counted(team: Team) -> None:
    acme = team.add_account("Acme")
    off = prompt(team, acme, day(MONDAY, 1))
    act(team, team.maya, lambda s, a: answers.meeting_off(s, a, off, MONDAY))
    assert len(lines(team, day(MONDAY, 90))) == 1
    assert lines(team, day(MONDAY, 91)) == ()
    elsewhere = team.add_portfolio("Americas", "C0AMER", None)
    team.change("account", acme, portfolio_id=elsewhere)
    assert lines(team) == ()


def test_only_the_manager_sees_it_on_home(team: Team) -> None:
    acme = team.add_account("Acme")
    off = prompt(team, acme, day(MONDAY, 1))
    act(team, team.maya, lambda s, a: answers.meeting_off(s, a, off, MONDAY))
    with team.session() as session:
        stella = factory.member(session, STELLA)
    with team.database.reading() as session:
        (line,) = home.home(session, team.as_(team.priya), MONDAY).managed
        assert [owner.owner for owner in line.owners] == ["Maya Lindqvist"]
        assert home.home(session, team.as_(team.maya), MONDAY).managed == ()
        assert home.home(session, team.as_(stella), MONDAY).managed == ()


def bands(team: Team) -> None:
    money: dict[str, Any] = {"high_touch_from_minor": 5_000_000, "low_touch_from_minor": 1_000_000}
    team.change("portfolio", team.portfolio_id, band_currency="EUR", **money)


def test_a_tier_below_what_the_arr_pays_for_is_named_with_who_set_it(team: Team) -> None:
    bands(team)
    acme = team.add_account("Acme")
    act(
        team,
        team.maya,
        lambda s, a: tiers.overrule_tier(s, a, acme, Tier.TECH_TOUCH, MONDAY, reason="They like it so"),
    )
    said = "tech touch by hand, by ARR high touch; set by Maya Lindqvist on 2 Mar 2026: They like it so"
    with team.database.reading() as session:
        tier = card.card(session, team.as_(team.tom), acme, MONDAY).tier
        assert tier is not None and tier.lowered == said
        assert owner_acts.tiers_by_hand(session, team.portfolio()) == (("Acme", said),)
        lines = owner_acts.owner_lines(session, DigestSpan(1, team.portfolio_id, None, MONDAY))
        assert lines.of_owners == (("Tiers set by hand below the tier by ARR", ((team.maya.id, f"Acme: {said}"),)),)
        assert not lines.foot and not lines.thread


def test_a_tier_above_what_the_arr_pays_for_is_nobodys_business(team: Team) -> None:
    bands(team)
    small = team.add_account("Small", arr_minor=1_000)
    act(team, team.maya, lambda s, a: tiers.overrule_tier(s, a, small, Tier.HIGH_TOUCH, MONDAY, reason="A reference"))
    with team.database.reading() as session:
        tier = card.card(session, team.as_(team.tom), small, MONDAY).tier
        assert tier is not None and tier.lowered is None
        assert owner_acts.tiers_by_hand(session, team.portfolio()) == ()
