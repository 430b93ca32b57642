"""Every word of the house has words that people read, in one table."""

from __future__ import annotations

import inspect
from enum import Enum

import pytest

from bot.domain import enums
from bot.domain.enums import CadenceKind, Loop, Part, Tier, Why
from bot.domain.labels import STAGE_EXITS, TIER_MEANS, all_choices, choices, column_label, label, label_of

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
    by_name = {kind.__name__: kind for kind in KINDS}
    for name, offered in all_choices().items():
        assert sorted(choice.value for choice in offered) == sorted(member.value for member in by_name[name])
    assert set(TIER_MEANS) == set(Tier)
    assert list(STAGE_EXITS) == list(enums.Stage)


def test_labels_are_what_a_colleague_would_say() -> None:
    assert label(Part.BLAMED) == "the one who is blamed"
    assert label(Loop.GO_TO_MARKET) == "go-to-market"
    assert label_of(CadenceKind, "renewal_readout") == "renewal readout"
    assert choices(Part)[0].words == "Economic buyer"
    assert column_label("due_on") == "due date"
    assert column_label("band_low") == "band low"


def test_a_stored_word_that_no_enum_has_any_more_is_shown_as_it_stands() -> None:
    assert label_of(CadenceKind, "steering_committee") == "steering committee"
