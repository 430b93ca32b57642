"""The acceptance of a packet: it counts once the customer has said so by themselves, or the manager has seen it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.enums import CheckKind, CheckVerdict, Part
from bot.domain.model import Acceptance, Look, Person
from bot.domain.proof.acceptance import counting, counts, newest, witnessed
from bot.phrases import phrase
from tests.support.domain_builders import ACME, DANA, FIN, OWNER, PRIYA, SAM, TODAY, TOM, acme, ago, at

ACCEPTED = Acceptance(1, 1, 1, DANA.id, ago(20), at(ago(20)), OWNER, link="https://a.example/yes", reference_key="k")
BY_THE_MANAGER = Look(
    1, 1, CheckKind.COUNTERSIGN, CheckVerdict.SHOWS, at(ago(10)), 1, member_id=PRIYA, owner_then=OWNER, as_manager=True
)
BY_THEMSELVES = Look(2, 1, CheckKind.CUSTOMER, CheckVerdict.CONFIRMED, at(ago(10)), 1, person_id=DANA.id)


def state(*looks: Look, acceptance: Acceptance = ACCEPTED, **more: Any) -> Any:
    return acme(account=ACME, acceptances=(acceptance,), looks=looks, **more)


def holds(*looks: Look, acceptance: Acceptance = ACCEPTED, **more: Any) -> bool:
    return counts(acceptance, state(*looks, acceptance=acceptance, **more), TODAY)


def test_the_recorders_word_counts_for_nothing() -> None:
    assert not holds()
    assert phrase(witnessed(ACCEPTED, state(), TODAY)) == "recorded by Maya Lindqvist, nobody else has looked"
    unshown = replace(ACCEPTED, reference_key=None)
    assert phrase(witnessed(unshown, state(), TODAY)) == "recorded by Maya Lindqvist, nobody else can check it"


def test_the_manager_has_seen_it_or_they_said_so() -> None:
    assert holds(BY_THE_MANAGER) and holds(BY_THEMSELVES)
    assert "seen by Priya" in phrase(witnessed(ACCEPTED, state(BY_THE_MANAGER), TODAY))
    assert "confirmed by Dana" in phrase(witnessed(ACCEPTED, state(BY_THEMSELVES), TODAY))
    assert holds(BY_THEMSELVES, acceptance=replace(ACCEPTED, reference_key=None)), "their own word needs no link"
    assert not holds(BY_THE_MANAGER, acceptance=replace(ACCEPTED, reference_key=None))


@pytest.mark.parametrize(
    "look",
    [
        replace(BY_THE_MANAGER, as_manager=False),  # any colleague
        replace(BY_THE_MANAGER, owner_then=PRIYA),  # the manager owned the account
        replace(BY_THE_MANAGER, deputy_then=PRIYA),
        replace(BY_THE_MANAGER, member_id=OWNER, owner_then=None),  # who recorded it
        replace(BY_THE_MANAGER, verdict=CheckVerdict.DOES_NOT),
        replace(BY_THE_MANAGER, verdict=CheckVerdict.CANNOT_OPEN),
        replace(BY_THE_MANAGER, acceptance_id=2),
        replace(BY_THEMSELVES, person_id=FIN.id),  # another person of theirs
        replace(BY_THEMSELVES, verdict=CheckVerdict.DISPUTED),
        replace(BY_THEMSELVES, at=at(TODAY + timedelta(days=1))),
    ],
)
def test_nobody_else_makes_it_count(look: Look) -> None:
    assert not holds(look)


def test_who_said_otherwise_later_confirms_no_more() -> None:
    later = replace(BY_THEMSELVES, id=3, verdict=CheckVerdict.DISPUTED, at=at(ago(5)))
    assert not holds(BY_THEMSELVES, later)
    assert not holds(BY_THE_MANAGER, replace(BY_THE_MANAGER, id=3, member_id=TOM, verdict=CheckVerdict.DOES_NOT))


def test_only_who_could_accept_that_day_has_accepted() -> None:
    assert not holds(BY_THE_MANAGER, acceptance=replace(ACCEPTED, person_id=SAM.id))
    assert not holds(BY_THE_MANAGER, acceptance=replace(ACCEPTED, person_id=None))
    late = replace(SAM, other_parts=(Part.FINANCE,), gained_parts=((Part.FINANCE, ago(5)),))
    people: tuple[Person, ...] = (late,)
    by_sam = replace(ACCEPTED, person_id=SAM.id)
    looked = replace(state(BY_THE_MANAGER, acceptance=by_sam), people=people)
    assert not counts(by_sam, looked, TODAY)
    assert counts(replace(by_sam, accepted_on=ago(5)), looked, TODAY)


def test_a_later_record_without_a_witness_takes_nothing_away() -> None:
    again = replace(ACCEPTED, id=2, version=2, accepted_on=ago(2), recorded_at=at(ago(2)), reference_key=None)
    both = replace(state(BY_THE_MANAGER), acceptances=(ACCEPTED, again))
    assert counting(both, TODAY) == ACCEPTED and newest(both, TODAY) == again
    withdrawn = replace(both, acceptances=(replace(ACCEPTED, withdrawn_on=ago(1)), again))
    assert counting(withdrawn, TODAY) is None and counting(withdrawn, ago(2)) is not None


@given(
    looks=st.lists(
        st.builds(
            replace,
            st.sampled_from([BY_THE_MANAGER, BY_THEMSELVES]),
            id=st.integers(1, 9),
            verdict=st.sampled_from(list(CheckVerdict)),
            member_id=st.sampled_from([None, OWNER, TOM, PRIYA]),
            person_id=st.sampled_from([None, DANA.id, FIN.id]),
            owner_then=st.sampled_from([OWNER, TOM]),
            as_manager=st.booleans(),
            at=st.integers(0, 15).map(lambda age: at(ago(age))),
        ),
        max_size=5,
    )
)
def test_nothing_that_the_account_team_does_makes_it_count(looks: list[Look]) -> None:
    """Looks of who had the account then, or recorded it, and of people who did not accept it, change nothing."""
    by_dana = [look for look in looks if look.kind is CheckKind.CUSTOMER and look.person_id == DANA.id]
    team = [look for look in looks if look.member_id in (look.owner_then, OWNER, None) and look not in by_dana]
    assert not holds(*team)
    assert holds(*team, replace(BY_THEMSELVES, id=99, at=at(TODAY)))
