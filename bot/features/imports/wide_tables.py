"""Tells a table of figures that has a column for each period, or for each metric, from one that lacks a header."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.domain.values.slugs import folded
from bot.features.imports.dates import month_number

_FEWEST = 2
_PERIOD = re.compile(
    r"(?:20\d\d[\s/._-]*)?(?:w|wk|week|cw|kw|woche|semaine|semana|settimana|m|month|monat|mois|mes|q|quarter)"
    r"[\s/._-]*\d{1,2}(?:[\s/._-]*(?:20)?\d\d)?|\d{1,4}[-./]\d{1,2}(?:[-./]\d{1,4})?\.?(?: 00:00:00)?|"
    r"20\d\d[\s-]*q[1-4]"
)
_MONTH = re.compile(r"(?:\d{1,2}[\s.-]*)?([^\W\d_]+)\.?(?:[\s/,'-]*\d{1,4})?")


def periods(names: Sequence[str]) -> list[str]:
    """The headers that are periods, such as `2026-W05`, `Week 5` and `Jan 2026`; none of fewer than two."""
    headers = [name for name in names if _is_period(folded(name).strip())]
    return headers if len(headers) >= _FEWEST else []


def metrics(names: Sequence[str], at: Collection[int]) -> list[str]:
    """The headers that no field is read from, where there are several."""
    headers = [name for position, name in enumerate(names) if name and position not in at]
    return headers if len(headers) >= _FEWEST else []


def _is_period(text: str) -> bool:
    month = _MONTH.fullmatch(text)
    return _PERIOD.fullmatch(text) is not None or (month is not None and month_number(month[1]) is not None)
