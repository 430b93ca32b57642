"""Block elements: buttons, menus, pickers, inputs. One table says which attributes each takes and what they mean."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import Element as Node

import slackblocks as sb

from bot.slack.markup import limits, rich
from bot.slack.markup.errors import CompileError
from bot.slack.markup.inline import mrkdwn, words
from bot.slack.markup.text import NOTHING, blank, cut, link, plain

Convert = Callable[[str], Any]
Json = dict[str, Any]
NO_CHOICE = "none"
"""The value of the only option of a menu that got none: Slack refuses an empty menu."""

_ID = re.compile("[A-Z][A-Z0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def exactly(most: int) -> Convert:
    """A value that must arrive whole: over `most` characters it is refused, because a cut one means another thing."""

    def convert(value: str) -> str:
        if len(value) > most:
            raise ValueError(f"takes at most {most} characters and is never cut, got {len(value)}")
        return value

    return convert


def shown(most: int) -> Convert:
    """plain_text, cut at `most`."""
    return lambda value: sb.PlainText(plain(value, most))


def one_of(*allowed: str) -> Convert:
    """One of a few words."""

    def convert(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"is one of {', '.join(allowed)}, not {value!r}")
        return value

    return convert


def boolean(value: str) -> bool:
    """`true` or `false`, also as Python prints them."""
    return bool(one_of("true", "false")(value.lower()) == "true")


def whole_number(value: str) -> int:
    """An integer."""
    return int(value)


def _number(value: str) -> str | None:
    return value if _NUMBER.fullmatch(value) else None


def _date(value: str) -> str:
    return date.fromisoformat(value[:10]).isoformat()


def _time(value: str) -> str:
    return f"{datetime.fromisoformat(f'2000-01-01T{value}'):%H:%M}"


def _moment(value: str) -> int:
    return int(value) if value.isdecimal() else int(datetime.fromisoformat(value).timestamp())


def _words(value: str) -> list[str]:
    return [word for word in re.split("[, ]+", value) if word]


def _ids(value: str) -> list[str]:
    return [name for name in re.split("[, ]+", value) if _ID.fullmatch(name)]


def _id(value: str) -> str | None:
    return next(iter(_ids(value)), None)


def _trigger(value: str) -> sb.DispatchActionConfiguration:
    return sb.DispatchActionConfiguration(one_of("on_enter_pressed", "on_character_entered")(value))


IDENTIFIER = exactly(limits.IDENTIFIER)
_ACTION: dict[str, Convert] = {"action_id": IDENTIFIER}
_FOCUS: dict[str, Convert] = {**_ACTION, "focus_on_load": boolean}
_PLACEHOLDER: dict[str, Convert] = {**_FOCUS, "placeholder": shown(limits.PLACEHOLDER)}
_MULTI: dict[str, Convert] = {**_PLACEHOLDER, "max_selected_items": whole_number}
_TYPED: dict[str, Convert] = {**_PLACEHOLDER, "dispatch_action_config": _trigger, "initial_value": str}
_FILTER: dict[str, Convert] = {
    "default_to_current_conversation": boolean,
    "include": lambda value: [one_of("im", "mpim", "private", "public")(kind) for kind in re.split("[, ]+", value)],
    "exclude_bot_users": boolean,
    "exclude_external_shared_channels": boolean,
}
_STYLE = one_of("primary", "danger")


def _accessibility_label(value: str) -> str:
    return plain(value, limits.BUTTON)


FEEDBACK: dict[str, Convert] = {"value": exactly(limits.VALUE), "accessibility_label": _accessibility_label}
"""The attributes of `<positive_button>` and `<negative_button>`."""


@dataclass(frozen=True)
class Kind:
    """How one element is built: its constructor, its attributes, what stands between its tags."""

    build: Callable[..., sb.Element]
    attributes: dict[str, Convert]
    body: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)


ELEMENTS: dict[str, Kind] = {
    "button": Kind(
        sb.Button,
        {
            **_ACTION,
            "value": exactly(limits.VALUE),
            "url": link,
            "style": _STYLE,
            "accessibility_label": _accessibility_label,
        },
        "text",
    ),
    "overflow": Kind(sb.OverflowMenu, _ACTION, "options", {"action_id": None}),
    "static_select": Kind(sb.StaticSelectMenu, _PLACEHOLDER, "options"),
    "multi_static_select": Kind(sb.StaticMultiSelectMenu, _MULTI, "options", {"action_id": None, "options": None}),
    "external_select": Kind(sb.ExternalSelectMenu, {**_PLACEHOLDER, "min_query_length": whole_number}, "initial"),
    "multi_external_select": Kind(sb.ExternalMultiSelectMenu, {**_MULTI, "min_query_length": whole_number}, "initial"),
    "users_select": Kind(sb.UserSelectMenu, {**_PLACEHOLDER, "initial_user": _id}),
    "multi_users_select": Kind(sb.UserMultiSelectMenu, {**_MULTI, "initial_users": _ids}),
    "channels_select": Kind(
        sb.ChannelSelectMenu, {**_PLACEHOLDER, "initial_channel": _id, "response_url_enabled": boolean}
    ),
    "multi_channels_select": Kind(sb.ChannelMultiSelectMenu, {**_MULTI, "initial_channels": _ids}),
    "conversations_select": Kind(
        sb.ConversationSelectMenu,
        {**_PLACEHOLDER, **_FILTER, "initial_conversation": _id, "response_url_enabled": boolean},
    ),
    "multi_conversations_select": Kind(
        sb.ConversationMultiSelectMenu, {**_MULTI, **_FILTER, "initial_conversations": _ids}
    ),
    "datepicker": Kind(sb.DatePicker, {**_PLACEHOLDER, "initial_date": _date}),
    "timepicker": Kind(sb.TimePicker, {**_PLACEHOLDER, "initial_time": _time, "timezone": str}),
    "datetimepicker": Kind(sb.DateTimePicker, {**_FOCUS, "initial_date_time": _moment}),
    "radio_buttons": Kind(sb.RadioButtonGroup, _FOCUS, "options", {"action_id": None}),
    "checkboxes": Kind(sb.CheckboxGroup, _FOCUS, "options", {"action_id": None}),
    "plain_text_input": Kind(
        sb.PlainTextInput,
        {**_TYPED, "multiline": boolean, "min_length": whole_number, "max_length": whole_number},
    ),
    "number_input": Kind(
        sb.NumberInput,
        {**_TYPED, "initial_value": _number, "is_decimal_allowed": boolean, "min_value": str, "max_value": str},
        fixed={"is_decimal_allowed": False},
    ),
    "url_text_input": Kind(sb.URLInput, _TYPED),
    "email_text_input": Kind(sb.EmailInput, _TYPED),
    "rich_text_input": Kind(sb.RichTextInput, _TYPED),
    "file_input": Kind(sb.FileInput, {**_ACTION, "filetypes": _words, "max_files": whole_number}),
    "feedback_buttons": Kind(sb.FeedbackButtons, _ACTION, "feedback"),
    "icon_button": Kind(
        sb.IconButton,
        {
            **_ACTION,
            "icon": one_of("trash"),
            "value": exactly(limits.VALUE),
            "accessibility_label": _accessibility_label,
            "visible_to_user_ids": _ids,
        },
        "text",
    ),
    "image": Kind(sb.Image, {"image_url": link, "alt_text": lambda value: plain(value, limits.ALT_TEXT)}),
}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
_ONLY_IN_INPUT = {
    "plain_text_input",
    "number_input",
    "url_text_input",
    "email_text_input",
    "rich_text_input",
    "file_input",
}
IN_ACTIONS = frozenset(ELEMENTS) - _ONLY_IN_INPUT - IN_CONTEXT_ACTIONS - {"image"}
IN_SECTION = (IN_ACTIONS | {"image"}) - {"datetimepicker"}
IN_INPUT = frozenset(ELEMENTS) - IN_CONTEXT_ACTIONS - {"image", "button", "overflow"}

_HOLDS = {"": {"confirm"}, "initial": {"confirm", "option"}, "options": {"confirm", "option", "option_group"}}

OPTION: dict[str, Convert] = {
    "value": exactly(limits.OPTION_VALUE),
    "description": shown(limits.OPTION),
    "url": link,
    "selected": boolean,
}
CONFIRM: dict[str, Convert] = {
    "title": shown(limits.CONFIRM_TITLE),
    "confirm": shown(limits.CONFIRM_BUTTON),
    "deny": shown(limits.CONFIRM_BUTTON),
    "style": _STYLE,
}


def attributes(node: Node, converters: dict[str, Convert]) -> dict[str, Any]:
    """The node's attributes, converted. An empty one counts as not given, because Slack refuses empty strings."""
    values: dict[str, Any] = {}
    for name, raw in node.attrib.items():
        if name == "_" or raw == "":
            continue
        if name not in converters:
            raise CompileError(f"<{node.tag}> has no attribute {name} here", node.get("_", "?"))
        try:
            value = converters[name](raw)
        except (ValueError, OverflowError) as error:
            raise CompileError(f"<{node.tag} {name}> {error}", node.get("_", "?")) from None
        if value is not None:
            values[name] = value
    return values


