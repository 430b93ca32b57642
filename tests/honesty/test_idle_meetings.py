"""Meetings, answers and first wins that say nothing: each docstring says how the attempt ends."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import CadenceKind, Change
from bot.features.meetings import answers, cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.plan import plan
from bot.features.portfolios import owner_acts
from bot.store import schema
from tests.honesty.play import FIRST, FRIDAY, SECOND, TUESDAY, Play
from tests.support.managing import day
from tests.support.refusals import says

LEGAL = "Legal has not signed the data agreement"


def meets(play: Play, first: date, now: datetime) -> None:
    """Maya sets the weekly meeting of Birch."""
    new = NewCadence(play.birch, CadenceKind.WEEKLY_SYNC, first, "10:00", "weekly", "Europe/London")
    with play.team.session() as session:
        cadences.set_cadence(session, play.team.as_(play.team.maya), new, now)


def acts(play: Play, now: datetime) -> str:
    """What the manager reads of owners."""
    with play.team.session() as session:
        return " | ".join(
            f"{line.owner}: {line.acts}" for line in owner_acts.owner_acts(session, play.team.portfolio(), now)
        )


def answered(play: Play, submission: str, unproven: str | None, now: datetime) -> None:
    """Maya answers about the meeting of Saturday, or edits what she answered."""
    with play.team.session() as session:
        ours = session.execute(select(schema.meeting.c.id)).scalar_one()
        new = NewAnswer(play.birch, submission, Change.NOTHING, unproven=unproven, meeting_id=ours)
        answers.answer(session, play.team.as_(play.team.maya), new, now)


def gaps(play: Play, now: datetime) -> list[str]:
    return [gap.title for gap in play.assessed(now).state.gaps if gap.closed_on is None]


@pytest.fixture
def asked(play: Play) -> Play:
    """Maya has been asked about a meeting, and has answered that something is unproven."""
    team, at = play.team, day(FRIDAY, 1)
    series = team.meets(play.birch, at, FRIDAY)
    kind = CadenceKind.WEEKLY_SYNC
    meeting = team.add("meeting", FRIDAY, account_id=play.birch, cadence_id=series, kind=kind, starts_at=at)
    row = {"account_id": play.birch, "workspace_id": 1, "member_id": team.maya.id, "asked_at": FRIDAY, "closes_at": at}
    team.add("prompt", FRIDAY, meeting_id=meeting, **row)
    answered(play, "a", LEGAL, FRIDAY)
    return play


def test_a_series_is_moved_on_before_each_meeting(play: Play) -> None:
    """Named to the manager alone, by person: each time counts as a pause. No meeting ever took place."""
    for week in range(4):
        meets(play, day(FRIDAY, 7 * week + 13).date(), day(FRIDAY, 7 * week))
    assert "Maya Lindqvist: 3 meeting series ended or paused" in acts(play, day(FRIDAY, 28))


def test_a_series_that_moves_to_another_day_of_the_week_is_no_pause(play: Play) -> None:
    """The other side of the one above."""
    meets(play, day(FRIDAY, 3).date(), FRIDAY)
    meets(play, day(FRIDAY, 5).date(), FRIDAY)
    assert acts(play, day(FRIDAY, 1)) == ""


def test_an_old_gap_is_taken_out_of_an_old_answer(asked: Play) -> None:
    """Not possible: after a day a gap is closed in the list of gaps, by what shows the answer."""
    with pytest.raises(UserError, check=says("stays open")):
        answered(asked, "b", None, day(FRIDAY, 2))
    assert gaps(asked, day(FRIDAY, 2)) == [LEGAL]


def test_a_gap_that_was_a_slip_is_taken_out_at_once(asked: Play) -> None:
    """The other side of the one above."""
    answered(asked, "b", None, FRIDAY)
    assert gaps(asked, day(FRIDAY, 1)) == []


def test_the_first_win_is_moved(play: Play) -> None:
    """Named in the digest: from which day to which, and by whom. It makes the time to value shorter."""
    team = play.team
    team.change("account", play.birch, FRIDAY, contract_start=date(2025, 6, 1))
    for on, now in ((date(2026, 2, 20), FRIDAY), (date(2025, 6, 2), TUESDAY)):
        with team.session() as session:
            plan.first_win(session, team.as_(team.maya), play.birch, now, on=on, words="It worked in real life")
        if now == FRIDAY:
            play.digest(FIRST)
    assert "Birch: first win 20 Feb 2026 → 2 Jun 2025; Maya Lindqvist" in play.digest(SECOND)


def test_the_contract_starts_later(play: Play) -> None:
    """Named in the digest: from which day to which, and by whom. It makes the time to value shorter."""
    team = play.team
    team.change("account", play.birch, FRIDAY, contract_start=date(2025, 6, 1))
    play.digest(FIRST)
    team.change("account", play.birch, TUESDAY, contract_start=date(2026, 2, 1))
    assert "Birch: start of the contract 1 Jun 2025 → 1 Feb 2026" in play.digest(SECOND)
