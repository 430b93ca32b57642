"""A worse figure that is entered after a better one and dated before it is named, and changes no grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.dated_back import dated_back
from bot.domain.model import Evidence
from tests.support.domain_builders import OWNER, TODAY, acme, ago, assessed, at, onboarding, system

GOOD = system(6, 20)
BAD = system(9, 25, recorded_at=at(ago(5)))


def facts(*pieces: Evidence, **changes: Any) -> tuple[dict[str, Any], ...]:
    state = acme(onboarding(**changes), *pieces)
    return tuple(dict(fact.values) for fact in dated_back(state, TODAY))


def test_it_is_named_with_who_entered_it_and_when() -> None:
    (named,) = facts(GOOD, BAD)
    assert (named["value"], named["as_of"], named["better"], named["better_as_of"]) == (
        Decimal(9),
        ago(25),
        Decimal(6),
        ago(20),
    )
    assert (named["who"], named["on"]) == ("Maya Lindqvist", ago(5)) and BAD.recorded_by == OWNER


def test_it_lowers_nothing() -> None:
    outcome = onboarding()
    assert assessed(outcome, GOOD, BAD).coverage == assessed(outcome, GOOD).coverage > 0


@pytest.mark.parametrize(
    "other",
    [
        replace(BAD, as_of=ago(15)),
        replace(BAD, recorded_at=GOOD.recorded_at),
        replace(BAD, recorded_at=at(ago(22))),
        replace(BAD, value=Decimal("5.5")),
        replace(BAD, value=Decimal(6)),
        replace(BAD, withdrawn_on=ago(1)),
    ],
    ids=["dated after it", "entered the same day", "entered before it", "better", "the same", "withdrawn"],
)
def test_what_is_no_figure_dated_back_is_not_named(other: Evidence) -> None:
    assert facts(GOOD, other) == ()


def test_it_is_told_for_90_days_and_not_of_what_is_retired() -> None:
    assert facts(system(6, 100), system(9, 110, recorded_at=at(ago(90))))
    assert facts(system(6, 100), system(9, 110, recorded_at=at(ago(91)))) == ()
    assert facts(GOOD, BAD, retired_on=ago(1)) == ()


@given(st.lists(st.tuples(st.integers(5, 12), st.integers(1, 60)), min_size=1, max_size=6))
def test_a_ledger_that_was_written_as_it_happened_names_nothing(figures: list[tuple[int, int]]) -> None:
    pieces = [system(value, age, recorded_at=at(ago(age)) + timedelta(hours=1)) for value, age in figures]
    assert facts(*pieces) == ()
