"""What owners leave out is counted for them, whoever pressed the button for them, and held beside what is usual."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.enums import OwnerAct
from bot.domain.portfolio.owner_acts import Acts, Deed, acts_of_owners, credited_to, usual

MAYA, TOM, INES, PRIYA = 1, 2, 3, 9


def deed(by: int = MAYA, act: OwnerAct = OwnerAct.MEETING_OFF, *, oversees: bool = False) -> Deed:
    """On an account that Maya owns and Tom stands in for."""
    return Deed(act, by, MAYA, TOM, oversees)


def test_an_act_is_its_owners_or_deputys_and_a_colleagues_is_the_owners() -> None:
    assert [credited_to(deed(by)) for by in (MAYA, TOM, INES)] == [MAYA, TOM, MAYA]


def test_what_the_manager_decided_is_nobodys_but_a_manager_who_owns_is_an_owner() -> None:
    assert credited_to(deed(PRIYA, oversees=True)) is None
    assert credited_to(deed(MAYA, oversees=True)) == MAYA


def test_owners_are_listed_with_the_most_acts_first_and_those_without_any_too() -> None:
    acts = acts_of_owners([deed(), deed(), deed(TOM), deed(PRIYA, oversees=True)], {MAYA, TOM, INES})
    assert [(entry.owner_id, entry.many) for entry in acts] == [(MAYA, 2), (TOM, 1), (INES, 0)]


def test_usual_is_the_median_and_who_never_did_it_counts() -> None:
    acts = [Acts(owner, {OwnerAct.RISK_CLOSED: many} if many else {}) for owner, many in enumerate((5, 2, 0, 1))]
    assert usual(acts)[OwnerAct.RISK_CLOSED] == Decimal("1.5")
    assert usual(acts)[OwnerAct.HANDED_OVER] == 0
    assert usual([]) == {}


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(OwnerAct),
        st.integers(1, 6),
        st.one_of(st.none(), st.integers(1, 4)),
        st.one_of(st.none(), st.integers(1, 4)),
        st.booleans(),
    ),
    max_size=40,
)


@given(deeds, st.sets(st.integers(1, 4)))
def test_every_act_is_counted_once_at_most_and_the_order_does_not_matter(made: list[Deed], owners: set[int]) -> None:
    acts = acts_of_owners(made, owners)
    assert {entry.owner_id for entry in acts} == owners
    assert sum(entry.many for entry in acts) == sum(credited_to(one) in owners for one in made)
    assert acts_of_owners(reversed(made), owners) == acts
