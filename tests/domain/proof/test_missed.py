"""A disproof stays until better evidence comes: not until the figure that showed it is out of the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.enums import Grade, RiskKind, Source, Standing
from bot.domain.model import Evidence, Outcome, Person
from bot.domain.proof.evidence_grade import grade_piece
from bot.domain.proof.in_force import is_disputed, stands
from bot.domain.proof.progress import progress
from bot.phrases import phrase
from tests.domain.proof.test_laws import grade, laws
from tests.support.domain_builders import (
    DANA,
    EVERYBODY,
    KIM,
    TODAY,
    ago,
    assessed,
    graded,
    measured,
    onboarding,
    piece,
    system,
    wrote,
)
from tests.support.domain_strategies import TODAY as LAWS_TODAY
from tests.support.domain_strategies import ledgers, numbers, rosters

OVERDUE = onboarding(due_on=ago(20))
"""It was due 20 days ago; the baseline is 12, the target 5."""


def standing(*pieces: Evidence, outcome: Outcome = OVERDUE, on: date = TODAY) -> Standing:
    return graded(outcome, *pieces, on=on).standing


def test_it_is_missed_when_a_measured_figure_shows_no_progress_and_the_day_has_passed() -> None:
    assert standing(measured(12)) is Standing.DISPROVEN
    assert standing(measured(14)) is Standing.DISPROVEN
    assert standing(measured(11)) is Standing.UNPROVEN
    assert standing(measured(12), outcome=onboarding(due_on=TODAY)) is Standing.UNPROVEN
    assert standing(measured(12), outcome=onboarding(due_on=None)) is Standing.UNPROVEN


def test_what_nobody_measured_shows_no_miss() -> None:
    assert standing(piece(Source.OUR_WORD, 12)) is Standing.UNPROVEN
    assert standing(piece(Source.OUR_TELEMETRY, 12)) is Standing.UNPROVEN
    assert standing(measured(12), outcome=onboarding(due_on=ago(20), baseline_agreed_by=None)) is Standing.UNPROVEN


def test_it_outlives_the_shelf_life_of_the_figure_that_showed_it() -> None:
    shown = wrote(12, age=10)
    assert standing(shown, on=TODAY + timedelta(days=400)) is Standing.DISPROVEN


def test_a_figure_that_had_run_out_before_the_day_shows_nothing_of_it() -> None:
    assert standing(measured(12, age=111)) is Standing.UNPROVEN  # 90 days of shelf life end on the day it was due
    assert standing(measured(12, age=109)) is Standing.DISPROVEN


def test_withdrawing_the_figure_does_not_take_it_away() -> None:
    shown = wrote(12, withdrawn_on=ago(1), withdrawn_why="wrong dashboard")
    assert standing(shown) is Standing.DISPROVEN
    danger = next(d for d in assessed(OVERDUE, shown).dangers if d.kind is RiskKind.DISPROVEN)
    assert phrase(danger.fact) == (
        "“Onboard a customer in 5 days” was due on 10 Feb 2026 and has not moved from 12 days (that figure was "
        "withdrawn on 1 Mar 2026, and no better one has come)"
    )


def test_neither_does_a_dispute_nor_a_weaker_figure_in_its_place() -> None:
    later = measured(8, age=5)
    replaced = wrote(12, superseded_by=later.id, superseded_on=ago(4))
    assert standing(replaced, later) is Standing.DISPROVEN
    assert standing(wrote(12), later) is Standing.DISPROVEN
    assert standing(wrote(12, disputed_on=ago(2), disputed_why="they count differently")) is Standing.DISPROVEN


def test_a_figure_against_us_needs_no_witness_and_one_for_us_does() -> None:
    unseen = graded(OVERDUE, wrote(12, reference_key=None), checks=())
    assert unseen.standing is Standing.DISPROVEN
    better = system(5, age=5, reference_key=None)
    assert graded(OVERDUE, measured(12), better, checks=()).standing is Standing.UNPROVEN
    assert graded(OVERDUE, system(12), better).standing is Standing.DISPROVEN


def test_what_is_disputed_and_entered_again_is_no_better_evidence() -> None:
    disputed = measured(8, age=6, disputed_on=ago(2), disputed_by=KIM.id)
    again = measured(8, age=5)
    assert standing(measured(12), disputed, again) is Standing.DISPROVEN
    assert standing(measured(12), disputed, measured(8, age=1)) is Standing.UNPROVEN


def test_better_evidence_takes_it_away() -> None:
    assert standing(measured(12), measured(8, age=5)) is Standing.UNPROVEN
    assert standing(wrote(12), system(8, age=5)) is Standing.PARTLY_PROVEN
    assert standing(measured(12), wrote(5, age=5)) is Standing.PROVEN


def test_a_correction_as_of_the_same_day_takes_it_away_only_in_its_place() -> None:
    right = system(8, age=10)
    assert standing(system(12, age=10), right) is Standing.DISPROVEN
    assert standing(system(12, age=10, superseded_by=right.id, superseded_on=ago(9)), right) is Standing.PARTLY_PROVEN
    assert standing(system(12, age=10, withdrawn_on=ago(9)), right) is Standing.PARTLY_PROVEN


def test_better_evidence_that_is_withdrawn_gives_it_back() -> None:
    assert standing(measured(12), wrote(5, age=5, withdrawn_on=ago(1))) is Standing.DISPROVEN
    assert standing(measured(12), wrote(5, age=5, disputed_on=ago(1))) is Standing.DISPROVEN


def test_an_older_good_figure_is_no_better_evidence() -> None:
    assert standing(wrote(5, age=40), measured(12)) is Standing.DISPROVEN


@pytest.mark.slow
@laws
@given(numbers(), ledgers(), rosters(), st.data())
def test_nothing_that_our_side_does_to_a_figure_takes_a_disproof_away(
    outcome: Outcome, held: list[Evidence], people: dict[int, Person], data: st.DataObject
) -> None:
    before = grade(outcome, held, people, LAWS_TODAY)
    if before.standing is not Standing.DISPROVEN or before.missed is None:
        return
    shown, _ = before.missed
    change: Any = data.draw(st.sampled_from([{"withdrawn_on": LAWS_TODAY}, {"disputed_on": LAWS_TODAY}]))
    touched = [replace(one, **change) if one.id == shown.id else one for one in held]
    after = grade(outcome, touched, people, LAWS_TODAY)
    better = [
        one
        for one in held
        if one.id != shown.id
        and one.as_of == shown.as_of
        and stands(one, touched, LAWS_TODAY)
        and not is_disputed(one, LAWS_TODAY)
        and (progress(outcome, one.value) or 0) > 0
    ]
    assert after.standing is Standing.DISPROVEN or better


@pytest.mark.slow
@laws
@given(numbers(), ledgers(), rosters(), st.integers(0, 800))
def test_time_alone_takes_no_disproof_away(
    outcome: Outcome, held: list[Evidence], people: dict[int, Person], longer: int
) -> None:
    if grade(outcome, held, people, LAWS_TODAY).standing is Standing.DISPROVEN:
        later = grade(outcome, held, people, LAWS_TODAY + timedelta(days=longer))
        assert later.standing is Standing.DISPROVEN


@pytest.mark.slow
@laws
@given(numbers(), ledgers(), rosters())
def test_a_disproof_rests_on_a_figure_of_measured_or_better(
    outcome: Outcome, held: list[Evidence], people: dict[int, Person]
) -> None:
    result = grade(outcome, held, people, LAWS_TODAY)
    if result.standing is Standing.DISPROVEN:
        assert result.missed is not None
        shown, _ = result.missed
        assert grade_piece(outcome, shown, people, LAWS_TODAY, result.checked)[0] >= Grade.MEASURED
        assert progress(outcome, shown.value) == 0
        assert result.credit == 0


def test_who_left_takes_no_disproof_away() -> None:
    people = tuple(replace(person, left_on=ago(1)) if person is DANA else person for person in EVERYBODY)
    assert graded(OVERDUE, wrote(12), people=people).standing is Standing.DISPROVEN
