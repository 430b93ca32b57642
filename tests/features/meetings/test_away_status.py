"""Who lets their Slack status be read is away by it, and back when it is cleared."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.values.working_hours import WorkWeek
from bot.features.meetings import absence, away_status, prompts
from bot.features.meetings.away_status import Status, away_until, says_away
from bot.outbox.types import Moot
from bot.store import absences, members, schema
from bot.store.engine import Database
from tests.features.meetings.test_absence import FRIDAY, asked, go_away, weekly
from tests.support.cast import MAYA
from tests.support.managing import MONDAY, Team, day

HOUR = timedelta(hours=1)
PALM = ":palm_tree:"


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        (PALM, ""),
        (PALM, "Vacationing"),
        (":face_with_thermometer:", "Out sick"),
        (":airplane:", ""),
        ("", "OOO"),
        ("", "Out of the office, back on 20 April"),
        ("", "On vacation, back next week"),
        ("", "on leave until May"),
        ("", "Im Urlaub"),
        ("", "En congés"),
        ("", "de vacaciones"),
        ("", "Férias!"),
        (PALM, "Back on Monday"),
    ],
)
def test_a_status_that_says_away(emoji: str, text: str) -> None:
    assert says_away(Status(emoji, text))


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        ("", ""),
        (":knife_fork_plate:", "Lunch"),
        (":spiral_calendar_pad:", "In a meeting"),
        (":headphones:", "Focus"),
        (":bus:", "Commuting"),
        (":house_with_garden:", "Working remotely"),
        (PALM, "Working remotely"),
        (PALM, "Back from vacation"),
        (PALM, "Just back in the office"),
        ("", "Vacation next week"),
        ("", "Planning the holiday party"),
        ("", "Will answer right away"),
        ("", "cooool"),
    ],
)
def test_a_status_that_does_not(emoji: str, text: str) -> None:
    assert not says_away(Status(emoji, text))


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_until_when_a_status_says_away() -> None:
    def until(ends: datetime | None, tz: str = "UTC") -> date | None:
        return away_until(Status(PALM, "", seconds(ends) if ends else 0), MONDAY, WorkWeek(tz))

    midnight = day(MONDAY, 0).replace(hour=0, minute=0)
    assert until(None) == date(2026, 3, 16), "14 days"
    assert until(midnight + 15 * HOUR) is None, "a break"
    assert until(midnight + 18 * HOUR) == date(2026, 3, 2), "all of today's work"
    assert until(midnight + 24 * HOUR) == date(2026, 3, 2), "midnight ends the day before"
    assert until(midnight + 4 * 24 * HOUR + 9 * HOUR) == FRIDAY
    assert until(midnight + 4 * 24 * HOUR + 23 * HOUR, "Asia/Tokyo") == date(2026, 3, 7), "where they are"
    assert until(midnight + timedelta(days=200)) == date(2026, 5, 1), "60 days at most"
    assert until(MONDAY - HOUR) is None, "it has ended"


def follow(team: Team, follows: bool = True) -> None:
    with team.session() as session:
        away_status.follow_status(session, team.as_(team.maya), follows, None, MONDAY)


def hears(team: Team, status: Status, now: datetime) -> None:
    with team.session() as session:
        maya = members.by_id(session, 1, team.maya.id)
        assert maya is not None
        away_status.status_changed(session, team.as_(maya), status, now)


def until(team: Team, now: datetime) -> date | None:
    with team.session() as session:
        return absence.away_view(session, team.as_(team.maya), now).until


VACATION = Status(PALM, "Vacation", seconds(day(MONDAY, 4)))


def test_the_deputy_is_asked_while_the_status_says_away_and_one_message_tells_of_it(team: Team) -> None:
    weekly(team, team.add_account("Acme", deputy_id=team.tom.id), date(2026, 3, 3))
    with team.session() as session:
        prompts.open_due_prompts(session, MONDAY + 3 * HOUR)
    follow(team)
    now = MONDAY + 4 * HOUR
    hears(team, VACATION, now)
    hears(team, VACATION, now + HOUR)
    assert asked(team) == [(team.tom.id, "open")]
    assert until(team, now) == FRIDAY
    (said,) = team.messages("away-status")
    assert said.channel == MAYA.slack_id
    with team.session() as session:
        view = away_status.compose_away(session, said.args, now)
        assert not isinstance(view, Moot)
        assert (view.until, view.by_status, view.follows) == (FRIDAY, True, True)
        assert away_status.follow_view(session, team.as_(team.maya), now).until == FRIDAY
    hears(team, Status(), day(MONDAY, 2))
    hears(team, Status(":coffee:", "Coffee"), day(MONDAY, 2) + HOUR)
    assert until(team, day(MONDAY, 2)) is None
    assert len(team.messages("away-back")) == 1
    with team.session() as session:
        assert isinstance(away_status.compose_away(session, said.args, day(MONDAY, 2)), Moot)
        assert not absence.welcome_back(session, day(MONDAY, 20)), "told already"


def test_a_typed_absence_is_never_touched_by_a_status(team: Team) -> None:
    follow(team)
    go_away(team, team.maya, date(2026, 3, 20))
    for status in (VACATION, Status(":bus:", "Commuting"), Status()):
        hears(team, status, MONDAY + HOUR)
    assert until(team, MONDAY + HOUR) == date(2026, 3, 20)
    assert team.messages("away-status") == team.messages("away-back") == []


def test_who_types_over_their_status_is_away_until_what_they_typed(team: Team) -> None:
    follow(team)
    hears(team, VACATION, MONDAY)
    go_away(team, team.maya, date(2026, 3, 10), MONDAY + HOUR)
    hears(team, Status(), MONDAY + 2 * HOUR)
    assert until(team, MONDAY + 2 * HOUR) == date(2026, 3, 10)


def test_who_says_back_under_the_same_status_is_back_until_the_next_one(team: Team) -> None:
    follow(team)
    endless = Status(PALM, "Vacation")
    hears(team, endless, MONDAY)
    with team.session() as session:
        absence.come_back(session, team.as_(team.maya), day(MONDAY, 1))
    hears(team, endless, day(MONDAY, 2))
    assert until(team, day(MONDAY, 2)) is None, "the event was of another change"
    hears(team, Status(), day(MONDAY, 3))
    hears(team, endless, day(MONDAY, 30))
    assert until(team, day(MONDAY, 30)) == date(2026, 4, 15)


def test_a_new_end_moves_the_absence_and_a_break_instead_of_it_ends_it(team: Team) -> None:
    follow(team)
    hears(team, VACATION, MONDAY)
    hears(team, Status(PALM, "Vacation", seconds(day(MONDAY, 8))), MONDAY + HOUR)
    assert until(team, MONDAY + HOUR) == date(2026, 3, 10)
    hears(team, Status(PALM, "", seconds(day(MONDAY, 1) + HOUR)), day(MONDAY, 1))
    assert until(team, day(MONDAY, 1)) is None
    assert len(team.messages("away-back")) == 1


def test_who_did_not_ask_for_it_or_asks_no_more_is_left_alone(team: Team) -> None:
    hears(team, VACATION, MONDAY)
    follow(team)
    follow(team, False)
    hears(team, VACATION, MONDAY)
    with team.session() as session:
        assert absences.between(session, 1, select(schema.member.c.id), MONDAY, day(MONDAY, 90)) == []
        assert not away_status.follow_view(session, team.as_(team.maya), MONDAY).follows
    assert team.messages("away-status") == []