def children(node: Node, allowed: Collection[str]) -> list[Node]:
    """The children of a node that holds `allowed` tags and no words, because Slack has no place for them."""
    if not blank("".join([node.text or "", *(child.tail or "" for child in node)])):
        raise CompileError(f"<{node.tag}> holds no words of its own", node.get("_", "?"))
    for child in node:
        if child.tag not in allowed:
            these = ", ".join(sorted(allowed)) or "nothing"
            raise CompileError(f"<{child.tag}> cannot stand in <{node.tag}>, which holds {these}", child.get("_", "?"))
    return list(node)


def element(node: Node, scale: float = 1.0) -> Json:
    """The element that `node` describes; `scale` shortens its lists of options where a message would be too long."""
    if node.tag == "button":
        return _button(node)
    if node.tag == "overflow" and node.find("confirm") is None:
        return _overflow(node)
    return built(node, scale)._resolve()


def _button(node: Node) -> Json:
    """A button. The converters of its attributes have held it to Slack's limits: slackblocks would only check again."""
    values = attributes(node, ELEMENTS["button"].attributes)
    confirm = node.find("confirm")
    if confirm is not None:
        values["confirm"] = _confirm(confirm)._resolve()
    text = {"type": "plain_text", "text": words(node, limits.BUTTON, ("confirm",))}
    return {"type": "button", "text": text, **values}


