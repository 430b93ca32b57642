"""The table of Block Kit's blocks and views: fields, limits, and on which surface each may stand.

From https://docs.slack.dev/reference/block-kit/blocks and .../views; the surfaces from docs.slack.dev/blocks.json,
without those on which Slack refuses the block all the same.
"""

from sandbox.elements import (
    CHANNEL,
    DISPATCH,
    ELEMENTS,
    HTTPS,
    ID,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    URL,
    USER,
    mrkdwn_or_plain,
    plain,
)
from sandbox.model import Json
from sandbox.schema import (
    Check,
    Problems,
    Rule,
    Shape,
    any_of_fields,
    anything,
    boolean,
    either,
    enum,
    many,
    number,
    one_of_fields,
    shape,
    string,
    typed,
    whole,
)

_FLAGS = ("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight", "unlink")
_STYLE = shape(dict.fromkeys(_FLAGS, boolean), any_of_fields(*_FLAGS))
_LINK = string(None, 1, r"[A-Za-z][A-Za-z0-9+.-]*:\S.*", "URL")


def _leaf(fields: dict[str, Check]) -> Shape:
    return shape({"type!": anything, "style": _STYLE, **fields})


_LEAVES: dict[str, Check] = {
    "text": _leaf({"text!": string()}),
    "link": _leaf({"url!": _LINK, "text": string(), "unsafe": boolean}),
    "user": _leaf({"user_id!": USER}),
    "usergroup": _leaf({"usergroup_id!": string(None, 1, r"S[A-Z0-9]+", "user group id")}),
    "channel": _leaf({"channel_id!": CHANNEL}),
    "emoji": _leaf({"name!": string(None, 1), "skin_tone": whole(1, 6), "unicode": string(None, 1)}),
    "team": _leaf({"team_id!": string(None, 1, r"T[A-Z0-9]+", "team id")}),
    "broadcast": _leaf({"range!": enum("here", "channel", "everyone")}),
    "color": _leaf({"value!": string(None, 1, r"#?[0-9a-fA-F]{6}", "colour")}),
    "date": _leaf({"timestamp!": whole(0), "format!": string(None, 1), "url": URL, "fallback": string()}),
}
_BORDER = enum(0, 1)
_LEAF_LIST = many(typed(_LEAVES))
_RICH: dict[str, Check] = {
    "rich_text_section": shape({"type!": anything, "elements!": _LEAF_LIST}),
    "rich_text_preformatted": shape(
        {"type!": anything, "elements!": _LEAF_LIST, "border": _BORDER, "language": string(None, 1)}
    ),
    "rich_text_quote": shape({"type!": anything, "elements!": _LEAF_LIST, "border": _BORDER}),
}
_RICH["rich_text_list"] = shape(
    {
        "type!": anything,
        "style!": enum("bullet", "ordered"),
        "elements!": many(typed(_RICH, "rich_text_section"), 1),
        "indent": whole(0),
        "offset": whole(0),
        "border": _BORDER,
    }
)
_RICH_PARTS = many(typed(_RICH))
_RICH_CELL = shape({"type!": anything, "elements!": _RICH_PARTS})


def _block(fields: dict[str, Check], *rules: Rule) -> Shape:
    return shape({"type!": anything, "block_id": ID, **fields}, *rules)


_RICH_BLOCK = _block({"elements!": _RICH_PARTS})
RICH_TEXT = typed({"rich_text": _RICH_BLOCK})
ELEMENTS["rich_text_input"] = shape(
    {
        "type!": anything,
        "action_id!": ID,
        "initial_value": RICH_TEXT,
        "dispatch_action_config": DISPATCH,
        "focus_on_load": boolean,
        "placeholder": plain(150),
    }
)
_IMAGE = typed(ELEMENTS, "image")
_CONTEXT: dict[str, Check] = {
    "image": ELEMENTS["image"],
    "mrkdwn": mrkdwn_or_plain(),
    "plain_text": mrkdwn_or_plain(),
}
_RAW_TEXT = shape({"type!": anything, "text!": string()})
_RAW_NUMBER = shape({"type!": anything, "value!": number(), "text": string(None, 1)})
_TABLE_CELL: dict[str, Check] = {"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": _RICH_CELL}
_DATA_CELL: dict[str, Check] = {
    "raw_text": shape({"type!": anything, "text!": string(None, 1)}),
    "raw_number": _RAW_NUMBER,
    "rich_text": _RICH_CELL,
}
_POINT = shape({"label!": string(20, 1), "value!": number()})
_SERIES = shape({"name!": string(20, 1), "data!": many(_POINT, 1, 20)})


def _series_fit(chart: Json, path: str, problems: Problems) -> None:
    names = [series["name"] for series in chart["series"]]
    if len(set(names)) != len(names):
        problems.add("series names must be unique", f"{path}/series")
    categories = chart["axis_config"]["categories"]
    for index, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            problems.add("must have one data point for each category", f"{path}/series/{index}/data")


_AXIS_CHART = shape(
    {
        "type!": anything,
        "series!": many(_SERIES, 1, 6),
        "axis_config!": shape(
            {"categories!": many(string(20, 1), 0, 20), "x_label": string(50), "y_label": string(50)}
        ),
    },
    _series_fit,
)
_PIE = shape({"type!": anything, "segments!": many(shape({"label!": string(20, 1), "value!": number(above=0)}), 1, 6)})
_CHARTS: dict[str, Check] = {"line": _AXIS_CHART, "bar": _AXIS_CHART, "area": _AXIS_CHART, "pie": _PIE}
_COLUMN = either(
    shape({"align": enum("left", "center", "right"), "is_wrapped": boolean}),
    enum(None),
)
_TASK_FIELDS: dict[str, Check] = {
    "task_id!": string(None, 1),
    "title!": string(None, 1),
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": many(shape({"type!": enum("url"), "url!": URL, "text!": string(None, 1)})),
    "status": enum("pending", "in_progress", "complete", "error"),
}
_TASK = shape({**_TASK_FIELDS, "type": enum("task_card"), "block_id": ID})


