"""Days that have been, as people write them behind a command: yesterday, last monday, 3 days ago, 12 march."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.domain.values.days import add_months, parse_day, shift_day

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_AGO = re.compile(r"(?P<count>\d{1,3}|an?|one|two|three|four) (?P<unit>day|week|month|year)s? ago")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)? (?:of )?(?P<month>[a-z]{3,9})\.?(?:,? (?P<year>\d{4}))?")
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>\d{4}))?")


def been(text: str, today: date) -> date | None:
    """The day that `text` means, seen from `today`: the last one where no year is written. None if it is no date."""
    words = " ".join(text.casefold().strip(" .,;").split()).removeprefix("on ").removeprefix("the ")
    near = {"today": 0, "now": 0, "yesterday": 1, "last week": 7, "a week ago": 7}
    if words in near:
        return shift_day(today, -timedelta(days=near[words]))
    if words in ("last month", "last quarter", "last year"):
        return add_months(today, {"last month": -1, "last quarter": -3, "last year": -12}[words])
    if match := _AGO.fullmatch(words):
        return _ago(today, _COUNTS.get(match["count"]) or int(match["count"]), match["unit"])
    return _weekday(words, today) or _calendar(words, today)


def _ago(today: date, count: int, unit: str) -> date:
    if unit in ("month", "year"):
        return add_months(today, -count * (12 if unit == "year" else 1))
    return shift_day(today, -timedelta(days=count * (7 if unit == "week" else 1)))


def _weekday(words: str, today: date) -> date | None:
    """The last such weekday before today."""
    name = words.removeprefix("last ")
    named = [number for number, day in enumerate(_WEEKDAYS) if len(name) >= 3 and day.startswith(name)]
    return shift_day(today, -timedelta(days=(today.weekday() - named[0] - 1) % 7 + 1)) if len(named) == 1 else None


def _calendar(words: str, today: date) -> date | None:
    match = _DAY_FIRST.fullmatch(words) or _MONTH_FIRST.fullmatch(words)
    month = _MONTHS.index(match["month"][:3]) + 1 if match and match["month"][:3] in _MONTHS else 0
    if match is None or not month:
        return None
    for year in (int(match["year"]),) if match["year"] else (today.year, today.year - 1):
        try:
            day = parse_day(f"{year:04}-{month:02}-{int(match['day']):02}")
        except ValueError:
            continue
        if match["year"] or day <= today:
            return day
    return None
