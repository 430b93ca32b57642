"""One valid example of every block and element, for the tests of the block checks."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str, **more: Any) -> Json:
    return {"text": plain(value.capitalize()), "value": value, **more}


CONFIRM: Json = {
    "title": plain("Sure?"),
    "text": mrkdwn("It *ends* here"),
    "confirm": plain("Yes"),
    "deny": plain("No"),
    "style": "danger",
}
OPTIONS = [option("one"), option("two", description=plain("The second"))]
GROUPS = [{"label": plain("Numbers"), "options": OPTIONS}]
IMAGE: Json = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A picture"}
RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Hello ", "style": {"bold": True}},
                {"type": "user", "user_id": "U123"},
                {"type": "link", "url": "https://example.com", "text": "here"},
                {"type": "emoji", "name": "wave"},
                {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "then"},
                {"type": "broadcast", "range": "here"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "q"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "p"}], "border": 0},
    ],
}
BUTTON: Json = {
    "type": "button",
    "text": plain("Go"),
    "action_id": "go",
    "value": "1",
    "style": "primary",
    "url": "https://example.com",
    "confirm": CONFIRM,
    "accessibility_label": "Goes",
}
PLACEHOLDER = plain("Choose")
ACTION_ELEMENTS: list[Json] = [
    BUTTON,
    {
        "type": "workflow_button",
        "text": plain("Flow"),
        "action_id": "flow",
        "workflow": {
            "trigger": {"url": "https://slack.com/x", "customizable_input_parameters": [{"name": "a", "value": 1}]}
        },
    },
    {
        "type": "checkboxes",
        "action_id": "checks",
        "options": [option("a"), option("b")],
        "initial_options": [option("b")],
    },
    {"type": "radio_buttons", "action_id": "radio", "options": [option("a")], "initial_option": option("a")},
    {"type": "datepicker", "action_id": "date", "initial_date": "2026-02-28", "placeholder": PLACEHOLDER},
    {"type": "timepicker", "action_id": "time", "initial_time": "09:30", "timezone": "Europe/Stockholm"},
    {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1_700_000_000},
    {"type": "overflow", "action_id": "more", "options": [option("a", url="https://example.com"), option("b")]},
    {"type": "static_select", "action_id": "pick", "options": OPTIONS, "initial_option": option("one")},
    {"type": "static_select", "action_id": "grouped", "option_groups": GROUPS, "focus_on_load": True},
    {"type": "external_select", "action_id": "search", "min_query_length": 1, "confirm": CONFIRM},
    {"type": "users_select", "action_id": "who", "initial_user": "U123"},
    {"type": "conversations_select", "action_id": "where", "filter": {"include": ["im"], "exclude_bot_users": True}},
    {"type": "channels_select", "action_id": "channel", "initial_channel": "C123"},
    {"type": "multi_static_select", "action_id": "picks", "options": OPTIONS, "max_selected_items": 2},
    {"type": "multi_external_select", "action_id": "searches", "initial_options": [option("one")]},
    {"type": "multi_users_select", "action_id": "people", "initial_users": ["U123"]},
    {"type": "multi_conversations_select", "action_id": "places", "default_to_current_conversation": True},
    {"type": "multi_channels_select", "action_id": "channels", "initial_channels": ["C123"]},
]
INPUT_ELEMENTS: list[Json] = [
    {
        "type": "plain_text_input",
        "action_id": "t",
        "multiline": True,
        "min_length": 1,
        "max_length": 9,
        "initial_value": "x",
    },
    {"type": "email_text_input", "action_id": "e", "placeholder": PLACEHOLDER},
    {
        "type": "url_text_input",
        "action_id": "u",
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    },
    {"type": "number_input", "action_id": "n", "is_decimal_allowed": True, "min_value": "-1", "max_value": "2.5"},
    {"type": "rich_text_input", "action_id": "r", "initial_value": RICH},
    {"type": "file_input", "action_id": "f", "filetypes": ["pdf"], "max_files": 2},
]
MESSAGE_BLOCKS: list[Json] = [
    {"type": "header", "block_id": "h", "text": plain("Title"), "level": 2},
    {"type": "divider"},
    {"type": "section", "text": mrkdwn("*Hi*"), "fields": [mrkdwn("a"), plain("b")], "expand": True},
    {"type": "context", "elements": [mrkdwn("small"), IMAGE]},
    {**IMAGE, "title": plain("Picture")},
    {"type": "image", "slack_file": {"id": "F123"}, "alt_text": "A picture"},
    RICH,
    {"type": "markdown", "text": "**bold**"},
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "a"}, RICH], [{"type": "raw_number", "value": 1.5, "text": "1.50"}]],
        "column_settings": [None, {"align": "right"}],
    },
    {
        "type": "data_visualization",
        "title": "Proof",
        "chart": {
            "type": "bar",
            "series": [{"name": "ARR", "data": [{"label": "May", "value": 1.5}]}],
            "axis_config": {"categories": ["May"], "x_label": "Month"},
        },
    },
    {"type": "data_visualization", "title": "Pie", "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}},
    {"type": "card", "title": mrkdwn("Card"), "body": plain("Body"), "icon": IMAGE, "actions": [BUTTON]},
    {"type": "carousel", "elements": [{"type": "card", "title": plain("One")}]},
    {
        "type": "container",
        "title": plain("More"),
        "is_collapsible": True,
        "default_collapsed": True,
        "width": "wide",
        "child_blocks": [{"type": "divider"}, {"type": "section", "text": mrkdwn("inside")}],
    },
    {
        "type": "container",
        "rich_text_title": RICH,
        "subtitle": mrkdwn("*two* of three"),
        "icon": IMAGE,
        "has_header_divider": True,
        "child_blocks": [{"type": "divider"}],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Remove"), "action_id": "remove"},
        ],
    },
    {"type": "plan", "title": "Plan", "tasks": [{"task_id": "1", "title": "First", "status": "pending"}]},
    {
        "type": "task_card",
        "task_id": "1",
        "title": "Task",
        "sources": [{"type": "url", "url": "https://a.b", "text": "A"}],
    },
    {
        "type": "video",
        "alt_text": "A film",
        "title": plain("Film"),
        "thumbnail_url": "https://example.com/t.png",
        "video_url": "https://example.com/v",
    },
    *({"type": "actions", "elements": [element]} for element in ACTION_ELEMENTS),
    *(
        {"type": "section", "text": mrkdwn("s"), "accessory": element}
        for element in [*ACTION_ELEMENTS, IMAGE]
        if element["type"] != "datetimepicker"
    ),
]
DATA_TABLE: Json = {
    "type": "data_table",
    "caption": "Accounts",
    "page_size": 10,
    "row_header_column_index": 0,
    "rows": [
        [{"type": "raw_text", "text": "Name"}, {"type": "raw_text", "text": "ARR"}],
        [{"type": "raw_text", "text": "Acme"}, {"type": "raw_number", "value": 12, "text": "12"}],
    ],
}
INPUT_BLOCKS: list[Json] = [
    {"type": "input", "label": plain("Label"), "hint": plain("Hint"), "optional": True, "element": element}
    for element in [
        *INPUT_ELEMENTS,
        *(e for e in ACTION_ELEMENTS if e["type"] not in ("button", "workflow_button", "overflow")),
    ]
]
MODAL: Json = {
    "type": "modal",
    "title": plain("A modal"),
    "submit": plain("Save"),
    "close": plain("Cancel"),
    "callback_id": "modal",
    "private_metadata": "{}",
    "notify_on_close": True,
    "blocks": [{"type": "alert", "text": mrkdwn("Mind this"), "level": "warning"}],
}
