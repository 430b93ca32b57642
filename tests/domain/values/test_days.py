"""Days that people write lie between 1950 and 2199, and no arithmetic on any day or moment raises."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values import days, working_hours
from bot.domain.values.working_hours import WorkWeek

ZONES = ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Mars/Olympus", "")
any_day = st.dates()
OFFSETS = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]
any_moment = st.datetimes(timezones=st.sampled_from(OFFSETS))
any_span = st.timedeltas()
any_zone = st.sampled_from(ZONES)


@pytest.mark.parametrize("text", ["1950-01-01", "2199-12-31", " 2026-03-31 ", "20260331"])
def test_a_day_that_somebody_can_mean_is_read(text: str) -> None:
    assert days.EARLIEST <= days.parse_day(text) <= days.LATEST


@pytest.mark.parametrize("text", ["1949-12-31", "2200-01-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_out_of_range(text: str) -> None:
    with pytest.raises(days.DayOutOfRangeError):
        days.parse_day(text)


@pytest.mark.parametrize("text", ["", "friday", "2026-02-30", "10000-01-01", "0000-00-00", "2026-03-31" * 5000, "\x00"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"[Ii]nvalid isoformat|too long|day is out of range|year 0 is out"):
        days.parse_day(text)


@given(any_day, st.integers(-(10**12), 10**12))
def test_adding_days_saturates(on: date, count: int) -> None:
    result = days.add_days(on, count)
    try:
        assert result == on + timedelta(days=count)
    except OverflowError:
        assert result == (date.max if count > 0 else date.min)


@given(any_day, any_span)
def test_moving_a_day_by_a_span_goes_the_way_of_the_span(on: date, span: timedelta) -> None:
    assert (days.shift_day(on, span) >= on) is (span.days >= 0) or days.shift_day(on, span) == on


@given(any_moment, any_span, any_zone)
def test_every_moment_that_comes_out_has_a_local_time_everywhere(moment: datetime, span: timedelta, tz: str) -> None:
    moved = days.shift_moment(moment, span)
    assert moved.tzinfo is UTC
    assert days.local(moved, tz) == moved
    with suppress(OverflowError):
        assert moved == moment + span or moved.year in (1, 9999)


@given(any_day, st.times(), any_zone)
def test_every_day_has_a_moment(on: date, clock: time, tz: str) -> None:
    assert abs(days.at(on, clock, tz).date() - on) <= timedelta(days=3)


@given(any_moment, st.timedeltas(timedelta(0), timedelta(days=14)), any_zone, st.integers(0, 6))
def test_whatever_is_due_by_working_hours_is_due_at_some_moment(
    moment: datetime, lead: timedelta, tz: str, weekday: int
) -> None:
    for due in (
        working_hours.prompt_due(moment, lead, tz),
        working_hours.reminder_due(moment, WorkWeek(tz)),
        working_hours.tomorrow_morning(moment, WorkWeek(tz)),
        working_hours.business_day_later(moment, WorkWeek(tz)),
        working_hours.month_opens(working_hours.local_day(moment, tz), WorkWeek(tz)),
        working_hours.next_weekly(moment, weekday, "09:00", tz),
    ):
        assert due.tzinfo is UTC
