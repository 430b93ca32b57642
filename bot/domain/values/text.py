"""How facts are put into words: short, exact, and never rounded up. The sentences of the rules are made of these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_IN_FULL = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def day(on: date) -> str:
    """`12 Mar 2026`: read the same way in every country."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def near_day(on: date, today: date) -> str:
    """`6 Feb`, with the year where it is another one or more than six months away."""
    return day(on) if on.year != today.year or abs((on - today).days) > 183 else f"{on.day} {MONTHS[on.month - 1]}"


def coming_day(on: date, today: date) -> str:
    """`Fri 4 Dec` within the next seven days, else as `near_day`."""
    near = near_day(on, today)
    return f"{_WEEKDAYS[on.weekday()]} {near}" if 0 <= (on - today).days <= 7 else near


def full_day(on: date) -> str:
    """`30 November`: the day of a headline."""
    return f"{on.day} {_MONTHS_IN_FULL[on.month - 1]}"


def days(dates: Sequence[date]) -> str:
    """`12 Feb, 19 Feb`: a few days of a recent series, without the year."""
    return ", ".join(f"{d.day} {MONTHS[d.month - 1]}" for d in dates)


def number(value: Decimal, unit: str | None = None) -> str:
    """`1,234.5 days`: thousands separated, no trailing zeros, no exponent; the unit follows, `%` without a space."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        text = "0"
    if not unit:
        return text
    return f"{text}%" if unit == "%" else f"{text} {unit}"


def band(low: Decimal | None, high: Decimal | None, unit: str | None = None) -> str:
    """`2 to 5 days`, `99% or above`, `5 days or below`; empty without a bound."""
    if low is not None and high is not None:
        return f"{number(low)} to {number(high, unit)}"
    if low is not None:
        return f"{number(low, unit)} or above"
    return "" if high is None else f"{number(high, unit)} or below"


def percent(ratio: Decimal | None) -> str:
    """A ratio of 0..1 as a whole percentage, cut and not rounded: 79.9 % is not 80 %. Unknown is `unknown`."""
    if ratio is None:
        return "unknown"
    whole = int(ratio * 100)
    return "<1%" if whole == 0 and ratio > 0 else f"{whole}%"


def plural(count: int, singular: str, plural_word: str | None = None) -> str:
    """`1 outcome`, `3 outcomes`."""
    return f"{count:,} {singular if count == 1 else plural_word or singular + 's'}"


def spelled(count: int) -> str:
    """`nine`, and figures above ten."""
    return _SMALL_NUMBERS[count] if 0 <= count <= 10 else f"{count:,}"


def quoted(title: str, limit: int = 80) -> str:
    """A title in quotation marks, on one line, cut on a word."""
    flat = " ".join(title.split())
    if len(flat) > limit:
        flat = flat[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
    return f"“{flat}”"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def short(text: str, limit: int) -> str:
    """`text` on one line in at most `limit` characters, cut on a word."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
