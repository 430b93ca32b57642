"""People who left, came back, or are written down again: no danger ends and no figure rises by a name alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.departures import departures, same_person, unheard
from bot.domain.account.parts import changed_parts, first_parts
from bot.domain.enums import Grade, Part, RiskKind, Severity, Source
from bot.domain.model import Evidence, Outcome, Person
from bot.phrases import phrase
from tests.domain.proof.test_laws import grade, known, laws
from tests.support.domain_builders import (
    DANA,
    FIN,
    KIM,
    SAM,
    TODAY,
    USER,
    ago,
    assessed,
    graded,
    onboarding,
    piece,
    system,
    wrote,
)
from tests.support.domain_strategies import TODAY as LAWS_TODAY
from tests.support.domain_strategies import ledgers, outcomes, rosters

BO = Person(6, 1, "Bo Ash", Part.BLAMED)
GONE = replace(DANA, left_on=ago(30))


def dangers_of(*parts: Outcome | Evidence | Person, on: date = TODAY) -> dict[RiskKind, str]:
    found = assessed(onboarding(), *parts, on=on).dangers
    return {danger.kind: phrase(danger.fact) for danger in found if danger.kind.value.endswith("_left")}


def test_the_day_of_leaving_counts_as_gone_and_that_of_the_return_as_back() -> None:
    away = replace(DANA, left_on=ago(30), returned_on=ago(10))
    there = {days: away.is_there(ago(days)) for days in (31, 30, 11, 10, 0)}
    assert there == {31: True, 30: False, 11: False, 10: True, 0: True}


def test_who_leaves_again_is_gone_again() -> None:
    again = replace(DANA, left_on=ago(3), returned_on=ago(10))
    assert again.is_there(ago(5))
    assert not again.is_there(TODAY)


def test_a_return_revives_nothing_that_was_said_before() -> None:
    old, back = wrote(5, age=40), replace(GONE, returned_on=ago(10))
    assert graded(onboarding(), old, people=(GONE, KIM, SAM)).grade is Grade.MEASURED
    assert graded(onboarding(), old, people=(back, KIM, SAM)).grade is Grade.MEASURED
    assert graded(onboarding(), old, wrote(5, age=9), people=(back, KIM, SAM)).grade is Grade.CONFIRMED


def test_an_announced_departure_revives_nothing_either() -> None:
    leaves_again = replace(GONE, left_on=TODAY + timedelta(days=300), returned_on=ago(10))
    assert graded(onboarding(), wrote(5, age=40), people=(leaves_again, KIM, SAM)).grade is Grade.MEASURED


def test_money_that_was_accepted_before_they_left_is_not_accepted_by_their_return() -> None:
    taken = {"method_note": "two hires", "money_minor": 500_000, "currency": "USD", "accepted_by": FIN.id}
    proof = system(5, age=40, method="before_after", accepted_on=ago(40), **taken)
    people = (DANA, KIM, SAM, replace(FIN, left_on=ago(30), returned_on=ago(10)))
    assert graded(onboarding(), proof, people=people).grade is Grade.ATTRIBUTED


def test_a_part_that_is_given_later_makes_no_earlier_word_worth_more() -> None:
    presented = piece(Source.CHAMPION_PRESENTED, 6, age=10, attested_by=USER.id)
    parts = changed_parts(USER, [Part.CHAMPION, Part.USER], ago(2))
    promoted = replace(USER, part=parts.part, other_parts=parts.other_parts, gained_parts=parts.gained_parts)
    assert promoted.parts == (Part.CHAMPION, Part.USER)
    assert graded(onboarding(), presented, people=(KIM, SAM, promoted)).grade is Grade.MEASURED
    anew = replace(presented, id=901, as_of=ago(1), recorded_at=presented.recorded_at + timedelta(days=9))
    assert graded(onboarding(), anew, people=(KIM, SAM, promoted)).grade is Grade.CONFIRMED


def test_one_person_has_several_parts_and_each_is_asked_for() -> None:
    both = replace(KIM, other_parts=(Part.CHAMPION, Part.FINANCE))
    assert RiskKind.SPONSOR_LEFT not in dangers_of(GONE, both, SAM)
    presented = piece(Source.CHAMPION_PRESENTED, 6, attested_by=KIM.id)
    assert graded(onboarding(), presented, people=(both, SAM)).grade is Grade.CONFIRMED


def test_a_sponsor_with_two_parts_is_one_danger() -> None:
    both = replace(KIM, other_parts=(Part.CHAMPION,), left_on=ago(3))
    assert dangers_of(both, SAM) == {
        RiskKind.SPONSOR_LEFT: "Kim Li, economic buyer and champion, left on 27 Feb 2026 and nobody has taken over"
    }


def test_others_who_carry_it_are_dangers_too() -> None:
    for person, severity in (
        (FIN, Severity.MEDIUM),
        (USER, Severity.MEDIUM),
        (BO, Severity.HIGH),
        (SAM, Severity.HIGH),
    ):
        left = replace(person, left_on=ago(3))
        everybody = [left if one.id == person.id else one for one in (DANA, KIM, SAM, FIN, USER, BO)]
        found = assessed(onboarding(owner_person_id=DANA.id if person is not SAM else SAM.id), *everybody).dangers
        danger = next(one for one in found if one.kind is RiskKind.PERSON_LEFT)
        assert (danger.severity, danger.subject, danger.since) == (severity, f"person:{person.id}", ago(3))


def test_who_owns_an_outcome_is_an_outcome_owner() -> None:
    assert RiskKind.PERSON_LEFT not in dangers_of(replace(SAM, id=8, name="Lee Poe", left_on=ago(3)), SAM, KIM, DANA)
    assert RiskKind.PERSON_LEFT in dangers_of(replace(SAM, left_on=ago(3)), KIM, DANA)


def test_who_had_left_before_the_rule_came_is_no_new_danger() -> None:
    assert dangers_of(replace(FIN, left_on=ago(300), left_before_upgrade=True), DANA, KIM, SAM) == {}


def test_a_champion_who_gives_the_part_up_is_named() -> None:
    parts = changed_parts(DANA, [Part.USER], ago(5))
    other = replace(DANA, part=parts.part, other_parts=(), dropped_parts=parts.dropped_parts)
    assert dangers_of(other, KIM, SAM) == {
        RiskKind.SPONSOR_LEFT: "Dana Fox is not champion any more since 25 Feb 2026, and nobody has taken over"
    }
    slip = changed_parts(DANA, [Part.USER], ago(5), slip=True)
    assert slip.dropped_parts == ()


def test_who_came_back_ends_the_danger_by_attesting_and_not_before() -> None:
    back = replace(GONE, returned_on=ago(10))
    assert dangers_of(back, KIM, SAM, wrote(5, age=40)) == {
        RiskKind.SPONSOR_LEFT: "Dana Fox, champion, left on 31 Jan 2026; said to be back since 20 Feb 2026, and "
        "has attested nothing since"
    }
    assert dangers_of(back, KIM, SAM, wrote(5, age=9)) == {}
    assert RiskKind.SPONSOR_LEFT in dangers_of(back, KIM, SAM, wrote(5, age=9, withdrawn_on=ago(1)))


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Dana Fox", "dana@new.example"),
        ("D. Fox", None),
        ("Fox, Dana", None),
        ("Dana Foxx", None),
        ("Ann Roe", "DANA@acme.example"),
    ],
)
def test_the_champion_who_left_is_not_replaced_by_the_same_name_or_address(name: str, email: str | None) -> None:
    gone = replace(GONE, email="dana@acme.example")
    again = Person(9, 1, name, Part.CHAMPION, email=email)
    assert dangers_of(gone, again, KIM, SAM) == {
        RiskKind.SPONSOR_LEFT: f"Dana Fox, champion, left on 31 Jan 2026; {name}, named in their place, looks like the "
        "same person and has attested nothing since"
    }
    assert dangers_of(gone, again, KIM, SAM, wrote(5, age=9, attested_by=9)) == {}


def test_a_real_successor_ends_it_at_once() -> None:
    assert dangers_of(GONE, Person(9, 1, "Lena Voss", Part.CHAMPION), KIM, SAM) == {}


def test_a_namesake_of_nobody_who_left_is_heard_from_the_start() -> None:
    state = assessed(onboarding(), DANA, replace(DANA, id=9), KIM)
    assert unheard(state.state.people, state.outcomes, TODAY) == {}


def test_first_parts_are_the_weightiest_first_and_once_each() -> None:
    parts = first_parts([Part.OTHER, Part.FINANCE, Part.CHAMPION, Part.FINANCE])
    assert (parts.part, parts.other_parts) == (Part.CHAMPION, (Part.FINANCE,))
    assert first_parts([]).part is Part.OTHER


@given(st.sets(st.sampled_from(Part), min_size=1), st.sets(st.sampled_from(Part), min_size=1))
def test_parts_that_are_given_and_taken_back_leave_who_they_are(first: set[Part], second: set[Part]) -> None:
    start = first_parts(first)
    person = Person(1, 1, "Kim Li", start.part, other_parts=start.other_parts)
    for day, chosen in ((5, second), (3, first)):
        now = changed_parts(person, chosen, ago(day))
        person = replace(
            person,
            part=now.part,
            other_parts=now.other_parts,
            gained_parts=now.gained_parts,
            dropped_parts=now.dropped_parts,
        )
    assert set(person.parts) == {start.part, *start.other_parts}
    assert not set(dict(person.dropped_parts)) & set(person.parts)


@pytest.mark.slow
@laws
@given(outcomes(), ledgers(), rosters(), st.integers(0, 60))
def test_no_return_raises_a_grade_or_credit(
    outcome: Outcome, held: list[Evidence], people: dict[int, Person], days: int
) -> None:
    """Only a piece as of the return or later counts by it; here all pieces are as of an earlier day."""
    back_on = LAWS_TODAY - timedelta(days=days)
    older = [one for one in held if one.as_of < back_on and (one.accepted_on is None or one.accepted_on < back_on)]
    back = {
        key: replace(person, returned_on=back_on)
        if person.left_on is not None and person.left_on <= back_on
        else person
        for key, person in people.items()
    }
    before, after = grade(outcome, older, people, LAWS_TODAY), grade(outcome, older, back, LAWS_TODAY)
    assert known(after) <= known(before)
    assert after.credit <= before.credit


@pytest.mark.slow
@laws
@given(rosters(), st.sampled_from(Part), st.text(max_size=12))
def test_writing_somebody_down_again_ends_no_departure(people: dict[int, Person], part: Part, email: str) -> None:
    gone = [person for person in people.values() if not person.is_there(LAWS_TODAY)]
    before = {d.person.id: set(d.parts) for d in departures(tuple(people.values()), (), list(Part), LAWS_TODAY)}
    again = [replace(person, id=100 + person.id, part=part, left_on=None, email=email) for person in gone]
    after = departures((*people.values(), *again), (), list(Part), LAWS_TODAY)
    still = {d.person.id: set(d.parts) for d in after}
    assert all(parts <= still.get(person_id, set()) for person_id, parts in before.items())


def test_a_row_is_not_its_own_namesake() -> None:
    assert not same_person(DANA, DANA)
