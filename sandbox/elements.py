"""The table of Block Kit's elements and composition objects: fields, limits, rules.

From https://docs.slack.dev/reference/block-kit/block-elements and .../composition-objects.
"""

from typing import Any

from sandbox.model import Json
from sandbox.schema import (
    Check,
    Problems,
    Rule,
    Shape,
    any_of_fields,
    anything,
    boolean,
    enum,
    many,
    one_of_fields,
    shape,
    string,
    typed,
    whole,
)

URL = string(3000, 1, r"[A-Za-z][A-Za-z0-9+.-]*:\S.*", "URL")
HTTPS = string(3000, 1, r"https://\S+", "https URL")
ID = string(255, 1)
USER = string(None, 1, r"[UW][A-Z0-9]+", "user id")
CHANNEL = string(None, 1, r"[CG][A-Z0-9]+", "channel id")
STYLE = enum("primary", "danger")
_NUMBER = string(None, 1, r"-?[0-9]+(\.[0-9]+)?", "number")


def plain(most: int = 3000) -> Check:
    """A plain_text object of at most `most` characters."""
    table = {"plain_text": shape({"type!": anything, "text!": string(most, 1), "emoji": boolean})}
    return _text(table)


def mrkdwn_or_plain(most: int = 3000) -> Check:
    """A text object of either kind."""
    return _text(
        {
            "plain_text": shape({"type!": anything, "text!": string(most, 1), "emoji": boolean}),
            "mrkdwn": shape({"type!": anything, "text!": string(most, 1), "verbatim": boolean}),
        }
    )


def _text(table: dict[str, Shape]) -> Check:
    inner = typed(table)

    def check(value: Any, path: str, problems: Problems) -> None:
        attempt = Problems()
        inner(value, path, attempt)
        if attempt.sentences:
            problems.add("failed to match all allowed schemas", path)
            problems.sentences += attempt.sentences

    return check


