"""Spreads new meeting series over the weeks of those who hold them, so that no day of theirs gets more than its share.

Weeks are counted in twelve, the span after which every rhythm repeats. Months are longer than four weeks, so which week
a monthly meeting falls in is right on average only; on how many series a weekday has, the spread is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

WORKDAYS = 5
WEEKS = 12
_MEETING_MINUTES = 30


class Rhythm(StrEnum):
    """How often a customer is met, under the keys of `recurrence.REPEATS`; from most to least often."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly_weekday"
    QUARTERLY = "quarterly_weekday"

    @property
    def every(self) -> int:
        """After how many weeks it meets again."""
        return {Rhythm.WEEKLY: 1, Rhythm.FORTNIGHTLY: 2, Rhythm.MONTHLY: 4, Rhythm.QUARTERLY: WEEKS}[self]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a series meets: weekday (Monday is 0), the first of its weeks (from 0), wall clock where its holder is."""

    weekday: int
    week: int
    at: time


@dataclass(frozen=True, slots=True)
class Wanted:
    """A series to be placed; `holder` is who holds it, None for nobody."""

    account_id: int
    holder: int | None
    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class Taken:
    """A series that its holder has already."""

    holder: int | None
    rhythm: Rhythm
    place: Place


@dataclass(slots=True)
class _Calendar:
    """What one holder has: series by weekday, meetings by weekday and week, and by time of day."""

    series: dict[int, int] = field(default_factory=dict)
    meetings: dict[tuple[int, int], int] = field(default_factory=dict)
    at: dict[tuple[int, int, time], int] = field(default_factory=dict)

    def add(self, rhythm: Rhythm, place: Place) -> None:
        self.series[place.weekday] = self.series.get(place.weekday, 0) + 1
        for week in _weeks(rhythm, place.week):
            day = place.weekday, week
            self.meetings[day] = self.meetings.get(day, 0) + 1
            self.at[*day, place.at] = self.at.get((*day, place.at), 0) + 1

    def best(self, rhythm: Rhythm, times: Sequence[time]) -> Place:
        """The weekday with the fewest series, then the weeks with the fewest meetings, then the freest time."""
        days = [(weekday, week) for week in range(rhythm.every) for weekday in range(WORKDAYS)]
        weekday, week = min(
            days, key=lambda day: (self.series.get(day[0], 0), self._most(rhythm, *day), day[1], day[0])
        )
        return Place(weekday, week, min(times, key=lambda at: self._clashes(rhythm, weekday, week, at)))

    def _most(self, rhythm: Rhythm, weekday: int, week: int) -> int:
        return max(self.meetings.get((weekday, each), 0) for each in _weeks(rhythm, week))

    def _clashes(self, rhythm: Rhythm, weekday: int, week: int, at: time) -> int:
        return sum(self.at.get((weekday, each, at), 0) for each in _weeks(rhythm, week))


def times_between(begins: time, ends: time) -> tuple[time, ...]:
    """When meetings of half an hour may begin between two times of a day: full hours first, then the half ones."""
    first, last = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute - _MEETING_MINUTES
    minutes = range(first, last + 1, _MEETING_MINUTES)
    ordered = sorted(minutes, key=lambda minute: (minute % 60 != first % 60, minute))
    return tuple(time(minute // 60, minute % 60) for minute in ordered)


def spread(wanted: Iterable[Wanted], taken: Iterable[Taken], times: Sequence[time]) -> dict[int, Place]:
    """A place for each account, whatever the order in which they come.

    Of the new series of a holder without others, no weekday gets more than a fifth, rounded up; those that a holder
    has already count. `times` must not be empty.
    """
    calendars: dict[int | None, _Calendar] = {}
    for series in taken:
        calendars.setdefault(series.holder, _Calendar()).add(series.rhythm, series.place)
    places: dict[int, Place] = {}
    for one in sorted(wanted, key=lambda one: (one.rhythm.every, one.account_id)):
        calendar = calendars.setdefault(one.holder, _Calendar())
        place = places[one.account_id] = calendar.best(one.rhythm, times)
        calendar.add(one.rhythm, place)
    return places


def busiest(places: Mapping[int, Place], wanted: Iterable[Wanted]) -> dict[int | None, int]:
    """By holder, how many of the new series the weekday with the most of them has."""
    days: dict[int | None, dict[int, int]] = {}
    for one in wanted:
        of_holder = days.setdefault(one.holder, {})
        weekday = places[one.account_id].weekday
        of_holder[weekday] = of_holder.get(weekday, 0) + 1
    return {holder: max(counts.values()) for holder, counts in days.items()}


def _weeks(rhythm: Rhythm, week: int) -> range:
    return range(week % rhythm.every, WEEKS, rhythm.every)
