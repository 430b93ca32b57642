"""When things are due by the wall clock of the person concerned, through both DST edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.values import working_hours
from bot.domain.values.working_hours import WorkWeek

BERLIN, NEW_YORK, KATHMANDU = "Europe/Berlin", "America/New_York", "Asia/Kathmandu"
ZONES = st.sampled_from([BERLIN, NEW_YORK, KATHMANDU, "Pacific/Auckland", "Pacific/Apia", "UTC"])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001


def local(text: str, tz: str) -> datetime:
    """`2026-03-02 09:00` on the wall of that zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz))


def shown(moment: datetime, tz: str) -> str:
    assert moment.tzinfo is UTC
    return moment.astimezone(ZoneInfo(tz)).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("meeting", "lead", "due"),
    [
        ("2026-03-04 14:00", 24, "Tue 2026-03-03 14:00"),
        ("2026-03-02 09:30", 24, "Fri 2026-02-27 09:30"),
        ("2026-03-03 09:30", 24, "Mon 2026-03-02 09:30"),
        ("2026-03-01 10:00", 2, "Fri 2026-02-27 08:00"),
        ("2026-03-07 10:00", 24, "Fri 2026-03-06 10:00"),
    ],
)
def test_a_prompt_is_due_its_lead_before_the_meeting_and_never_on_the_weekend(
    meeting: str, lead: int, due: str
) -> None:
    assert shown(working_hours.prompt_due(local(meeting, BERLIN), timedelta(hours=lead), BERLIN), BERLIN) == due


def test_the_weekend_is_the_owners_and_not_the_meetings() -> None:
    monday_in_auckland = local("2026-03-02 09:00", "Pacific/Auckland")
    due = working_hours.prompt_due(monday_in_auckland, timedelta(hours=24), NEW_YORK)
    assert shown(due, NEW_YORK) == "Fri 2026-02-27 15:00"


@pytest.mark.parametrize(
    ("meeting", "remind"),
    [
        ("2026-03-04 14:00", "Wed 2026-03-04 12:00"),
        ("2026-03-04 10:00", "Wed 2026-03-04 08:00"),
        ("2026-03-04 09:59", "Tue 2026-03-03 18:00"),
        ("2026-03-02 09:00", "Fri 2026-02-27 18:00"),
        ("2026-03-04 22:00", "Wed 2026-03-04 18:00"),
        ("2026-03-08 12:00", "Fri 2026-03-06 18:00"),
        ("2026-03-05 01:00", "Wed 2026-03-04 18:00"),
    ],
)
def test_a_reminder_is_two_hours_before_or_at_the_last_moment_of_work(meeting: str, remind: str) -> None:
    assert shown(working_hours.reminder_due(local(meeting, BERLIN), WorkWeek(BERLIN)), BERLIN) == remind


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-03-03 23:59", "Wed 2026-03-04 08:00"),
        ("2026-03-06 12:00", "Mon 2026-03-09 08:00"),
        ("2026-03-07 12:00", "Mon 2026-03-09 08:00"),
        ("2026-03-08 00:00", "Mon 2026-03-09 08:00"),
    ],
)
def test_tomorrow_morning_is_eight_on_the_next_working_day(now: str, morning: str) -> None:
    assert shown(working_hours.tomorrow_morning(local(now, KATHMANDU), WorkWeek(KATHMANDU)), KATHMANDU) == morning


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        ("2026-03-03 15:20", "Wed 2026-03-04 15:20"),
        ("2026-03-06 15:20", "Mon 2026-03-09 15:20"),
        ("2026-03-07 15:20", "Tue 2026-03-10 08:00"),
        ("2026-03-27 15:20", "Mon 2026-03-30 15:20"),
    ],
)
def test_one_business_day_later_keeps_the_wall_clock(moment: str, later: str) -> None:
    assert shown(working_hours.business_day_later(local(moment, BERLIN), WorkWeek(BERLIN)), BERLIN) == later


@pytest.mark.parametrize(
    ("after", "weekday", "at", "expected"),
    [
        ("2026-03-02 08:59", 0, "09:00", "Mon 2026-03-02 09:00"),
        ("2026-03-02 09:00", 0, "09:00", "Mon 2026-03-09 09:00"),
        ("2026-03-28 12:00", 0, "09:00", "Mon 2026-03-30 09:00"),
        ("2026-10-24 12:00", 0, "09:00", "Mon 2026-10-26 09:00"),
        ("2026-03-28 12:00", 6, "02:30", "Sun 2026-03-29 03:30"),
        ("2026-10-24 12:00", 6, "02:30", "Sun 2026-10-25 02:30"),
    ],
)
def test_the_next_digest_is_by_wall_clock_through_both_dst_edges(
    after: str, weekday: int, at: str, expected: str
) -> None:
    assert shown(working_hours.next_weekly(local(after, BERLIN), weekday, at, BERLIN), BERLIN) == expected


