"""Two years of a portfolio, as people and the clock live them: what customers pay, who is asked, and who has what.

At each quarter the figures of retention are those that other code counts from the export. After every day,
`tests.support.two_years_held` holds what must be true: no renewal passes unasked, no digest leaves one out, and nothing
open is left with somebody who left, is away, or handed the customer over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from bot.domain.values import days
from bot.features.retention.figures import Window
from bot.features.retention.report import report
from bot.store.engine import Database
from tests.support import two_years_told as told
from tests.support.recount_retention import PARTS, Book, Kept
from tests.support.two_years import TwoYears

Chapters = tuple[Callable[[TwoYears], None], ...]
QUARTERS: tuple[tuple[tuple[int, int, int], Chapters, dict[str, str]], ...] = (
    ((2026, 4, 1), (told.book, told.first_quarter), {"expansion": "Aster", "new": "Birch Dune Fjord Juno"}),
    (
        (2026, 7, 1),
        (told.second_quarter,),
        {"expansion": "Aster", "contraction": "Birch", "lost": "Cedar", "new": "Dune Fjord Heron Juno"},
    ),
    (
        (2026, 10, 1),
        (told.third_quarter,),
        {"expansion": "Aster Fjord", "contraction": "Birch", "lost": "Cedar Dune", "new": "Heron"},
    ),
    (
        (2027, 1, 1),
        (told.maya_leaves,),
        {"expansion": "Aster Fjord", "contraction": "Birch", "lost": "Cedar Dune", "new": "Heron Iris"},
    ),
    (
        (2027, 4, 1),
        (told.tom_is_away,),
        {"expansion": "Fjord", "contraction": "Birch Dune Linden", "lost": "Cedar", "new": "Heron Iris Juno Ltd"},
    ),
    (
        (2027, 7, 1),
        (told.merged, told.reorganised),
        {"expansion": "Fjord Heron Juno", "contraction": "Dune Linden", "new": "Iris"},
    ),
    (
        (2027, 10, 1),
        (told.last_half,),
        {"expansion": "Heron Juno", "contraction": "Linden", "reactivated": "Dune", "new": "Iris"},
    ),
    ((2028, 1, 1), (told.year_end,), {"expansion": "Heron Juno", "contraction": "Linden", "reactivated": "Dune"}),
)
"""Of each quarter its last day's end, what happens in it, and how the customers moved in the year up to it, in EUR."""


@pytest.mark.slow
def test_two_years_of_a_portfolio(database: Database) -> None:
    story = TwoYears(database)
    for ends, chapters, moved in QUARTERS:
        for chapter in chapters:
            chapter(story)
        story.until(*ends)
        book = Book(story.export())
        for months in (12, 3):
            t1 = date(*ends)
            counted = retention_agrees(story, book, days.add_months(t1, -months), t1)
            if months == 12:
                names = {part: " ".join(found) for part, found in counted["EUR"].names.items() if found}
                assert names == moved, ends
    assert story.held.weeks == 103
    every_renewal_was_asked_about(story)


def retention_agrees(story: TwoYears, book: Book, t0: date, t1: date) -> dict[str, Kept]:
    """The printed figures are those of the recount; returns the recount."""
    window = Window(1, t0, t1, story.home)
    said = story.do(lambda session: report(session, window))
    counted = {
        currency: one for currency, one in book.kept(t0.isoformat(), t1.isoformat()).items() if one.n or one.names
    }
    assert said.keys() == counted.keys()
    for currency, one in counted.items():
        assert _rates(said[currency]) == (one.n, _rate(one.nrr), _rate(one.grr), _rate(one.logos)), (t0, t1, currency)
        bridge = said[currency]["bridge"]
        assert {part: bridge[part] * 100 for part in PARTS} == one.bridge, (t0, t1, currency)
        assert sum(bridge[part] for part in PARTS[:-1]) == bridge["end"]
        printed = {"lost": "lost", "new": "new", "reactivated": "reactivated", "expansion": "expanded"}
        assert {part: said[currency][key] for part, key in printed.items()} == {
            part: one.names[part] for part in printed
        }
    return counted


def every_renewal_was_asked_about(story: TwoYears) -> None:
    """When who was asked about the renewals that are worth a look: one each of what can come in between."""
    asked = story.held.asked
    expected = {
        ("Aster", date(2026, 3, 16)): "call 2026-01-15 maya, result 2026-03-16 maya",
        # Nobody of the team says anything until its manager is asked.
        ("Birch", date(2026, 6, 15)): "call 2026-04-16 maya, result 2026-06-15 maya, result 2026-06-22 maya, "
        "result 2026-06-29 priya",
        # Maya leaves before she has made the call: her manager is asked, and Tom once he has the customer.
        ("Grove", date(2026, 12, 28)): "call 2026-10-29 maya, call 2026-11-09 priya, call 2026-11-17 tom, "
        "result 2026-12-28 tom",
        # Tom is away.
        ("Linden", date(2027, 3, 1)): "call 2026-12-31 tom, result 2027-03-01 ines",
        ("Aster", date(2027, 3, 16)): "call 2026-12-16 tom, result 2027-03-16 kenji, result 2027-03-23 tom",
        # Inês has the customer no more.
        ("Juno", date(2027, 8, 2)): "call 2027-06-03 ines, call 2027-06-14 kenji, result 2027-08-02 kenji",
        # It stays open: 90 days of notice, and nobody records a result for two weeks.
        ("Fjord", date(2027, 9, 6)): "call 2027-05-09 ines, result 2027-09-06 ines, result 2027-09-13 ines, "
        "result 2027-09-20 priya",
    }
    found = {of: ", ".join(f"{what} {on} {who}" for on, what, who in asked[of]) for of in expected}
    assert found == expected


def _rates(said: dict[str, Any]) -> tuple[Any, ...]:
    return said["n"], said["nrr"], said["grr"], said["logo_retention"]


def _rate(value: Fraction | None) -> float | None:
    return None if value is None else float(round(value, 6))