def _overflow(node: Node) -> Json:
    """A ⋯ with its options, held to Slack's limits as a button is."""
    values = attributes(node, ELEMENTS["overflow"].attributes)
    children(node, _HOLDS["options"] - {"option_group"})
    options = []
    for child in node[: limits.OVERFLOW_OPTIONS]:
        own = attributes(child, OPTION)
        own.pop("selected", None)
        if "value" not in own:
            raise CompileError("<option> needs a value", child.get("_", "?"))
        described = own.get("description")
        if described is not None:
            own["description"] = described._resolve()
        options.append({"text": {"type": "plain_text", "text": words(child, limits.OPTION)}, **own})
    options = options or [{"text": {"type": "plain_text", "text": NOTHING}, "value": NO_CHOICE}]
    return {"type": "overflow", "options": options, **values}


def built(node: Node, scale: float = 1.0) -> sb.Element:
    """The same as an object of slackblocks."""
    kind = ELEMENTS[node.tag]
    values = {**kind.fixed, **attributes(node, kind.attributes)}
    confirm = node.find("confirm")
    if confirm is not None:
        values["confirm"] = _confirm(confirm)
    if kind.body == "text":
        values["text"] = sb.PlainText(words(node, limits.BUTTON, ("confirm",)))
    elif kind.body == "feedback":
        return kind.build(**values, **_feedback(node))
    else:
        children(node, _HOLDS[kind.body])
    if "initial_value" in values and node.tag != "number_input":
        has_lines = values.get("multiline") or node.tag == "rich_text_input"
        value = values["initial_value"] if has_lines else " ".join(values["initial_value"].split())
        value = cut(value, values.get("max_length", limits.INITIAL_VALUE))
        values["initial_value"] = rich.words(value) if node.tag == "rich_text_input" else value
    if "include" in values or "exclude_bot_users" in values or "exclude_external_shared_channels" in values:
        names = ("include", "exclude_bot_users", "exclude_external_shared_channels")
        values["filter"] = sb.ConversationFilter(**{name: values.pop(name) for name in names if name in values})
    if "initial_date_time" in values:
        values["initial_datetime"] = values.pop("initial_date_time")
    if kind.body in ("options", "initial"):
        return _with_options(node, kind, values, scale)
    return kind.build(**values)