def test_a_digest_time_that_comes_twice_happens_the_first_time_and_once() -> None:
    first = working_hours.next_weekly(local("2026-10-24 12:00", BERLIN), 6, "02:30", BERLIN)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert working_hours.next_weekly(first, 6, "02:30", BERLIN) == datetime(2026, 11, 1, 1, 30, tzinfo=UTC)


@settings(max_examples=150, deadline=None)
@given(moments, st.integers(0, 6), st.times().map(lambda t: f"{t:%H:%M}"), ZONES)
def test_digests_follow_each_other_once_a_week(after: datetime, weekday: int, at: str, tz: str) -> None:
    first = working_hours.next_weekly(after, weekday, at, tz)
    second = working_hours.next_weekly(first, weekday, at, tz)
    assert after < first < second
    assert timedelta(days=7) - timedelta(hours=3) <= second - first <= timedelta(days=7, hours=3)


@settings(max_examples=150, deadline=None)
@given(moments, st.integers(0, 200), ZONES)
def test_prompts_and_reminders_come_before_the_meeting_and_on_working_days(
    starts_at: datetime, lead: int, tz: str
) -> None:
    prompt = working_hours.prompt_due(starts_at, timedelta(hours=lead), tz)
    assert prompt <= starts_at - timedelta(hours=lead) + timedelta(hours=1)
    assert working_hours.is_workday(working_hours.local_day(prompt, tz))
    reminder = working_hours.reminder_due(starts_at, WorkWeek(tz))
    assert reminder < starts_at
    clock = reminder.astimezone(ZoneInfo(tz)).time().replace(microsecond=0)
    assert time(8) <= clock <= time(18)
    assert working_hours.is_workday(working_hours.local_day(reminder, tz))


@pytest.mark.parametrize(
    ("month", "opens"),
    [
        ("2026-03-17", "Mon 2026-03-02 08:00"),
        ("2026-04-01", "Wed 2026-04-01 08:00"),
        ("2026-08-31", "Mon 2026-08-03 08:00"),
    ],
)
def test_a_month_opens_at_eight_on_its_first_working_day(month: str, opens: str) -> None:
    assert shown(working_hours.month_opens(date.fromisoformat(month), WorkWeek(KATHMANDU)), KATHMANDU) == opens


PART_TIME = WorkWeek(
    BERLIN,
    begins=time(10),
    ends=time(15),
    weekdays=frozenset({1, 3}),
    is_holiday=lambda on: on == date(2026, 3, 5),
    morning=time(10, 15),
)
"""Tuesdays and Thursdays; Thursday the 5th is a public holiday."""


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-03 09:00", "Tue 2026-03-03 10:00"),
        ("2026-03-03 12:00", "Tue 2026-03-03 12:00"),
        ("2026-03-03 15:01", "Tue 2026-03-10 10:00"),
        ("2026-03-04 12:00", "Tue 2026-03-10 10:00"),
        ("2026-03-05 12:00", "Tue 2026-03-10 10:00"),
    ],
)
def test_own_hours_days_and_holidays_count(moment: str, opens: str) -> None:
    at = local(moment, BERLIN).astimezone(UTC)
    assert shown(working_hours.at_work(at, PART_TIME), BERLIN) == opens
    assert shown(working_hours.in_work(at, PART_TIME), BERLIN) == opens


@pytest.mark.parametrize(
    ("after", "morning"),
    [
        ("2026-03-03 10:14", "Tue 2026-03-03 10:15"),
        ("2026-03-03 10:15", "Tue 2026-03-10 10:15"),
        ("2026-03-08 23:00", "Tue 2026-03-10 10:15"),
    ],
)
def test_the_next_morning_message_is_on_a_working_day(after: str, morning: str) -> None:
    assert shown(PART_TIME.next_morning(local(after, BERLIN).astimezone(UTC)), BERLIN) == morning


def test_who_never_works_is_told_on_the_next_day() -> None:
    never = WorkWeek("UTC", is_holiday=lambda _: True)
    assert never.day_after(date(2026, 3, 3)) == date(2026, 3, 4)
    assert WorkWeek("UTC").day_before(date(2026, 3, 2)) == date(2026, 2, 27)
