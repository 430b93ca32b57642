"""Inputs: what each element type keeps as its state, what it starts with, and what Slack's client refuses."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sandbox.errors import NotPossible
from sandbox.model import Json

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_URL = re.compile(r"https?://\S+\Z")


@dataclass(frozen=True)
class Field:
    """How an element type keeps its value: `key` in its state, `initial` field, an option or a list or plain."""

    key: str
    initial: str
    option: bool = False
    many: bool = False


FIELDS = {
    "plain_text_input": Field("value", "initial_value"),
    "email_text_input": Field("value", "initial_value"),
    "url_text_input": Field("value", "initial_value"),
    "number_input": Field("value", "initial_value"),
    "rich_text_input": Field("rich_text_value", "initial_value"),
    "datepicker": Field("selected_date", "initial_date"),
    "timepicker": Field("selected_time", "initial_time"),
    "datetimepicker": Field("selected_date_time", "initial_date_time"),
    "static_select": Field("selected_option", "initial_option", option=True),
    "external_select": Field("selected_option", "initial_option", option=True),
    "radio_buttons": Field("selected_option", "initial_option", option=True),
    "checkboxes": Field("selected_options", "initial_options", option=True, many=True),
    "multi_static_select": Field("selected_options", "initial_options", option=True, many=True),
    "multi_external_select": Field("selected_options", "initial_options", option=True, many=True),
    "users_select": Field("selected_user", "initial_user"),
    "multi_users_select": Field("selected_users", "initial_users", many=True),
    "conversations_select": Field("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Field("selected_conversations", "initial_conversations", many=True),
    "channels_select": Field("selected_channel", "initial_channel"),
    "multi_channels_select": Field("selected_channels", "initial_channels", many=True),
    "file_input": Field("files", "initial_files", many=True),
}


def elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """All (block, interactive element) pairs of a surface, in order, those in containers and cards included."""
    pairs: list[tuple[Json, Json]] = []
    for block in blocks:
        kind = block.get("type")
        if kind == "container":
            pairs += elements(block.get("child_blocks", []))
        elif kind == "carousel":
            pairs += elements(block.get("elements", []))
        elif kind == "section" and block.get("accessory"):
            pairs.append((block, block["accessory"]))
        elif kind == "input":
            pairs.append((block, block["element"]))
        elif kind in ("actions", "context_actions"):
            pairs += [(block, element) for element in block["elements"]]
        elif kind == "card":
            pairs += [(block, element) for element in block.get("actions", [])]
    return [(block, element) for block, element in pairs if "action_id" in element]


def options_of(element: Json) -> list[Json]:
    """All options of a select, those in groups included."""
    groups = element.get("option_groups") or []
    options: list[Json] = [*(element.get("options") or [])]
    for group in groups:
        options += group["options"]
    return options


def initial_values(blocks: list[Json], earlier: dict[str, dict[str, Json]] | None = None) -> dict[str, dict[str, Json]]:
    """The `state.values` of a fresh surface; what was entered (`kept`) stays where block, action and type agree."""
    values: dict[str, dict[str, Json]] = {}
    for block, element in elements(blocks):
        field = FIELDS.get(element["type"])
        if field is None:
            continue
        entry = (earlier or {}).get(block["block_id"], {}).get(element["action_id"])
        if entry is None or entry["type"] != element["type"]:
            start = element.get(field.initial)
            entry = {"type": element["type"], field.key: start if start is not None else ([] if field.many else None)}
        values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def entered(element: Json, value: Any, loaded: list[Json] | None = None) -> Json:
    """The state of an element after a person entered `value`: a string, list, date, time, datetime or None.

    `loaded` are the options that an external select offered. NotPossible when it cannot be chosen there.
    """
    kind = element["type"]
    field = FIELDS[kind]
    if field.many:
        chosen = [] if value is None else [_plain(item) for item in (value if isinstance(value, list) else [value])]
        if field.option:
            return {"type": kind, field.key: [_option(element, item, loaded) for item in chosen]}
        return {"type": kind, field.key: chosen}
    plain = _plain(value)
    if plain == "":
        plain = None
    if plain is not None and field.option:
        return {"type": kind, field.key: _option(element, plain, loaded)}
    if plain is not None and kind == "datetimepicker":
        return {"type": kind, field.key: int(plain)}
    if isinstance(plain, str) and kind == "rich_text_input":
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": plain}]}
        return {"type": kind, field.key: {"type": "rich_text", "elements": [section]}}
    return {"type": kind, field.key: plain if plain is None or isinstance(plain, dict) else str(plain)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value


def _option(element: Json, value: Any, loaded: list[Json] | None) -> Json:
    if isinstance(value, dict):
        value = value.get("value")
    offered = [*options_of(element), *(loaded or [])]
    offered += [option for option in (element.get("initial_option"), *(element.get("initial_options") or [])) if option]
    for option in offered:
        if value in (option["value"], option["text"]["text"]):
            return option
    values = ", ".join(repr(option["value"]) for option in offered) or "nothing"
    raise NotPossible(f"{element['action_id']} offers {values}, not {value!r}")


def is_empty(entry: Json) -> bool:
    """Whether nothing was entered."""
    return all(value in (None, "", []) for key, value in entry.items() if key != "type")


def refused(element: Json, entry: Json, optional: bool) -> str | None:
    """What Slack's client says of an input before it submits; None when it is fine."""
    if is_empty(entry):
        return None if optional else REQUIRED
    kind = element["type"]
    value = entry.get("value")
    if kind == "plain_text_input":
        return _length_problem(element, str(value))
    if kind == "number_input":
        return _number_problem(element, str(value))
    if kind == "email_text_input" and not _EMAIL.match(str(value)):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not _URL.match(str(value)):
        return "Please enter a valid URL."
    return _choice_problem(element, entry)


def _length_problem(element: Json, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    if len(value) > most:
        return f"Please enter at most {most} characters."
    return None


def _number_problem(element: Json, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?\Z" if element["is_decimal_allowed"] else r"-?\d+\Z"
    if not re.match(pattern, value):
        return "Please enter a valid number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(least):
        return f"Please enter a number of at least {least}."
    if most is not None and float(value) > float(most):
        return f"Please enter a number of at most {most}."
    return None


def _choice_problem(element: Json, entry: Json) -> str | None:
    most = element.get("max_selected_items")
    chosen = entry.get(FIELDS[element["type"]].key)
    if most is not None and isinstance(chosen, list) and len(chosen) > most:
        return f"Please select at most {most} items."
    return None
