"""New series are spread evenly over the working week of whoever holds them."""

from __future__ import annotations

from collections import Counter
from datetime import time
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.portfolio.week_spread import Place, Rhythm, Taken, Wanted, busiest, spread, times_between

TIMES = times_between(time(9), time(17))
PLACES = st.builds(Place, st.integers(0, 4), st.integers(0, 11), st.sampled_from(TIMES))
TAKEN = st.lists(st.builds(Taken, st.sampled_from([1, 2, None]), st.sampled_from(Rhythm), PLACES), max_size=30)


@st.composite
def wanted(draw: st.DrawFn) -> list[Wanted]:
    rows = draw(st.lists(st.tuples(st.sampled_from([1, 2, None]), st.sampled_from(Rhythm)), max_size=80))
    return [Wanted(number, holder, rhythm) for number, (holder, rhythm) in enumerate(rows, start=1)]


def by_day(places: dict[int, Place], some: list[Wanted], holder: int | None) -> Counter[int]:
    return Counter(places[one.account_id].weekday for one in some if one.holder == holder)


def test_meetings_begin_at_full_hours_first_and_end_in_time() -> None:
    assert times_between(time(9), time(11)) == (time(9), time(10), time(9, 30), time(10, 30))
    assert times_between(time(9, 30), time(10)) == (time(9, 30),)


def test_ten_weekly_series_are_two_a_day_and_never_at_once() -> None:
    some = [Wanted(number, 1, Rhythm.WEEKLY) for number in range(10)]
    places = spread(some, [], TIMES)
    assert by_day(places, some, 1) == dict.fromkeys(range(5), 2)
    assert len({(place.weekday, place.at) for place in places.values()}) == 10


def test_monthly_series_of_one_weekday_take_turns_by_week() -> None:
    some = [Wanted(number, 1, Rhythm.MONTHLY) for number in range(20)]
    assert set(Counter((place.weekday, place.week) for place in spread(some, [], TIMES).values()).values()) == {1}


def test_a_day_that_is_full_already_gets_none() -> None:
    mondays = [Taken(1, Rhythm.WEEKLY, Place(0, 0, time(9))) for _ in range(3)]
    some = [Wanted(number, 1, Rhythm.WEEKLY) for number in range(4)]
    assert by_day(spread(some, mondays, TIMES), some, 1) == {1: 1, 2: 1, 3: 1, 4: 1}


@given(wanted())
def test_no_day_gets_more_than_an_even_share(some: list[Wanted]) -> None:
    places = spread(some, [], TIMES)
    assert places.keys() == {one.account_id for one in some}
    for holder in {one.holder for one in some}:
        days = by_day(places, some, holder)
        assert max(days.values()) == ceil(days.total() / 5) == busiest(places, some)[holder]


@given(wanted(), TAKEN)
def test_with_what_is_there_no_day_gets_more_than_it_has_to(some: list[Wanted], taken: list[Taken]) -> None:
    places = spread(some, taken, TIMES)
    for holder in {one.holder for one in some}:
        before = Counter(series.place.weekday for series in taken if series.holder == holder)
        after = before + by_day(places, some, holder)
        assert max(after.values()) <= max(*before.values(), ceil(after.total() / 5), 0)


@given(wanted(), TAKEN)
def test_all_are_within_the_working_week(some: list[Wanted], taken: list[Taken]) -> None:
    places = spread(some, taken, TIMES)
    for one in some:
        place = places[one.account_id]
        assert 0 <= place.weekday <= 4 and 0 <= place.week < one.rhythm.every
        assert time(9) <= place.at <= time(16, 30)


@given(wanted(), TAKEN, st.randoms())
def test_the_order_in_which_accounts_come_changes_nothing(
    some: list[Wanted], taken: list[Taken], chance: object
) -> None:
    mixed = list(some)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert spread(mixed, taken, TIMES) == spread(some, taken, TIMES)
    renumbered = [Wanted(1000 - one.account_id, one.holder, one.rhythm) for one in some]
    for holder in {one.holder for one in some}:
        ours = by_day(spread(some, taken, TIMES), some, holder)
        theirs = by_day(spread(renumbered, taken, TIMES), renumbered, holder)
        assert sorted(ours.values()) == sorted(theirs.values())
