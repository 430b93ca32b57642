"""Words that close something show something: a low bar, but “ok” does not pass it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values.substance import shows_something


@pytest.mark.parametrize(
    "words",
    [
        "",
        "ok",
        "OK!",
        "done",
        "ok, done, closed.",
        "It is all good now, yes",
        "n/a",
        "...",
        "👍👍👍",
        "Ana",
        "Ana Ana Ana Ana",
        "yes, resolved with them",
        "12",
    ],
)
def test_what_could_be_said_of_anything_shows_nothing(words: str) -> None:
    assert not shows_something(words)


@pytest.mark.parametrize(
    "words",
    [
        "Finance takes the hours, Ana wrote",
        "4.2 days in SAP",
        "minutes of 3 March",
        "Ana schickt die Zahlen aus SAP",
        "財務部が時間を承認しました",
    ],
)
def test_words_that_somebody_could_look_up_pass(words: str) -> None:
    assert shows_something(words)


@given(st.lists(st.sampled_from(["ok", "done", "yes", "closed", "it", "is", "now", "all", "good"]), max_size=40))
def test_no_number_of_empty_words_adds_up_to_something(words: list[str]) -> None:
    assert not shows_something(" ".join(words))


@given(st.text())
def test_any_text_can_be_asked(words: str) -> None:
    assert shows_something(words) in (True, False)


@given(st.text(), st.text())
def test_saying_more_never_shows_less(words: str, more: str) -> None:
    assert shows_something(f"{words}\n{more}") or not shows_something(words)
