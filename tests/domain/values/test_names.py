"""Which names may be one person's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values.names import near_same


@pytest.mark.parametrize(
    "other",
    [
        "Dana Fox",
        "dana fox",
        "Fox, Dana",
        "D. Fox",
        "Dana F.",
        "Dana Foxx",
        "Dnaa Fox",
        "Dana M. Fox",
        "Dána  Fox",
        "Dana",
    ],
)
def test_near(other: str) -> None:
    assert near_same("Dana Fox", other)


@pytest.mark.parametrize("other", ["Dana Miller", "Sam Fox", "Kim Li", "D. F.", "", "  ", "Ana Ruiz"])
def test_not_near(other: str) -> None:
    assert not near_same("Dana Fox", other)


def test_short_words_and_other_scripts_are_compared_whole() -> None:
    assert not near_same("Kim Li", "Kim Lo")
    assert near_same("田中太郎", "田中太郎")
    assert not near_same("田中太郎", "田中次郎")


words = st.text(alphabet="abcdefgh é.,-", max_size=20)


@given(words, words)
def test_it_does_not_matter_which_is_asked_about(one: str, other: str) -> None:
    assert near_same(one, other) == near_same(other, one)


@given(st.lists(st.text(alphabet="abcdefgh", min_size=2, max_size=6), min_size=1, max_size=4))
def test_a_name_is_near_itself_in_any_order(parts: list[str]) -> None:
    assert near_same(" ".join(parts), ", ".join(reversed(parts)))
