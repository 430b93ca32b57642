"""Every word of the house has words that people read, in one table."""

from __future__ import annotations

import inspect
from dataclasses import fields
from enum import Enum

import pytest

from bot.domain import enums
from bot.domain.enums import CadenceKind, Loop, Part, Why
from bot.domain.labels import Choices, column_label, label, label_of

KINDS: list[type[Enum]] = [
    kind
    for _, kind in inspect.getmembers(enums, inspect.isclass)
    if issubclass(kind, Enum) and kind.__module__ == enums.__name__
]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Why])
def test_every_member_of_every_enum_has_a_label(kind: type[Enum]) -> None:
    labels = [label(member) for member in kind]
    assert all(words and "_" not in words for words in labels)
    assert len(set(labels)) == len(labels)


def test_a_form_offers_every_member_once() -> None:
    members = [{member.value for member in kind} for kind in KINDS]
    for field in fields(Choices):
        offered = [choice.value for choice in getattr(Choices(), field.name)]
        assert set(offered) in members and len(set(offered)) == len(offered)


def test_labels_are_what_a_colleague_would_say() -> None:
    assert label(Part.BLAMED) == "accountable"
    assert label(Loop.GO_TO_MARKET) == "go-to-market"
    assert label_of(CadenceKind, "renewal_readout") == "renewal readout"
    assert Choices().part[0].words == "Economic buyer"
    assert column_label("due_on") == "due date"
    assert column_label("band_low") == "band low"


def test_a_stored_word_that_no_enum_has_any_more_is_shown_as_it_stands() -> None:
    assert label_of(CadenceKind, "steering_committee") == "steering committee"
