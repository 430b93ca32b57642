"""Dates as people write them in a line of text: friday, tomorrow, in 2 weeks, 12 march, 2026-03-01."""

from __future__ import annotations

import re
from datetime import date, datetime

from dateutil import parser
from dateutil.relativedelta import relativedelta

from bot.app.actor import UserError
from bot.app.typed import day_of
from bot.domain.values.days import add_days
from bot.domain.values.text import MONTHS
from bot.slack.refusals import SlackRefusal

_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIGURES = re.compile(r"(?P<first>\d{1,2})(?P<mark>[/.])(?P<second>\d{1,2})(?:(?P=mark)(?P<year>\d{2}|\d{4})?)?")
_UNITS = {"day": 1, "week": 7}
_IN = re.compile(r"in (?P<count>\d{1,3}|an?|one|two|three|four) (?P<unit>day|week|month)s?")
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
# dateutil would read a lone number or a lone month as a date, too: more than was said.
_DAY_AND_MONTH = re.compile(
    r"(?=.*\b\d{1,2}(st|nd|rd|th)?\b)(?=.*\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))[a-z0-9 ,.]+"
)


def due(text: str, today: date) -> date | None:
    """The day that `text` means, seen from `today`; None if it is no date. Only a day with its year may lie before.

    `UserError` for figures that can be two days, such as `3/4`.
    """
    words = " ".join(text.casefold().strip(" .,;!").split()).removeprefix("on ").removeprefix("the ")
    if words in ("today", "tonight", "eod", "end of day"):
        return today
    if words == "tomorrow":
        return add_days(today, 1)
    if words in ("end of week", "end of the week", "eow"):
        return _weekday(today, 4, 0)
    if words in ("end of month", "end of the month", "month end", "eom"):
        return today + relativedelta(day=31)
    if words in ("next week", "next month"):
        return _weekday(today, 0, 1) if words == "next week" else today + relativedelta(months=1, day=1)
    if match := _IN.fullmatch(words):
        count = _COUNTS.get(match["count"]) or int(match["count"])
        unit = match["unit"]
        return today + (relativedelta(months=count) if unit == "month" else relativedelta(days=count * _UNITS[unit]))
    return _named_weekday(words, today) or _in_figures(words, today) or _calendar(words, today)


def _in_figures(words: str, today: date) -> date | None:
    """`31/12`, `12/31`, `31.12.` or `31/12/2026`. With a dot the day comes first; with a slash both orders are used."""
    match = _FIGURES.fullmatch(words)
    if match is None:
        return None
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if match["mark"] == "/" and first != second and max(first, second) <= 12:
        one, other = (f"{day} {MONTHS[month - 1]}" for day, month in ((first, second), (second, first)))
        raise UserError(SlackRefusal.DAY_AMBIGUOUS, day=words, one=one, other=other)
    day, month = (second, first) if match["mark"] == "/" and second > 12 else (first, second)
    if not 1 <= month <= 12:
        return None
    return _calendar(f"{day} {MONTHS[month - 1].casefold()}" + (f" {_full_year(year)}" if year else ""), today)


def _full_year(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


def _named_weekday(words: str, today: date) -> date | None:
    first, _, rest = words.partition(" ")
    name = rest if first in ("next", "this") else words
    weekdays = [number for number, day in enumerate(_WEEKDAYS) if len(name) >= 3 and day.startswith(name)]
    return _weekday(today, weekdays[0], 1 if first == "next" else 0) if len(weekdays) == 1 else None


def _weekday(today: date, weekday: int, weeks: int) -> date:
    """The coming `weekday`, today included; with `weeks`, the one in that many calendar weeks from this Monday."""
    monday = add_days(today, -today.weekday())
    if weeks:
        return add_days(monday, weekday + 7 * weeks)
    return add_days(today, (weekday - today.weekday()) % 7)


def _calendar(words: str, today: date) -> date | None:
    if _ISO_DAY.fullmatch(words):
        return day_of(words, "by")
    if not _DAY_AND_MONTH.fullmatch(words):
        return None
    try:
        parsed = parser.parse(words, default=datetime(today.year, 1, 1)).date()  # noqa: DTZ001 - a date has no zone
    except (ValueError, OverflowError):
        return None
    written_year = re.search(r"\b\d{4}\b", words)
    return day_of((parsed if written_year or parsed >= today else parsed + relativedelta(years=1)).isoformat(), "by")
