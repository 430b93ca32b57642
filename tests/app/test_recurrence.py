"""When a series meets: weeks, days of the month, weekdays of the month, and public holidays."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from bot.app import public_holidays
from bot.app.recurrence import REPEATS, WEEKDAYS, next_meeting, next_occurrence, occurrences, repeat_of, rule_of
from bot.domain.enums import OnHoliday

anchors = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01")).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@given(anchors, st.integers(-60 * 24 * 40, 60 * 24 * 400), st.sampled_from(["", ";INTERVAL=2", ";INTERVAL=13"]))
def test_weeks_are_counted_as_the_library_counts_them(anchor: datetime, minutes: int, interval: str) -> None:
    rule, first = f"FREQ=WEEKLY{interval}", anchor + timedelta(minutes=minutes)
    expected = islice(rrulestr(rule, dtstart=anchor).xafter(first, inc=True), 3)
    assert list(islice(occurrences(rule, anchor, first), 3)) == list(expected)


@given(anchors, st.integers(0, 40))
def test_a_meeting_itself_is_the_first_of_its_series(anchor: datetime, weeks: int) -> None:
    first = anchor + timedelta(weeks=weeks)
    assert next(occurrences("FREQ=WEEKLY", anchor, first)) == first


def test_a_series_that_is_over_has_no_next_meeting() -> None:
    over = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
    assert next_occurrence("FREQ=DAILY;COUNT=1", "2026-03-02T10:00", "UTC", over) is None


@pytest.mark.parametrize(
    ("repeat", "start", "days"),
    [
        ("monthly", "2026-03-31T10:00", "03-31 04-30 05-31 06-30"),
        ("monthly", "2027-01-29T10:00", "01-29 02-28 03-29 04-29"),
        ("monthly", "2028-01-30T10:00", "01-30 02-29 03-30 04-30"),
        ("quarterly", "2026-08-31T10:00", "08-31 11-30 02-28 05-31"),
        ("quarterly", "2026-11-30T10:00", "11-30 02-28 05-30 08-30"),
    ],
)
def test_a_day_that_a_month_lacks_is_its_last_counted_from_the_first(repeat: str, start: str, days: str) -> None:
    assert walk(REPEATS[repeat], start, 4) == days


@pytest.mark.parametrize(
    ("repeat", "first", "weekdays", "rule", "days"),
    [
        ("weekly", date(2026, 3, 4), (), "FREQ=WEEKLY", "03-04 03-11 03-18"),
        ("weekly", date(2026, 3, 4), ("WE",), "FREQ=WEEKLY", "03-04 03-11 03-18"),
        ("weekly", date(2026, 3, 4), ("MO", "WE"), "FREQ=WEEKLY;BYDAY=MO,WE", "03-04 03-09 03-11"),
        ("fortnightly", date(2026, 3, 4), ("WE", "MO"), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "03-04 03-16 03-18"),
        ("monthly_weekday", date(2026, 3, 3), (), "FREQ=MONTHLY;BYDAY=1TU", "03-03 04-07 05-05"),
        ("monthly_weekday", date(2026, 5, 29), (), "FREQ=MONTHLY;BYDAY=-1FR", "05-29 06-26 07-31"),
        ("monthly", date(2026, 3, 4), ("MO",), "FREQ=MONTHLY", "03-04 04-04 05-04"),
        ("weekly", date(2026, 3, 4), ("XX", "FREQ=DAILY"), "FREQ=WEEKLY", "03-04 03-11 03-18"),
    ],
)
def test_a_choice_is_a_rule_and_a_rule_the_choice(
    repeat: str, first: date, weekdays: tuple[str, ...], rule: str, days: str
) -> None:
    assert rule_of(repeat, first, weekdays) == rule
    assert walk(rule, f"{first}T10:00", 3) == days
    assert repeat_of(rule)[0] == repeat


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(sorted(REPEATS)), st.sets(st.sampled_from(WEEKDAYS))
)
def test_every_choice_is_read_back_and_meets_again_in_order(first: date, repeat: str, weekdays: set[str]) -> None:
    rule = rule_of(repeat, first, weekdays)
    assert repeat_of(rule)[0] == repeat and len(rule) <= 200
    after, local, met = datetime.combine(first, time(), UTC) - timedelta(days=1), f"{first}T10:00", []
    for _ in range(0 if repeat == "once" else 5):
        upcoming = next_occurrence(rule, local, "Europe/Berlin", after)
        assert upcoming is not None and upcoming.starts_at > after and len(upcoming.local_start) <= 20
        met.append(upcoming.day)
        after, local = upcoming.starts_at, upcoming.local_start
    if repeat in ("monthly", "quarterly"):
        assert all(day.day == min(first.day, monthrange(day.year, day.month)[1]) for day in met)


@dataclass(frozen=True)
class ASeries:
    """A weekly series on Mondays, in Berlin unless it is said."""

    rrule: str = "FREQ=WEEKLY"
    local_start: str = "2026-03-30T10:00"
    tz: str = "Europe/Berlin"
    on_holiday: OnHoliday = OnHoliday.MOVE


def meetings(series: ASeries, number: int) -> str:
    after, met = datetime(2026, 3, 29, tzinfo=UTC), []
    for _ in range(number):
        upcoming = next_meeting(series, after)
        assert upcoming is not None
        met.append(f"{upcoming.starts_at.astimezone(ZoneInfo(series.tz)):%m-%d}")
        after, series = upcoming.starts_at, replace(series, local_start=upcoming.local_start)
    return " ".join(met)


def test_a_meeting_on_a_public_holiday_moves_to_the_next_working_day_or_stays() -> None:
    assert meetings(ASeries(), 3) == "03-30 04-07 04-13"  # 6 April 2026 is Easter Monday in Germany
    assert meetings(ASeries(on_holiday=OnHoliday.STAY), 3) == "03-30 04-06 04-13"
    assert meetings(ASeries(tz="America/New_York"), 3) == "03-30 04-06 04-13"
    assert meetings(ASeries(tz="UTC"), 3) == "03-30 04-06 04-13"


def test_a_moved_meeting_never_doubles_or_passes_the_next_one() -> None:
    assert meetings(ASeries(rrule="FREQ=WEEKLY;BYDAY=MO,TU"), 4) == "03-30 03-31 04-07 04-13"
    friday = ASeries(local_start="2026-04-03T10:00")  # Good Friday, then Easter Monday: Tuesday
    assert meetings(friday, 2) == "04-07 04-10"


def test_a_moved_meeting_is_not_skipped_once_its_own_day_has_passed() -> None:
    between = datetime(2026, 4, 6, 12, tzinfo=UTC)
    upcoming = next_meeting(ASeries(local_start="2026-04-06T10:00"), between)
    assert upcoming is not None and upcoming.starts_at.date() == date(2026, 4, 7) and upcoming.day == date(2026, 4, 6)


@pytest.mark.parametrize(
    ("on", "tz", "name"),
    [
        (date(2026, 4, 6), "Europe/Berlin", "Easter Monday"),
        (date(2026, 11, 26), "America/New_York", "Thanksgiving Day"),
        (date(2026, 11, 26), "Europe/Berlin", None),
        (date(2026, 12, 25), "UTC", None),
        (date(2026, 12, 25), "Mars/Base", None),
    ],
)
def test_public_holidays_are_those_of_the_country_of_the_zone(on: date, tz: str, name: str | None) -> None:
    assert public_holidays.name_of(on, tz) == name


def walk(rule: str, local: str, number: int) -> str:
    """The days of the first meetings of a series, each found from the one before, as the clock finds them."""
    after, days = datetime.fromisoformat(local).replace(tzinfo=UTC) - timedelta(days=1), []
    for _ in range(number):
        upcoming = next_occurrence(rule, local, "Europe/Berlin", after)
        assert upcoming is not None
        days.append(upcoming.local_start[5:10])
        after, local = upcoming.starts_at, upcoming.local_start
    return " ".join(days)
