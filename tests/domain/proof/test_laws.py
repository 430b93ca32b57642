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
from bot.domain.enums import CheckKind, CheckVerdict, Direction, Grade, OutcomeKind, Source, Standing, Why, Witness
from bot.domain.model import Account, Check, Evidence, Outcome, Person, ProofState
from bot.domain.proof import grading
from bot.domain.proof.checks import checked_of
from bot.domain.proof.evidence_grade import grade_piece
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import stands
from bot.domain.proof.progress import progress, shortfall
from bot.domain.proof.witness import Checked
from tests.support.domain_builders import at, first_terms
from tests.support.domain_strategies import (
    CONFIRMED,
    OWNER,
    TODAY,
    ledgers,
    looks,
    numbers,
    outcomes,
    pieces,
    rosters,
    states,
)

People = dict[int, Person]
OURS = (Source.OUR_WORD, Source.OUR_TELEMETRY, Source.OUR_MEASUREMENT, Source.CUSTOMER_SAID)
"""What no customer has put in writing."""
laws = settings(max_examples=int(os.environ.get("LAW_EXAMPLES", "60")), deadline=None)


def checked(held: list[Evidence], people: People, more: tuple[Check, ...] = ()) -> Checked:
    """Who looked at these pieces: what `measured_by` tells of, and `more`."""
    account = Account(1, 1, "acme", "Acme")
    return checked_of(ProofState(account, tuple(people.values()), evidence=tuple(held), checks=(*looks(held), *more)))


def grade(outcome: Outcome, held: list[Evidence], people: People, on: date, more: tuple[Check, ...] = ()) -> Graded:
    return grading.grade(outcome, held, people, on, checked(held, people, more), versions=(first_terms(outcome),))


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
    return own_reference(replace(piece, disputed_on=None, withdrawn_on=None))


def own_reference(piece: Evidence) -> Evidence:
    """The piece with a reference that no other has: which of two was entered first then says nothing."""
    return piece if piece.reference_key is None else replace(piece, reference_key=f"link:{piece.id}")


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
    """Whoever of ours has opened it; what a person of the customer confirms by themselves is their word, not ours."""
    ours = [replace(piece, source=Source.OUR_TELEMETRY) for piece in held if piece.measured_by != CONFIRMED]
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
    new = replace(clean(new), source=source, measured_by=None)
    before, after = grade(outcome, held, people, TODAY), grade(outcome, [*held, new], people, TODAY)
    assert after.credit <= before.credit


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.data())
def test_withdrawing_a_piece_restores_what_was_before_it(
    outcome: Outcome, held: list[Evidence], people: People, data: st.DataObject
) -> None:
    held = [own_reference(piece) for piece in held]
    # A dispute is about the outcome: it stays when its piece is withdrawn.
    assume(any(piece.disputed_on is None for piece in held))
    gone = data.draw(st.sampled_from([piece for piece in held if piece.disputed_on is None]))
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
    held = [replace(own_reference(piece), recorded_at=at(TODAY, place)) for place, piece in enumerate(held)]
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
    own = grade_piece(outcome, result.evidence, people, TODAY, result.checked)[0]
    own = own if outcome.baseline_agreed_by is not None else min(own, Grade.OBSERVED)
    assert result.grade is (Grade.ASSERTED if result.why is Why.DISPUTED else own)
    assert result.age_days is not None and result.age_days <= outcome.shelf_life_days


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_what_has_expired_counts_for_nothing(outcome: Outcome, held: list[Evidence], people: People) -> None:
    # Words without a number show nothing to fall behind, yet go with the fall of what is older: left out here.
    # So does a dispute: it is about the outcome as of its day, however old the piece is.
    held = [own_reference(piece) for piece in held if piece.value is not None and piece.disputed_on is None]
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


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), pieces(piece_id=999), rosters())
def test_a_piece_without_a_witness_never_raises_the_grade_above_measured_nor_the_credit(
    outcome: Outcome, held: list[Evidence], new: Evidence, people: People
) -> None:
    new = replace(clean(new), reference_key=None, arrived_as=None, measured_by=None)
    before, after = grade(outcome, held, people, TODAY), grade(outcome, [*held, new], people, TODAY)
    assert known(after) <= max(known(before), Grade.MEASURED)
    assert after.credit <= before.credit


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.data())
def test_a_colleague_who_finds_it_right_never_lowers_anything(
    outcome: Outcome, held: list[Evidence], people: People, data: st.DataObject
) -> None:
    assume(held)
    seen = data.draw(st.sampled_from(held))
    look = Check(9999, 1, seen.id, CheckKind.COUNTERSIGN, CheckVerdict.SHOWS, at(TODAY), 77, owner_then=OWNER)
    before, after = grade(outcome, held, people, TODAY), grade(outcome, held, people, TODAY, (look,))
    assert known(after) >= known(before)
    assert after.credit >= before.credit and after.seen >= before.seen


@pytest.mark.slow
@laws
@given(
    outcomes(), ledgers(), rosters(), st.sampled_from(["owner", "deputy", "recorder"]), st.sampled_from(CheckVerdict)
)
def test_what_the_account_team_says_of_its_own_references_changes_nothing(
    outcome: Outcome, held: list[Evidence], people: People, team: str, verdict: CheckVerdict
) -> None:
    looked = [replace(piece, recorded_by=5 if team == "recorder" else piece.recorded_by) for piece in held]
    own = tuple(
        Check(
            9000 + piece.id,
            1,
            piece.id,
            CheckKind.COUNTERSIGN,
            verdict,
            at(TODAY),
            5,
            owner_then=5 if team == "owner" else OWNER,
            deputy_then=5 if team == "deputy" else None,
            as_manager=True,
        )
        for piece in looked
    )
    before, after = grade(outcome, looked, people, TODAY), grade(outcome, looked, people, TODAY, own)
    assert (essence(after), after.seen) == (essence(before), before.seen)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.integers(0, 300))
def test_what_others_have_seen_is_part_of_the_credit_and_time_takes_it_only_with_the_credit(
    outcome: Outcome, held: list[Evidence], people: People, days: int
) -> None:
    now, then = grade(outcome, held, people, TODAY), grade(outcome, held, people, TODAY + timedelta(days=days))
    assert 0 <= now.seen <= now.credit
    assert then.seen <= now.seen


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_credit_has_a_witness(outcome: Outcome, held: list[Evidence], people: People) -> None:
    bare = [replace(piece, reference_key=None, arrived_as=None, measured_by=None) for piece in held]
    result = grade(outcome, bare, people, TODAY)
    assert result.credit == 0 and known(result) <= Grade.MEASURED
    assert result.witness is Witness.NONE


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), pieces(piece_id=999), rosters())
def test_a_disputed_value_entered_again_brings_nothing_back(
    outcome: Outcome, held: list[Evidence], new: Evidence, people: People
) -> None:
    disputed = replace(own_reference(new), disputed_on=TODAY, withdrawn_on=TODAY, measured_by=None)
    again = replace(
        disputed, id=1000, disputed_on=None, withdrawn_on=None, recorded_at=at(TODAY), source=Source.OUR_WORD
    )
    for source in (Source.CUSTOMER_SYSTEM, Source.OUR_MEASUREMENT):
        result = grade(outcome, [*held, disputed, replace(again, source=source)], people, TODAY)
        without = grade(outcome, [*held, disputed], people, TODAY)
        assert result.credit <= without.credit
        assert known(result) <= max(known(without), Grade.ASSERTED)
