"""Whether a reason says anything, and whether two people said the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values.words import near_words, same_words, says_something


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "OK.",
        "done",
        "all good",
        "ok ok ok ok",
        "Everything is fine now, thanks",
        "n/a",
        "12345 678 90",
        "...",
        "fixed it",
    ],
)
def test_what_says_nothing_is_no_reason(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize(
    "text",
    [
        "Their auditor signs on Friday",
        "Dana's successor took it over",
        "Ihr Prüfer kommt im März",
        "監査は金曜日に終わります",
    ],
)
def test_a_sentence_that_names_something_is_one(text: str) -> None:
    assert says_something(text)


def test_the_same_words_are_the_same_in_any_dress() -> None:
    assert same_words("We told Ana: it comes in June.", "  we told ANA it comes in June ")
    assert same_words("Wir prüfen es (3)", "wir pruefen es".replace("ue", "ü"))
    assert not same_words("We told Ana it comes in June", "We told Ana it comes in July")


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Single sign-on by June", "single sign-on by the end of September", True),
        ("An SAP connector by the second quarter", "SAP connectors by Q3", True),
        ("Training by June", "A dashboard by June", False),
        ("By June", "By July", False),
    ],
)
def test_texts_about_the_same_thing_differ_in_days_and_filling_words_only(one: str, other: str, near: bool) -> None:
    assert near_words(one, other) is near


@given(st.text())
def test_no_text_raises_and_every_text_is_the_same_as_itself(text: str) -> None:
    assert same_words(text, text) and near_words(text, text)
    assert says_something(text) in (True, False)
