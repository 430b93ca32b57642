"""How long somebody who was asked once may write the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.asking import asked_until

FRIDAY = datetime(2026, 3, 6, 9, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_who_is_asked_on_friday_for_monday_has_until_tuesday() -> None:
    assert asked_until(FRIDAY, MONDAY) == datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_who_is_asked_after_the_meeting_has_a_day_from_then() -> None:
    assert asked_until(MONDAY, FRIDAY) == datetime(2026, 3, 10, 8, tzinfo=UTC)


@given(st.integers(-400 * 24, 400 * 24))
def test_there_is_a_day_from_being_asked_and_never_more_than_one_after_the_prompt(hours_ahead: int) -> None:
    starts_at = FRIDAY + timedelta(hours=hours_ahead)
    until = asked_until(FRIDAY, starts_at)
    assert until - FRIDAY >= timedelta(days=1)
    assert until - max(FRIDAY, starts_at) == timedelta(days=1)
