"""Goalposts: easier terms need the customer's yes, and no change of terms makes more of what is on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.enums import Direction, Grade, OutcomeKind, Standing, Why
from bot.domain.model import Evidence, Outcome, ProofState, Terms
from bot.domain.proof import terms as goalposts
from bot.domain.proof.checks import checked_of
from bot.domain.proof.evidence_grade import People
from bot.domain.proof.grading import Graded, grade
from bot.domain.proof.progress import ZERO
from tests.support.domain_builders import (
    ACME,
    EVERYBODY,
    KIM,
    TODAY,
    ago,
    at,
    first_terms,
    legal,
    onboarding,
    seen_by_priya,
    wrote,
)
from tests.support.domain_strategies import due_days, ledgers, levels, outcomes, rosters

PEOPLE = {person.id: person for person in EVERYBODY}


def history(outcome: Outcome, *changes: tuple[int, dict[str, Any]]) -> tuple[Outcome, list[Terms]]:
    """An outcome with the versions of its terms: each change is (days ago, values), with an agreement among them."""
    versions = [first_terms(outcome)]
    nobody = dict.fromkeys(("agreed_by", "agreed_on", "agreement_link"))
    for age, values in changes:
        last = versions[-1]
        new = {"id": last.id + 1, "version": last.version + 1, "set_at": at(ago(age)), **nobody, **values}
        versions.append(replace(last, **new))
    return goalposts.under(outcome, versions[-1]), versions


def graded(outcome: Outcome, *pieces: Evidence, changes: tuple[tuple[int, dict[str, Any]], ...] = ()) -> Graded:
    now, versions = history(outcome, *changes)
    return judged(now, pieces, versions)


def judged(
    outcome: Outcome, held: Sequence[Evidence], versions: list[Terms], people: People = PEOPLE, on: date = TODAY
) -> Graded:
    """Evidence that somebody outside the account team has seen, under these versions of terms."""
    state = ProofState(ACME, tuple(people.values()), evidence=tuple(held), checks=seen_by_priya(held))
    return grade(outcome, held, people, on, checked_of(state), versions=versions)


def agreed(link: str = "https://acme.example/new-plan") -> dict[str, Any]:
    return {"agreed_by": KIM.id, "agreed_on": ago(1), "agreement_link": link}


@pytest.mark.parametrize(
    "easier",
    [
        {"target": Decimal(8)},
        {"baseline": Decimal(20)},
        {"due_on": date(2026, 9, 1)},
        {"due_on": None},
        {"shelf_life_days": 365},
        {"baseline_on": ago(400)},
        {"baseline_on": None},
    ],
)
def test_easier_terms_void_the_agreement(easier: dict[str, Any]) -> None:
    result = graded(onboarding(), wrote(5), changes=((2, easier),))
    assert result.terms.easier == tuple(easier)
    assert (result.grade, result.why, result.credit) == (Grade.OBSERVED, Why.TERMS_NOT_AGREED, ZERO)
    assert graded(onboarding(), wrote(5), changes=((2, {**easier, **agreed()}),)).standing is Standing.PROVEN


@pytest.mark.parametrize(
    "harder",
    [
        {"target": Decimal(4)},
        {"baseline": Decimal(10)},
        {"due_on": date(2026, 6, 1)},
        {"shelf_life_days": 60},
        {"baseline_on": ago(100)},
    ],
)
def test_harder_terms_keep_the_agreement(harder: dict[str, Any]) -> None:
    result = graded(onboarding(), wrote(8), changes=((2, harder),))
    assert result.terms.holds
    assert Decimal(0) < result.credit <= graded(onboarding(), wrote(8)).credit


def test_small_steps_add_up_against_the_last_agreed_version() -> None:
    steps = ((9, {"target": Decimal("4")}), (8, {"target": Decimal("4.9")}), (7, {"target": Decimal("5.1")}))
    assert graded(onboarding(), wrote(5), changes=steps[:2]).terms.holds
    assert graded(onboarding(), wrote(5), changes=steps).terms.easier == ("target",)


def test_a_wider_band_is_easier_and_a_narrower_one_earns_no_more_than_the_agreed() -> None:
    held = onboarding(direction=Direction.HOLD, target=None, band_low=Decimal(4), band_high=Decimal(6))
    assert graded(held, wrote(8), changes=((2, {"band_high": Decimal(8)}),)).terms.easier == ("band_high",)
    assert graded(held, wrote(3), changes=((2, {"band_low": None}),)).terms.easier == ("band_low",)
    # 3 is one below a band that starts six from the baseline; narrowed from above, it would start seven away.
    narrowed = graded(held, wrote(3), changes=((2, {"band_high": Decimal(5)}),))
    assert narrowed.terms.holds and narrowed.credit == graded(held, wrote(3)).credit


def test_what_nobody_could_agree_to_is_not_covered_by_the_old_yes() -> None:
    whole = {"target": Decimal(20)}
    assert graded(onboarding(direction=Direction.UP), wrote(18), changes=((2, whole),)).terms.easier == ("target",)
    assert graded(onboarding(target=None), wrote(5), changes=((2, {"target": Decimal(5)}),)).terms.easier == ("target",)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Onboard half of them"},
        {"metric": "support tickets"},
        {"unit": "weeks"},
        {"direction": Direction.UP},
        {"kind": OutcomeKind.STATEMENT},
    ],
)
def test_another_meaning_voids_the_agreement_and_older_evidence(other: dict[str, Any]) -> None:
    changes = ((20, other),)
    assert graded(onboarding(), wrote(5, age=30), changes=changes).why is Why.EARLIER_TERMS
    asked_again = ((20, {**other, **agreed()}),)
    assert graded(onboarding(), wrote(5, age=30), changes=asked_again).grade is None
    newer = wrote(5, age=10, statement="it works")
    assert graded(onboarding(), newer, changes=asked_again).grade is Grade.CONFIRMED


def test_case_and_spaces_change_no_meaning() -> None:
    assert graded(onboarding(), wrote(5), changes=((2, {"title": "onboard a customer  in 5 days"}),)).credit == 1


def test_evidence_counts_only_for_the_meaning_it_was_recorded_for() -> None:
    there_and_back = ((20, {"unit": "weeks"}), (15, {"unit": "days"}))
    in_days, in_weeks = wrote(6, age=30), wrote(5, age=18)
    assert graded(onboarding(), in_days, in_weeks, changes=there_and_back).value == 6


def test_a_dispute_outlives_a_new_wording() -> None:
    disputed = wrote(5, age=30, disputed_on=ago(25), disputed_by=KIM.id)
    result = graded(onboarding(), disputed, changes=((20, {"title": "Onboard", **agreed()}),))
    assert result.disputed is disputed


def test_a_statement_earns_credit_only_under_agreed_terms() -> None:
    said = wrote(None, outcome_id=2, statement="we sign alone")
    assert graded(legal(), said).standing is Standing.PROVEN
    nobody = graded(legal(baseline_agreed_by=None), said)
    assert (nobody.grade, nobody.credit) == (Grade.OBSERVED, ZERO)


@pytest.mark.parametrize("lacking", ["agreed_by", "agreed_on", "agreement_link"])
def test_an_agreement_names_who_and_when_and_shows_it(lacking: str) -> None:
    nothing: dict[str, Any] = {lacking: None}
    versions = [replace(first_terms(onboarding()), **nothing)]
    assert not goalposts.standing_of(versions, TODAY).holds


def test_one_link_does_not_show_other_terms_again() -> None:
    old = first_terms(onboarding()).agreement_link
    assert old is not None
    easier = {"target": Decimal(8)}
    assert not graded(onboarding(), wrote(5), changes=((2, {**easier, **agreed(old)}),)).terms.holds
    assert not graded(onboarding(), wrote(5), changes=((2, {**easier, **agreed(f"{old}/#here")}),)).terms.holds
    slip = ((2, {"target": Decimal(9), **agreed()}), (2, {**easier, **agreed()}))
    assert graded(onboarding(), wrote(5), changes=slip).terms.holds


def test_terms_from_before_versions_count_as_agreed_for_their_time() -> None:
    outcome = onboarding(baseline_agreed_by=None)
    versions = [first_terms(outcome, assumed_until=TODAY)]
    assumed = judged(outcome, [wrote(5)], versions)
    assert (assumed.credit, assumed.terms.assumed_until, assumed.next_change_on) == (Decimal(1), TODAY, ago(-1))
    assert judged(outcome, [wrote(5)], versions, on=ago(-1)).grade is Grade.OBSERVED


def test_lengthening_the_shelf_life_revives_nothing() -> None:
    old = wrote(5, age=95)
    longer = {"shelf_life_days": 365}
    assert graded(onboarding(), old, changes=((2, {**longer, **agreed()}),)).why is Why.EXPIRED
    before_it_expired = graded(onboarding(), old, changes=((50, {**longer, **agreed()}),))
    assert before_it_expired.why is Why.EXPIRED
    assert before_it_expired.expired_on == ago(4)


@pytest.mark.parametrize(("shelf_life", "last"), [(-(2**31), date.min), (2**31 - 1, date.max)])
def test_a_shelf_life_of_an_earlier_release_runs_out_within_the_calendar(shelf_life: int, last: date) -> None:
    assert goalposts.runs_out_on(replace(onboarding(), shelf_life_days=shelf_life), wrote(5)) == last


def test_shortening_and_lengthening_again_revives_nothing() -> None:
    back = ((30, {"shelf_life_days": 20}), (20, {"shelf_life_days": 90}))
    assert graded(onboarding(), wrote(5, age=60), changes=back).why is Why.EXPIRED
    assert graded(onboarding(), wrote(5, age=45), changes=back).expired_on == ago(24)
    assert graded(onboarding(), wrote(5, age=15), changes=back).credit == 1


def test_a_shelf_life_that_was_mended_on_its_own_day_expires_nothing() -> None:
    slip = ((30, {"shelf_life_days": 2}), (30, {"shelf_life_days": 90}))
    assert graded(onboarding(), wrote(5, age=60), changes=slip).credit == 1


@pytest.mark.parametrize("later", [{"due_on": date(2026, 9, 1)}, {"due_on": None}, {"baseline": Decimal(20)}])
def test_what_was_missed_stays_missed_under_easier_terms(later: dict[str, Any]) -> None:
    missed = onboarding(due_on=ago(30))
    assert graded(missed, wrote(12)).standing is Standing.DISPROVEN
    moved = graded(missed, wrote(12), changes=((2, later),))
    assert (moved.standing, moved.missed_on, moved.credit) == (Standing.DISPROVEN, ago(30), ZERO)


def test_what_moved_is_told_for_90_days_from_then_to_now() -> None:
    _, versions = history(
        onboarding(), (95, {"target": Decimal(6)}), (40, {"target": Decimal(7)}), (3, {"due_on": None})
    )
    moves = goalposts.moved(versions, TODAY)
    assert [(move.field, move.before, move.after, move.at) for move in moves] == [
        ("target", Decimal(6), Decimal(7), at(ago(40))),
        ("due_on", date(2026, 7, 1), None, at(ago(3))),
    ]
    assert all(move.agreed is None for move in moves)
    assert [move.field for move in goalposts.moved(versions, TODAY, at(ago(20)))] == ["due_on"]
    assert goalposts.moved(versions, ago(-90)) == ()


def test_what_was_moved_back_or_only_filled_in_is_no_move() -> None:
    _, back = history(onboarding(), (9, {"target": Decimal(6)}), (8, {"target": Decimal(5)}))
    assert goalposts.moved(back, TODAY) == ()
    _, filled_in = history(onboarding(due_on=None), (9, {"due_on": TODAY}))
    assert goalposts.moved(filled_in, TODAY) == ()


changes_of_terms = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["A number", "A statement", "Another"]),
        "unit": st.sampled_from([None, "days"]),
        "direction": st.sampled_from([*Direction, None]),
        "baseline": st.one_of(levels, st.none()),
        "baseline_on": st.sampled_from([None, ago(200), ago(20)]),
        "target": st.one_of(levels, st.none()),
        "band_low": st.one_of(levels, st.none()),
        "band_high": st.one_of(levels, st.none()),
        "due_on": due_days,
        "shelf_life_days": st.sampled_from([10, 30, 90, 365]),
    },
)
laws = settings(max_examples=150, deadline=None)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.lists(st.tuples(st.integers(0, 150), changes_of_terms), max_size=5))
def test_no_change_of_terms_without_a_new_yes_raises_credit(
    outcome: Outcome, held: list[Evidence], people: dict[int, Any], changes: list[tuple[int, dict[str, Any]]]
) -> None:
    ordered = sorted(changes, key=lambda change: -change[0])
    before = judged(outcome, held, [first_terms(outcome)], people)
    now, versions = history(outcome, *ordered)
    after = judged(now, held, versions, people)
    assert after.credit <= before.credit and after.seen <= before.seen


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.lists(st.tuples(st.integers(1, 150), changes_of_terms), max_size=4))
def test_what_expired_once_never_counts_again(
    outcome: Outcome, held: list[Evidence], people: dict[int, Any], changes: list[tuple[int, dict[str, Any]]]
) -> None:
    """Whatever is agreed later: a piece that had run out under the terms of its day has run out today."""
    ordered = sorted(changes, key=lambda change: -change[0])
    asked = [(age, {**values, **agreed(f"https://acme.example/{at}")}) for at, (age, values) in enumerate(ordered)]
    now, versions = history(outcome, *asked)
    today = goalposts.standing_of(versions, TODAY)
    for day in {ago(age + 1) for age, _ in ordered}:
        then, versions_then = history(outcome, *(change for change in asked if ago(change[0]) <= day))
        terms_then = goalposts.standing_of(versions_then, day)
        for piece in held:
            if piece.recorded_at.date() <= day and goalposts.runs_out_on(then, piece, terms_then) <= day:
                assert goalposts.runs_out_on(now, piece, today) <= day


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters())
def test_saying_the_same_terms_again_changes_nothing(
    outcome: Outcome, held: list[Evidence], people: dict[int, Any]
) -> None:
    once = judged(outcome, held, [first_terms(outcome)], people)
    now, versions = history(outcome, (50, {}), (3, {}))
    assert judged(now, held, versions, people)._replace(terms=once.terms, checked=once.checked) == once