CONFIRM = shape(
    {
        "title!": plain(100),
        "text!": mrkdwn_or_plain(300),
        "confirm!": plain(30),
        "deny!": plain(30),
        "style": STYLE,
    }
)
OPTION = shape({"text!": plain(75), "value!": string(150, 1), "description": plain(75)})
OVERFLOW_OPTION = shape({"text!": plain(75), "value!": string(150, 1), "description": plain(75), "url": URL})
RICH_OPTION = shape({"text!": mrkdwn_or_plain(75), "value!": string(150, 1), "description": mrkdwn_or_plain(75)})
OPTION_GROUP = shape({"label!": plain(75), "options!": many(OPTION, 1, 100)})
SLACK_FILE = shape({"url": URL, "id": string(None, 1)}, one_of_fields("url", "id"))
DISPATCH = shape(
    {"trigger_actions_on!": many(enum("on_enter_pressed", "on_character_entered"), 1, 2, unique=True)},
)
CONVERSATION_FILTER = shape(
    {
        "include": many(enum("im", "mpim", "private", "public"), 1, unique=True),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    any_of_fields("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
WORKFLOW = shape(
    {
        "trigger!": shape(
            {
                "url!": URL,
                "customizable_input_parameters": many(shape({"name!": string(None, 1), "value!": anything})),
            }
        )
    }
)


def _initial_is_offered(key: str) -> Rule:
    """The initial option (or options) must be among the options."""

    def rule(element: Json, path: str, problems: Problems) -> None:
        if key not in element:
            return
        offered = list(element.get("options") or [])
        for group in element.get("option_groups") or []:
            offered += group["options"]
        values = {option["value"] for option in offered}
        initial = element[key] if isinstance(element[key], list) else [element[key]]
        if any(option["value"] not in values for option in initial):
            problems.add(f"`{key}` must match one of the options", f"{path}/{key}")

    return rule


def _bounds(low: str, high: str) -> Rule:
    def rule(element: Json, path: str, problems: Problems) -> None:
        if low in element and high in element and float(element[low]) > float(element[high]):
            problems.add(f"`{low}` must not be greater than `{high}`", f"{path}/{low}")

    return rule


def _element(fields: dict[str, Check], *rules: Rule, confirm: bool = True, placeholder: bool = True) -> Shape:
    """An element that takes focus, with the fields that most of them share."""
    common: dict[str, Check] = {"type!": anything, "action_id": ID, "focus_on_load": boolean}
    if confirm:
        common["confirm"] = CONFIRM
    if placeholder:
        common["placeholder"] = plain(150)
    return shape(common | fields, *rules)


def _typing(fields: dict[str, Check], *rules: Rule) -> Shape:
    """An input that is typed into."""
    return _element({"dispatch_action_config": DISPATCH, **fields}, *rules, confirm=False)


_STATIC: dict[str, Check] = {"options": many(OPTION, 1, 100), "option_groups": many(OPTION_GROUP, 1, 100)}
_ONE_SOURCE = one_of_fields("options", "option_groups")
_MOST: dict[str, Check] = {"max_selected_items": whole(1)}
_LABEL: dict[str, Check] = {"accessibility_label": string(75, 1)}
_FEEDBACK = shape({"text!": plain(75), "value!": string(2000, 1), **_LABEL})

ELEMENTS: dict[str, Check] = {
    "button": shape(
        {
            "type!": anything,
            "text!": plain(75),
            "action_id": ID,
            "url": URL,
            "value": string(2000, 1),
            "style": STYLE,
            "confirm": CONFIRM,
            **_LABEL,
        }
    ),
    "icon_button": shape(
        {
            "type!": anything,
            "icon!": enum("trash"),
            "text!": plain(75),
            "action_id": ID,
            "value": string(2000, 1),
            "confirm": CONFIRM,
            "visible_to_user_ids": many(USER),
            **_LABEL,
        }
    ),
    "feedback_buttons": shape(
        {"type!": anything, "action_id": ID, "positive_button!": _FEEDBACK, "negative_button!": _FEEDBACK}
    ),
    "workflow_button": shape(
        {"type!": anything, "text!": plain(75), "workflow!": WORKFLOW, "action_id!": ID, "style": STYLE, **_LABEL}
    ),
    "overflow": shape(
        {"type!": anything, "action_id": ID, "options!": many(OVERFLOW_OPTION, 1, 5), "confirm": CONFIRM}
    ),
    "checkboxes": _element(
        {"options!": many(RICH_OPTION, 1, 10), "initial_options": many(RICH_OPTION, 1)},
        _initial_is_offered("initial_options"),
        placeholder=False,
    ),
    "radio_buttons": _element(
        {"options!": many(RICH_OPTION, 1, 10), "initial_option": RICH_OPTION},
        _initial_is_offered("initial_option"),
        placeholder=False,
    ),
    "datepicker": _element({"initial_date": string(None, 1, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "date")}),
    "timepicker": _element(
        {"initial_time": string(None, 1, r"([01]\d|2[0-3]):[0-5]\d", "time"), "timezone": string(None, 1)}
    ),
    "datetimepicker": _element({"initial_date_time": whole(0, 9_999_999_999)}, placeholder=False),
    "static_select": _element(
        {**_STATIC, "initial_option": OPTION}, _ONE_SOURCE, _initial_is_offered("initial_option")
    ),
    "multi_static_select": _element(
        {**_STATIC, **_MOST, "initial_options": many(OPTION, 1)}, _ONE_SOURCE, _initial_is_offered("initial_options")
    ),
    "external_select": _element({"initial_option": OPTION, "min_query_length": whole(0)}),
    "multi_external_select": _element({**_MOST, "initial_options": many(OPTION, 1), "min_query_length": whole(0)}),
    "users_select": _element({"initial_user": USER}),
    "multi_users_select": _element({**_MOST, "initial_users": many(USER, 1)}),
    "conversations_select": _element(
        {
            "initial_conversation": string(None, 1),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": CONVERSATION_FILTER,
        }
    ),
    "multi_conversations_select": _element(
        {
            **_MOST,
            "initial_conversations": many(string(None, 1), 1),
            "default_to_current_conversation": boolean,
            "filter": CONVERSATION_FILTER,
        }
    ),
    "channels_select": _element({"initial_channel": CHANNEL, "response_url_enabled": boolean}),
    "multi_channels_select": _element({**_MOST, "initial_channels": many(CHANNEL, 1)}),
    "plain_text_input": _typing(
        {
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        _bounds("min_length", "max_length"),
    ),
    "email_text_input": _typing({"initial_value": string()}),
    "url_text_input": _typing({"initial_value": string()}),
    "number_input": _typing(
        {"is_decimal_allowed!": boolean, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        _bounds("min_value", "max_value"),
    ),
    "file_input": shape(
        {"type!": anything, "action_id": ID, "filetypes": many(string(None, 1), 1), "max_files": whole(1, 10)}
    ),
    "image": shape(
        {"type!": anything, "alt_text!": string(None, 1), "image_url": URL, "slack_file": SLACK_FILE},
        one_of_fields("image_url", "slack_file"),
    ),
}
PICKERS = (
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
)
EVERYWHERE = ("checkboxes", "datepicker", "timepicker", "radio_buttons", *PICKERS)
IN_SECTION = ("button", "workflow_button", "overflow", "image", *EVERYWHERE)
IN_ACTIONS = ("button", "workflow_button", "overflow", "datetimepicker", *EVERYWHERE)
IN_INPUT = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    "datetimepicker",
    *EVERYWHERE,
)