def _header_is_plain(table: Json, path: str, problems: Problems) -> None:
    if any(cell["type"] == "rich_text" for cell in table["rows"][0]):
        problems.add("the header row cannot contain rich_text", f"{path}/rows/0")
    if table.get("row_header_column_index", 0) >= len(table["rows"][0]):
        problems.add("must be an existing column", f"{path}/row_header_column_index")
    size = sum(len(str(cell.get("text", cell.get("value", "")))) for row in table["rows"] for cell in row)
    if size > 10_000:
        problems.add("must be less than 10001 characters", f"{path}/rows")


def _collapsed_is_collapsible(container: Json, path: str, problems: Problems) -> None:
    if container.get("default_collapsed") and not container.get("is_collapsible"):
        problems.add("`default_collapsed` needs `is_collapsible`", f"{path}/default_collapsed")


def _no_dispatch_of_files(block: Json, path: str, problems: Problems) -> None:
    if block["element"]["type"] == "file_input" and block.get("dispatch_action"):
        problems.add("`dispatch_action` cannot be used with file_input", f"{path}/dispatch_action")


_CARD = _block(
    {
        "hero_image": _IMAGE,
        "icon": _IMAGE,
        "title": mrkdwn_or_plain(150),
        "subtitle": mrkdwn_or_plain(150),
        "body": mrkdwn_or_plain(200),
        "actions": many(typed(ELEMENTS, "button"), 1, 2),
    },
    any_of_fields("hero_image", "title", "actions", "body"),
)
BLOCKS: dict[str, Check] = {
    "actions": _block({"elements!": many(typed(ELEMENTS, *IN_ACTIONS), 1, 25)}),
    "alert": _block({"text!": mrkdwn_or_plain(), "level": enum("default", "info", "warning", "error", "success")}),
    "card": _CARD,
    "carousel": _block({"elements!": many(typed({"card": _CARD}), 1, 10)}),
    "context": _block({"elements!": many(typed(_CONTEXT), 1, 10)}),
    "context_actions": _block({"elements!": many(typed(ELEMENTS, "feedback_buttons", "icon_button"), 1, 5)}),
    "data_table": _block(
        {
            "caption!": string(None, 1),
            "rows!": many(many(typed(_DATA_CELL), 1, 20), 2, 101),
            "page_size": whole(1, 100),
            "row_header_column_index": whole(0, 19),
        },
        _header_is_plain,
    ),
    "data_visualization": _block({"title!": string(50, 1), "chart!": typed(_CHARTS)}),
    "divider": _block({}),
    "header": _block({"text!": plain(150), "level": whole(1, 4)}),
    "image": _block(
        {"alt_text!": string(2000, 1), "image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        one_of_fields("image_url", "slack_file"),
    ),
    "input": _block(
        {
            "label!": plain(2000),
            "element!": typed(ELEMENTS, *IN_INPUT),
            "dispatch_action": boolean,
            "hint": plain(2000),
            "optional": boolean,
        },
        _no_dispatch_of_files,
    ),
    "markdown": _block({"text!": string(12_000, 1)}),
    "plan": _block({"title!": either(string(None, 1), plain()), "tasks": many(_TASK)}),
    "rich_text": _RICH_BLOCK,
    "section": _block(
        {
            "text": mrkdwn_or_plain(),
            "fields": many(mrkdwn_or_plain(2000), 1, 10),
            "accessory": typed(ELEMENTS, *IN_SECTION),
            "expand": boolean,
        },
        any_of_fields("text", "fields"),
    ),
    "table": _block({"rows!": many(many(typed(_TABLE_CELL), 1, 20), 1, 100), "column_settings": many(_COLUMN, 0, 20)}),
    "task_card": _block(_TASK_FIELDS),
    "video": _block(
        {
            "alt_text!": string(None, 1),
            "title!": plain(199),
            "thumbnail_url!": URL,
            "video_url!": HTTPS,
            "author_name": string(49),
            "description": plain(199),
            "provider_icon_url": URL,
            "provider_name": string(None, 1),
            "title_url": HTTPS,
        }
    ),
}
_IN_CONTAINER = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table", "video")
BLOCKS["container"] = _block(
    {
        "title": plain(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": mrkdwn_or_plain(150),
        "icon": _IMAGE,
        "width": enum("narrow", "standard", "wide", "full"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
        "child_blocks!": many(typed(BLOCKS, *_IN_CONTAINER), 1, 10),
    },
    any_of_fields("title", "rich_text_title"),
    _collapsed_is_collapsible,
)
_COMMON = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video")
_MESSAGE = (
    *_COMMON,
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "data_visualization",
    "markdown",
    "plan",
    "table",
    "task_card",
)
SURFACES: dict[str, Check] = {
    "message": many(typed(BLOCKS, *_MESSAGE), 0, 50),
    "modal": many(typed(BLOCKS, *_COMMON, "alert"), 1, 100),
    "home": many(typed(BLOCKS, *_COMMON, "card", "carousel", "container", "data_visualization"), 1, 100),
}
_VIEW: dict[str, Check] = {
    "type!": anything,
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
VIEWS: dict[str, Check] = {
    "modal": shape(
        {
            **_VIEW,
            "title!": plain(24),
            "blocks!": SURFACES["modal"],
            "close": plain(24),
            "submit": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        }
    ),
    "home": shape({**_VIEW, "blocks!": SURFACES["home"]}),
}