def _feedback(node: Node) -> dict[str, sb.FeedbackButton]:
    """The two buttons of a `<feedback_buttons>`."""
    names = ("positive_button", "negative_button")
    if [child.tag for child in children(node, names)] != list(names):
        raise CompileError(f"<{node.tag}> takes <{names[0]}> and <{names[1]}>", node.get("_", "?"))
    buttons = {}
    for child in node:
        if not child.get("value"):
            raise CompileError(f"<{child.tag}> needs a value", child.get("_", "?"))
        buttons[child.tag] = sb.FeedbackButton(words(child, limits.BUTTON), **attributes(child, FEEDBACK))
    return buttons


def _confirm(node: Node) -> sb.Confirm:
    values = {"title": "Are you sure?", "confirm": "Yes", "deny": "Cancel", **attributes(node, CONFIRM)}
    text, _ = mrkdwn(node, limits.CONFIRM_TEXT)
    return sb.Confirm(text=sb.Markdown(text or NOTHING, verbatim=True), **values)


@dataclass
class _Choice:
    option: sb.Option
    selected: bool


def _with_options(node: Node, kind: Kind, values: dict[str, Any], scale: float) -> sb.Element:
    """A menu or a group of choices. Over ten check boxes or radio buttons become a menu: its answer looks the same."""
    groups = [
        (plain(group.get("label", ""), limits.OPTION), choices)
        for group in node.findall("option_group")
        if children(group, ("option",)) and (choices := _choices(group))
    ]
    choices = _choices(node)
    if kind.body == "initial":
        return kind.build(**values, **_initial(node.tag, choices))
    if node.tag in ("checkboxes", "radio_buttons") and len(choices) > limits.CHOICE_OPTIONS:
        kind = ELEMENTS["static_select" if node.tag == "radio_buttons" else "multi_static_select"]
    most = limits.OVERFLOW_OPTIONS if node.tag == "overflow" else max(1, int(limits.SELECT_OPTIONS * scale))
    if len(choices) > most and "placeholder" in kind.attributes:
        start = cut(values["placeholder"].text, 100) if "placeholder" in values else "Choose"
        values["placeholder"] = sb.PlainText(f"{start} ({most} of {len(choices)})")
    choices = _most(choices, most)
    if groups:
        values["option_groups"] = [sb.OptionGroup(label, [c.option for c in _most(cs, most)]) for label, cs in groups]
        choices = [choice for _, members in groups for choice in _most(members, most)]
    else:
        choices = choices or [_Choice(sb.Option(sb.PlainText(NOTHING), NO_CHOICE), False)]
        values["options"] = [choice.option for choice in choices]
    element = kind.build(**values)
    # Set afterwards: the constructors want an option group here when there are groups; Slack wants an option.
    for name, value in _initial(node.tag, choices).items():
        setattr(element, name, value)
    return element


def _choices(node: Node) -> list[_Choice]:
    choices = []
    for child in node.findall("option"):
        values = attributes(child, OPTION)
        selected = values.pop("selected", False)
        if "url" in values and node.tag != "overflow":
            raise CompileError("<option url> stands in <overflow> only", child.get("_", "?"))
        if "value" not in values:
            raise CompileError("<option> needs a value", child.get("_", "?"))
        choices.append(_Choice(sb.Option(sb.PlainText(words(child, limits.OPTION)), **values), selected))
    return choices


def _most(choices: list[_Choice], most: int) -> list[_Choice]:
    """The first `most` choices, the selected ones among the others taking the last places."""
    if len(choices) <= most:
        return choices
    late = [choice for choice in choices[most:] if choice.selected][:most]
    return choices[: most - len(late)] + late


def _initial(tag: str, choices: Iterable[_Choice]) -> dict[str, Any]:
    selected = [choice.option for choice in choices if choice.selected]
    if not selected or tag == "overflow":
        return {}
    return (
        {"initial_options": selected} if tag.startswith(("multi_", "checkboxes")) else {"initial_option": selected[0]}
    )
