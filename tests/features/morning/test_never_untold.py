"""No meeting is forgotten between the morning message and the prompts: settings, outages, zones and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.app import mornings
from bot.features.meetings import answers, settings
from bot.features.meetings.settings import NewSettings
from bot.features.morning import sending
from bot.features.undelivered import reroute
from bot.features.undelivered.reroute import Problem
from bot.outbox.types import Claimed, Destination, Op
from bot.rooms import MESSAGE_KINDS
from bot.store import members, schema
from bot.store.engine import Database
from bot.store.members import SlackUser
from tests.features.morning.test_morning import (
    HOUR,
    MONDAY_MORNING,
    SUNDAY,
    live,
    sent,
    shown,
    tick,
    two_meetings,
    weekly,
)
from tests.support.cast import MAYA
from tests.support.databases import in_the_morning
from tests.support.managing import Message, Team

PLAIN = NewSettings("08:00", "18:00", ("MO", "TU", "WE", "TH", "FR"), "08:30", False, "", None, False)


@pytest.fixture
def team(database: Database) -> Team:
    made = Team(database)
    with made.session() as session:
        in_the_morning(session)
    tick(made, SUNDAY)
    return made


def save(team: Team, new: NewSettings, now: datetime) -> None:
    with team.session() as session:
        settings.save_settings(session, team.as_(team.maya), new, now)


def asked(team: Team) -> set[int]:
    """The prompts that some post to Maya asks about by itself."""
    return {message.args["prompt_id"] for message in sent(team) if message.kind == "prompt"}


def due_at(team: Team, message: Message) -> datetime:
    table = schema.outbox.outbox
    with team.session() as session:
        at: datetime = session.execute(select(table.c.due_at).where(table.c.key == message.key)).scalar_one()
    return at


def test_who_turns_to_one_message_each_before_the_morning_is_asked_one_by_one(team: Team) -> None:
    two_meetings(team)
    early = MONDAY_MORNING - timedelta(minutes=20)
    live(team, SUNDAY, early)
    assert sent(team) == []
    save(team, replace(PLAIN, one_each=True), early)
    live(team, early, MONDAY_MORNING + 4 * HOUR)
    assert len(asked(team)) == 2, "today's at noon and tomorrow's at ten"


def test_who_turns_to_one_message_each_after_it_is_not_asked_again(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    save(team, replace(PLAIN, one_each=True), MONDAY_MORNING + HOUR / 2)
    live(team, MONDAY_MORNING + HOUR / 2, MONDAY_MORNING + HOUR)
    assert [message.kind for message in sent(team)] == ["morning"]


def test_who_moves_the_morning_back_and_forth_has_one_message_and_misses_no_meeting(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    later = replace(PLAIN, morning="14:00")
    save(team, later, MONDAY_MORNING + HOUR)
    weekly(team, team.add_account("New", SUNDAY), date(2026, 3, 3), "09:00", now=MONDAY_MORNING + HOUR)
    live(team, MONDAY_MORNING + HOUR, MONDAY_MORNING + 8 * HOUR)
    posts = sent(team)
    assert [message.kind for message in posts].count("morning") == 1
    assert len(asked(team)) == 1, "the new one, of which the message of half past eight knew nothing"


def test_a_morning_that_is_moved_to_a_time_that_is_past_comes_at_once(team: Team) -> None:
    two_meetings(team)
    at = MONDAY_MORNING - timedelta(minutes=10)
    live(team, SUNDAY, at)
    save(team, replace(PLAIN, morning="08:00"), at)
    tick(team, at + timedelta(seconds=10))
    assert [message.kind for message in sent(team)] == ["morning"]


def test_settings_that_are_saved_a_second_before_it_keep_todays_message(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING - timedelta(minutes=1))
    save(team, replace(PLAIN, country="DE"), MONDAY_MORNING - timedelta(seconds=1))
    tick(team, MONDAY_MORNING + timedelta(seconds=30))
    assert [message.kind for message in sent(team)] == ["morning"]


def test_a_bot_that_was_down_all_day_asks_about_what_begins_before_the_next_morning(team: Team) -> None:
    brick = team.add_account("Brick", SUNDAY)
    weekly(team, brick, date(2026, 3, 3), "08:00")
    weekly(team, team.add_account("Cone", SUNDAY), date(2026, 3, 3), "14:00")
    eight = datetime(2026, 3, 2, 7, 5, tzinfo=UTC)
    live(team, SUNDAY, eight)
    assert sent(team) == [], "the morning message would tell of it"
    tick(team, datetime(2026, 3, 2, 18, tzinfo=UTC))
    [message] = sent(team)
    with team.session() as session:
        found = select(schema.prompt.c.account_id).where(schema.prompt.c.id == message.args["prompt_id"])
        assert session.execute(found).scalar_one() == brick


def test_a_morning_message_that_slack_does_not_take_is_asked_in_prompts(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    row, kinds = claimed(team, message), {kind.name: kind for kind in MESSAGE_KINDS}
    with team.session() as session:
        for _ in range(2):
            reroute.handle_permanent_failure(
                kinds, session, row, MONDAY_MORNING, code="msg_too_long", problem=Problem.MESSAGE
            )
    assert [one.kind for one in sent(team)].count("prompt") == 2
    assert len(asked(team)) == 2


def test_who_travels_has_the_morning_of_where_they_are(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING - 2 * HOUR)
    with team.session() as session:
        maya = members.by_id(session, 1, team.maya.id)
        assert maya is not None and maya.slack_id is not None
        user = SlackUser(maya.slack_id, maya.name, maya.email, "Europe/Athens")
        members.remember(session, 1, user)
    live(team, MONDAY_MORNING - 2 * HOUR, MONDAY_MORNING - HOUR)
    assert [message.kind for message in sent(team)] == ["morning"], "half past eight in Athens"


def test_a_guest_is_not_waited_for(team: Team) -> None:
    with team.session() as session:
        maya = members.by_id(session, 1, team.maya.id)
    assert maya is not None
    assert mornings.will_tell(maya, MONDAY_MORNING + 4 * HOUR, SUNDAY)
    assert not mornings.will_tell(replace(maya, is_guest=True), MONDAY_MORNING + 4 * HOUR, SUNDAY)


def test_later_that_is_pressed_often_or_delivered_twice_comes_once(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    for seconds in (0, 1, 3, 70):
        with team.session() as session:
            now = MONDAY_MORNING + timedelta(seconds=seconds)
            sending.remind_later(session, team.as_(team.maya), date(2026, 3, 2), now)
    assert [message.kind for message in sent(team)] == ["morning", "morning"]
    with team.session() as session:
        sending.remind_later(session, team.as_(team.maya), date(2026, 3, 2), MONDAY_MORNING + 2 * HOUR)
    assert len(sent(team)) == 3, "and again once it has come"


@pytest.mark.parametrize("day", [date.min, date(1, 1, 2), date(9999, 12, 30), date.max])
def test_a_day_that_nobody_has_breaks_nothing(team: Team, day: date) -> None:
    two_meetings(team)
    with team.session() as session:
        sending.remind_later(session, team.as_(team.maya), day, MONDAY_MORNING)
    tick(team, MONDAY_MORNING + 2 * HOUR)
    [forged, *_] = sent(team)
    assert shown(team, forged, MONDAY_MORNING).day == day
    with team.session() as session:
        mornings.refresh(session, 1, [team.maya.id], MONDAY_MORNING)


def test_a_meeting_that_is_handed_over_at_night_wakes_nobody(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    row = shown(team, message, MONDAY_MORNING).rows[1]
    night = datetime(2026, 3, 3, 2, tzinfo=UTC)
    with team.session() as session:
        table = schema.member
        session.execute(table.update().where(table.c.id == team.tom.id).values(tz=MAYA.tz))
        answers.hand_over(session, team.as_(team.maya), row.prompt.prompt_id, "U0TOM", night)
    [to_tom] = [one for one in team.messages("prompt", op="post") if one.channel == "U0TOM"]
    assert due_at(team, to_tom) == datetime(2026, 3, 3, 7, tzinfo=UTC), "eight where Tom is, two hours before it"


def test_the_newest_message_shows_first_what_was_done(team: Team) -> None:
    """A channel takes one message a second: who presses in today's does not wait for those of last week."""
    with team.session() as session:
        for ahead in range(4):
            now = MONDAY_MORNING + ahead * 24 * HOUR
            sending.put_message(session, team.maya, now.date(), now, now)
        mornings.refresh(session, 1, [team.maya.id], now + HOUR)
    days = [message.key.split(":")[2].partition("@")[0] for message in team.messages("morning", op="update")]
    assert days == ["20260305", "20260304", "20260303", "20260302"]


def claimed(team: Team, message: Message) -> Claimed:
    """The row of a message as its sender has claimed it."""
    table = schema.outbox.outbox
    with team.session() as session:
        row = session.execute(select(table).where(table.c.key == message.key)).mappings().one()
    return Claimed(
        id=row["id"],
        workspace_id=1,
        key=message.key,
        uuid=row["uuid"],
        kind=message.kind,
        args={**message.args, "workspace_id": 1},
        op=Op.POST,
        channel=message.channel,
        destination=Destination.USER,
        due_at=MONDAY_MORNING,
        trace=None,
        token=1,
        failures=0,
        in_doubt=False,
        blind=0,
        doubt_from=MONDAY_MORNING,
        taken_at=MONDAY_MORNING,
        lease_until=MONDAY_MORNING + HOUR,
    )
