"""What Slack's client sends for a modal: the answers that somebody gave, and what stood in the other inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_TYPED = frozenset({"plain_text_input", "number_input", "url_text_input", "email_text_input"})
_ONE_OF = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
}


def state_of(view: Json, answers: Mapping[str, Any]) -> Json:
    """`state.values` of a modal; `answers` by the action id of the input: text, an option's value, a list of those.

    Raises `AssertionError` for an answer to an input that the modal does not have.
    """
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    unknown = answers.keys() - {block["element"]["action_id"] for block in inputs}
    assert not unknown, f"the modal has no input {', '.join(sorted(unknown))}"
    return {block["block_id"]: {block["element"]["action_id"]: _value(block["element"], answers)} for block in inputs}


def _value(element: Json, answers: Mapping[str, Any]) -> Json:
    kind, answer = element["type"], answers.get(element["action_id"])
    if kind in _TYPED:
        return {"type": kind, "value": element.get("initial_value") if answer is None else str(answer)}
    if kind in _ONE_OF:
        selected, initial = _ONE_OF[kind]
        return {"type": kind, selected: element.get(initial) if answer is None else answer}
    if kind in ("multi_static_select", "checkboxes"):
        chosen = element.get("initial_options", []) if answer is None else [_option(element, one) for one in answer]
        return {"type": kind, "selected_options": chosen}
    assert kind in ("static_select", "radio_buttons"), f"a {kind} is nothing that this can fill in"
    return {
        "type": kind,
        "selected_option": element.get("initial_option") if answer is None else _option(element, answer),
    }


def _option(element: Json, value: str) -> Json:
    for option in element["options"]:
        if option["value"] == value:
            found: Json = option
            return found
    raise AssertionError(f"{element['action_id']} does not offer {value}")
