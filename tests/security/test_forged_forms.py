"""What comes back with a form is parsed and never trusted: the version it carries, and the choices that it offered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.actor import UserError
from bot.slack.payload import Form, seen_of
from bot.slack.refusals import SlackRefusal


def submitted(metadata: str, chosen: list[str], offered: list[str]) -> dict[str, Any]:
    """A submission of a form with one select of several."""
    options = [{"value": value, "text": {"type": "plain_text", "text": value}} for value in offered]
    element = {"type": "multi_static_select", "action_id": "kept_gaps", "options": options}
    values = {"kept_gaps": {"kept_gaps": {"selected_options": [{"value": value} for value in chosen]}}}
    return {
        "type": "view_submission",
        "view": {
            "private_metadata": metadata,
            "blocks": [{"type": "input", "block_id": "kept_gaps", "element": element}],
            "state": {"values": values},
        },
    }


@pytest.mark.parametrize(
    ("metadata", "seen"),
    [
        ("12:7@345", 345),
        ("@0", 0),
        ("12", 0),
        ("", 0),
        ("12@", 0),
        ("12@-5", 0),
        ("12@1.5", 0),
        ("12@٣٤٥", 0),
        ("12@3@345", 345),
        ("12@" + "9" * 19, 0),
        ("12@" + "9" * 5000, 0),
        ("12@345 OR 1=1", 0),
    ],
)
def test_the_version_is_a_number_or_the_form_has_seen_nothing(metadata: str, seen: int) -> None:
    assert seen_of(submitted(metadata, [], [])) == seen


@given(st.text(max_size=40))
def test_no_metadata_makes_it_raise(metadata: str) -> None:
    assert (seen_of(submitted(metadata, [], [])) or 0) >= 0


def test_a_press_or_a_command_has_no_form() -> None:
    assert seen_of({"type": "block_actions"}) is None and seen_of({"command": "/proof"}) is None


def test_a_choice_that_the_form_did_not_offer_is_refused() -> None:
    form = Form(submitted("12@3", ["1", "99"], ["1", "2"]))
    with pytest.raises(UserError) as refused:
        form.many("kept_gaps")
    assert (refused.value.code, refused.value.field) == (SlackRefusal.STALE, "kept_gaps")


def test_what_a_form_offered_is_what_it_showed() -> None:
    form = Form(submitted("12@3", ["1"], ["1", "2"]))
    assert (form.metadata, form.offered("kept_gaps"), form.many("kept_gaps")) == ("12", ["1", "2"], ["1"])
    assert form.offered("another") == []
