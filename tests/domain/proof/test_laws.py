"""The laws of proof, held by random ledgers (docs/rules.md tells them to users)."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.account.assessment import assess
from bot.domain.enums import Direction, Grade, OutcomeKind, Source, Standing
from bot.domain.model import Evidence, Outcome, Person, ProofState
from bot.domain.proof import grading
from bot.domain.proof.evidence_grade import grade_piece
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import stands
from bot.domain.proof.progress import progress, shortfall
from tests.support.domain_builders import at
from tests.support.domain_strategies import TODAY, ledgers, numbers, outcomes, pieces, rosters, states

People = dict[int, Person]
OURS = (Source.OUR_WORD, Source.OUR_TELEMETRY, Source.OUR_MEASUREMENT, Source.CUSTOMER_SAID)
"""What no customer has put in writing."""
laws = settings(max_examples=int(os.environ.get("LAW_EXAMPLES", "80")), deadline=None)


def grade(outcome: Outcome, held: list[Evidence], people: People, on: date) -> Graded:
    return grading.grade(outcome, held, people, on)


def known(graded: Graded) -> int:
    """The grade as a number, nothing in force below all."""
    return -1 if graded.grade is None else int(graded.grade)


def essence(graded: Graded) -> tuple[object, ...]:
    """All that a grading says, without which row says it."""
    return (
        graded.grade,
        graded.standing,
        graded.credit,
        graded.value,
        graded.value_as_of,
        graded.progress,
        graded.attestor,
        graded.disputed is None,
        graded.last_grade,
        graded.expired_on,
    )


def worse(outcome: Outcome, value: Decimal, other: Decimal) -> bool:
    """Whether a value is behind another; with no direction known, whenever they differ."""
    a, b = shortfall(outcome, value), shortfall(outcome, other)
    return value != other and (a is None or b is None or a > b)


def contradicts_nothing(outcome: Outcome, new: Evidence, held: list[Evidence]) -> bool:
    """No older piece shows better than the new one, and the new one shows no better than a newer piece."""
    if outcome.kind is OutcomeKind.STATEMENT or new.value is None:
        return True
    for piece in held:
        if piece.value is None or not stands(piece, held, TODAY):
            continue
        if piece.as_of <= new.as_of and worse(outcome, new.value, piece.value):
            return False
        if piece.as_of >= new.as_of and worse(outcome, piece.value, new.value):
            return False
    return True


def clean(piece: Evidence) -> Evidence:
    return replace(piece, disputed_on=None, withdrawn_on=None)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), pieces(piece_id=999), rosters())
def test_evidence_that_contradicts_nothing_never_lowers_grade_or_credit(
    outcome: Outcome, held: list[Evidence], new: Evidence, people: People
) -> None:
    new = clean(new)
    assume(contradicts_nothing(outcome, new, held))
    before, after = grade(outcome, held, people, TODAY), grade(outcome, [*held, new], people, TODAY)
    assert known(after) >= known(before)
    assert after.credit >= before.credit


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.integers(0, 400), st.integers(0, 400))
def test_time_alone_never_raises_grade_or_credit(
    outcome: Outcome, held: list[Evidence], people: People, sooner: int, longer: int
) -> None:
    first = TODAY + timedelta(days=sooner)
    then = first + timedelta(days=longer)
    before, after = grade(outcome, held, people, first), grade(outcome, held, people, then)
    assert known(after) <= known(before)
    assert after.credit <= before.credit


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_observed_evidence_alone_never_proves(outcome: Outcome, held: list[Evidence], people: People) -> None:
    ours = [replace(piece, source=Source.OUR_TELEMETRY) for piece in held]
    result = grade(outcome, ours, people, TODAY)
    assert known(result) <= Grade.OBSERVED
    assert result.credit == 0
    assert result.standing is Standing.UNPROVEN


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), pieces(piece_id=999), st.sampled_from(OURS), rosters())
def test_evidence_of_our_own_never_adds_credit(
    outcome: Outcome, held: list[Evidence], new: Evidence, source: Source, people: People
) -> None:
    new = replace(clean(new), source=source)
    before, after = grade(outcome, held, people, TODAY), grade(outcome, [*held, new], people, TODAY)
    assert after.credit <= before.credit


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.data())
def test_withdrawing_a_piece_restores_what_was_before_it(
    outcome: Outcome, held: list[Evidence], people: People, data: st.DataObject
) -> None:
    assume(held)
    gone = data.draw(st.sampled_from(held))
    withdrawn = [replace(piece, withdrawn_on=TODAY) if piece is gone else piece for piece in held]
    never = [
        replace(piece, superseded_by=gone.superseded_by) if piece.superseded_by == gone.id else piece
        for piece in held
        if piece is not gone
    ]
    after, before = grade(outcome, withdrawn, people, TODAY), grade(outcome, never, people, TODAY)
    if after.standing is Standing.DISPROVEN:  # a withdrawal takes no disproof away
        before = before._replace(standing=after.standing) if before.standing is Standing.UNPROVEN else before
    assert essence(after) == essence(before)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_matter(
    outcome: Outcome, held: list[Evidence], people: People, random: object
) -> None:
    turn = list(range(len(held)))
    random.shuffle(turn)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    number = {piece.id: 500 + turn[place] for place, piece in enumerate(held)}
    entered = [
        replace(
            piece,
            id=number[piece.id],
            superseded_by=None if piece.superseded_by is None else number[piece.superseded_by],
            recorded_at=at(TODAY, turn[place]),
        )
        for place, piece in enumerate(held)
    ]
    entered.sort(key=lambda piece: piece.id)
    assert essence(grade(outcome, entered, people, TODAY)) == essence(grade(outcome, held, people, TODAY))


@pytest.mark.slow
@laws
@given(numbers(), ledgers(), pieces(piece_id=998), pieces(piece_id=999), rosters(), st.integers(1, 6), st.booleans())
def test_a_worse_newer_value_never_leaves_the_outcome_better_known_than_that_value_is(
    outcome: Outcome, held: list[Evidence], old: Evidence, new: Evidence, people: People, by: int, same_day: bool
) -> None:
    old = replace(clean(old), value=old.value or Decimal(3), as_of=TODAY - timedelta(days=1))
    held = [piece for piece in held if piece.as_of < TODAY] + [old]
    before = grade(outcome, held, people, TODAY)
    assume(before.value is not None)  # a disputed piece of the same day may have left nothing in force
    assert before.value is not None
    fallen = before.value - by if outcome.direction is not Direction.DOWN else before.value + by
    assume(worse(outcome, fallen, before.value))
    day = old.as_of if same_day and shortfall(outcome, fallen) is not None else TODAY
    new = replace(clean(new), value=fallen, as_of=day, recorded_at=at(TODAY))
    after, alone = grade(outcome, [*held, new], people, TODAY), grade(outcome, [new], people, TODAY)
    assert known(after) <= known(alone)
    assert after.credit <= alone.credit
    assert after.value == new.value or (same_day and after.value is None)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_credit_lies_in_0_to_1_and_never_exceeds_progress(
    outcome: Outcome, held: list[Evidence], people: People
) -> None:
    result = grade(outcome, held, people, TODAY)
    assert 0 <= result.credit <= 1
    if result.credit > 0:
        assert result.grade is not None and result.grade >= Grade.CONFIRMED
        if outcome.kind is OutcomeKind.NUMERIC:
            assert result.progress is not None and result.credit <= result.progress
    assert (result.standing is Standing.PARTLY_PROVEN) == (0 < result.credit < 1)
    assert (result.standing is Standing.PROVEN) == (result.credit == 1)


@pytest.mark.slow
@laws
@given(states())
def test_coverage_lies_in_0_to_1_and_time_alone_never_raises_it(state: ProofState) -> None:
    covered = [assess(state, day, at(day)).coverage for day in (TODAY, TODAY + timedelta(45), TODAY + timedelta(300))]
    assert covered == sorted(covered, reverse=True)
    assert covered[-1] >= 0 and covered[0] <= 1


@laws
@given(outcomes(), st.one_of(st.none(), st.decimals(-10, 10, places=1)))
def test_none_never_becomes_0_in_progress(outcome: Outcome, value: Decimal | None) -> None:
    missing = value is None or outcome.kind is OutcomeKind.STATEMENT or outcome.baseline is None
    if outcome.direction is Direction.HOLD:
        missing = missing or (outcome.band_low is None and outcome.band_high is None)
    else:
        missing = missing or outcome.target is None or outcome.target == outcome.baseline
    reached = progress(outcome, value)
    if missing:
        assert reached is None
    elif reached is None:
        assert outcome.target is not None and outcome.baseline is not None
        assert (outcome.target > outcome.baseline) is not (outcome.direction is Direction.UP)
    else:
        assert 0 <= reached <= 1


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_none_never_becomes_0_in_a_grading(outcome: Outcome, held: list[Evidence], people: People) -> None:
    result = grade(outcome, [replace(piece, value=None) for piece in held], people, TODAY)
    assert result.value is None
    assert result.value_as_of is None
    assert result.progress is None
    nothing = grade(outcome, [], people, TODAY)
    assert (nothing.grade, nothing.age_days, nothing.last_grade) == (None, None, None)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_a_dispute_of_the_newest_piece_never_raises(outcome: Outcome, held: list[Evidence], people: People) -> None:
    standing = [piece for piece in held if stands(piece, held, TODAY)]
    assume(standing)
    newest = max(standing, key=lambda piece: piece.as_of)
    assume(sum(piece.as_of == newest.as_of for piece in standing) == 1)
    disputed = [replace(piece, disputed_on=TODAY) if piece is newest else piece for piece in held]
    before, after = grade(outcome, held, people, TODAY), grade(outcome, disputed, people, TODAY)
    assert known(after) <= known(before)
    assert after.credit <= before.credit


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_the_grade_is_that_of_some_piece_in_force(outcome: Outcome, held: list[Evidence], people: People) -> None:
    result = grade(outcome, held, people, TODAY)
    if result.grade is None:
        assert result.evidence is None
        return
    assert result.evidence is not None
    own = grade_piece(outcome, result.evidence, people, TODAY)[0]
    assert result.grade is (Grade.ASSERTED if result.evidence.disputed_on is not None else own)
    assert result.age_days is not None and result.age_days <= outcome.shelf_life_days


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_what_has_expired_counts_for_nothing(outcome: Outcome, held: list[Evidence], people: People) -> None:
    # Words without a number show nothing to fall behind, yet go with the fall of what is older: left out here.
    held = [piece for piece in held if piece.value is not None]
    fresh = [piece for piece in held if (TODAY - piece.as_of).days <= outcome.shelf_life_days]
    standing = [replace(piece, superseded_by=None) for piece in fresh if stands(piece, held, TODAY)]
    all_of_it, without = grade(outcome, held, people, TODAY), grade(outcome, standing, people, TODAY)
    worth = (all_of_it.grade, all_of_it.credit, all_of_it.value, all_of_it.progress, all_of_it.standing)
    assert worth == (without.grade, without.credit, without.value, without.progress, without.standing)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.integers(1, 150))
def test_what_was_recorded_later_does_not_count_in_an_earlier_view(
    outcome: Outcome, held: list[Evidence], people: People, days: int
) -> None:
    then = TODAY - timedelta(days=days)
    by_then = [piece for piece in held if piece.recorded_at.date() <= then]
    assert essence(grade(outcome, held, people, then)) == essence(grade(outcome, by_then, people, then))


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.integers(0, 200))
def test_nothing_changes_before_next_change_on(
    outcome: Outcome, held: list[Evidence], people: People, back: int
) -> None:
    day: date = TODAY - timedelta(days=back)
    before = grade(outcome, held, people, day)
    until = min(before.next_change_on or date.max, day + timedelta(days=400))
    last_same = until - timedelta(days=1)
    assert essence(grade(outcome, held, people, last_same)) == essence(before)
