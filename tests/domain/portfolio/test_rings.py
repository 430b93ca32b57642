"""Rings of colleagues who countersign one another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.portfolio.rings import LEAST, rings

INES, TOM, MAYA, PRIYA = 1, 2, 3, 4
LINKS = st.dictionaries(st.tuples(st.integers(1, 6), st.integers(1, 6)), st.integers(1, 4), max_size=16)


def test_three_who_look_round_are_a_ring() -> None:
    assert rings({(TOM, MAYA): 2, (MAYA, INES): 3, (INES, TOM): 2}) == ((INES, TOM, MAYA),)


def test_a_pair_and_a_line_are_none() -> None:
    assert rings({(INES, TOM): 5, (TOM, INES): 5, (TOM, MAYA): 5, (MAYA, TOM): 5, (MAYA, PRIYA): 5}) == ()


def test_one_look_is_no_link() -> None:
    assert rings({(INES, TOM): 2, (TOM, MAYA): 2, (MAYA, INES): 1}) == ()


@given(LINKS)
def test_every_ring_is_closed_by_links_of_its_own(links: dict[tuple[int, int], int]) -> None:
    used: set[tuple[int, int]] = set()
    for ring in rings(links):
        steps = set(zip(ring, (*ring[1:], ring[0]), strict=True))
        assert len(ring) >= 3 and len(set(ring)) == len(ring) and ring[0] == min(ring)
        assert all(links[step] >= LEAST for step in steps) and not steps & used
        used |= steps


@given(st.permutations(range(1, 7)), LINKS)
def test_a_ring_is_never_missed(members: list[int], links: dict[tuple[int, int], int]) -> None:
    closed = dict.fromkeys(zip(members, (*members[1:], members[0]), strict=True), LEAST)
    assert rings(links | closed)
