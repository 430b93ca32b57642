"""Own hours, days, holidays, morning time and way of being asked; away and the Slack status in the same form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.app import hours
from bot.app.actor import UserError
from bot.domain.values import working_hours
from bot.features.meetings import settings
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.settings import NewSettings
from bot.store import members
from bot.store.engine import Database
from bot.store.members import Member
from tests.support.managing import MONDAY, Team

PLAIN = NewSettings("08:00", "18:00", ("MO", "TU", "WE", "TH", "FR"), "08:30", False, "", None, False)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def save(team: Team, new: NewSettings) -> Member:
    with team.session() as session:
        settings.save_settings(session, team.as_(team.maya), new, MONDAY)
        member = members.by_id(session, 1, team.maya.id)
    assert member is not None
    return member


def test_without_settings_work_is_from_eight_to_six_on_weekdays_without_holidays(team: Team) -> None:
    week = hours.week_of(team.maya)
    assert (week.begins, week.ends, week.morning) == (time(8), time(18), time(8, 30))
    assert [week.works_on(date(2026, 3, day)) for day in range(2, 9)] == [True] * 5 + [False] * 2
    assert not week.works_on(date(2026, 4, 3)), "Good Friday in Sweden"
    with team.session() as session:
        form = settings.settings_form(session, team.as_(team.maya), MONDAY)
    assert (form.begins, form.ends, form.morning, form.country, form.zone_country) == (
        "08:00", "18:00", "08:30", "", "Sweden",
    )  # fmt: skip
    assert sum(len(some) for _, some in form.countries) > 150 and all(len(some) < 100 for _, some in form.countries)


def test_what_is_saved_counts_everywhere(team: Team) -> None:
    new = replace(PLAIN, begins="10:00", ends="15:00", workdays=("TU", "TH"), morning="10:30", one_each=True)
    maya = save(team, new)
    week = hours.week_of(maya)
    assert maya.one_each and week.morning == time(10, 30)
    assert working_hours.at_work(MONDAY, week) == (MONDAY + timedelta(days=1)).replace(hour=9), "ten in Stockholm"
    with team.session() as session:
        form = settings.settings_form(session, team.as_(team.maya), MONDAY)
        assert (form.workdays, form.one_each) == (("TU", "TH"), True)
        assert settings.saved_view(session, team.as_(team.maya), MONDAY).next_morning is None


@pytest.mark.parametrize(("country", "works"), [("", False), ("--", True), ("DE", False), ("US", True)])
def test_public_holidays_are_those_of_the_country_that_was_chosen(team: Team, country: str, works: bool) -> None:
    maya = save(team, replace(PLAIN, country=country))
    assert hours.week_of(maya).works_on(date(2026, 4, 6)) is works, "Easter Monday"


def test_away_and_the_slack_status_are_in_the_form(team: Team) -> None:
    friday = date(2026, 3, 6)
    assert save(team, replace(PLAIN, away_until=friday, follows=True)).follows_status
    with team.session() as session:
        form = settings.settings_form(session, team.as_(team.maya), MONDAY + timedelta(hours=1))
        assert (form.away_until, form.follows) == (friday, True)
        settings.save_settings(session, team.as_(team.maya), replace(PLAIN, follows=True), MONDAY + timedelta(hours=2))
        back = settings.saved_view(session, team.as_(team.maya), MONDAY + timedelta(hours=2))
    assert (back.away_until, back.follows) == (None, True)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"begins": "18:00"}, MeetingRefusal.WORK_ENDS_FIRST, "ends"),
        ({"begins": "soon"}, MeetingRefusal.TIME_OF_DAY_UNREADABLE, "begins"),
        ({"workdays": ("XX",)}, MeetingRefusal.NO_WORKDAY, "workdays"),
        ({"morning": "07:59"}, MeetingRefusal.MORNING_OUTSIDE_WORK, "morning"),
        ({"country": "ZZ"}, MeetingRefusal.COUNTRY_UNKNOWN, "country"),
        ({"away_until": date(2026, 3, 1)}, MeetingRefusal.AWAY_IN_THE_PAST, "away_until"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    team: Team, changes: dict[str, object], code: MeetingRefusal, field: str
) -> None:
    with pytest.raises(UserError) as refused:
        save(team, replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_guest_has_no_settings(team: Team) -> None:
    with team.session() as session, pytest.raises(UserError):
        settings.save_settings(session, team.as_(team.guest), PLAIN, MONDAY)
