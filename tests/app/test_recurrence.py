"""Weekly series are stepped by counting weeks; the library that reads every other rule says the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from bot.app.recurrence import next_occurrence, occurrences

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
