"""Blocks: one function each, from a node of the markup to the JSON of a block.

The blocks that every message is made of are written here: their texts are cut to Slack's limits, and their ids and
lists are held to them, before they get here. All others are objects of slackblocks first, which checks them.
"""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element as Node

import slackblocks as sb

from bot.slack.markup import limits
from bot.slack.markup.elements import (
    ELEMENTS,
    IDENTIFIER,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    Convert,
    attributes,
    boolean,
    built,
    children,
    element,
    one_of,
    shown,
    whole_number,
)
from bot.slack.markup.errors import CompileError
from bot.slack.markup.inline import mrkdwn, words
from bot.slack.markup.text import NOTHING, blank, plain

Json = dict[str, Any]
Own = dict[str, Any]
Block = tuple[Json | None, bool]
"""A block, None when it has nothing to show, and whether a text or a list of it was cut."""

COLUMN: dict[str, Convert] = {"align": one_of("left", "center", "right"), "is_wrapped": boolean}
CELL: dict[str, Convert] = {"number": float}
_BLOCK: dict[str, Convert] = {"block_id": IDENTIFIER, "keep": boolean}
_IN_SECTION = frozenset({*ELEMENTS, "field"})


def _section(node: Node, own: Own, scale: float) -> Block:
    accessory = [child for child in node if child.tag in ELEMENTS]
    if accessory and (len(accessory) > 1 or accessory[0] is not node[-1] or not blank(node[-1].tail or "")):
        raise _wrong(node, "takes one element, as its last child; put several into <actions>")
    if accessory and accessory[0].tag not in IN_SECTION:
        raise _wrong(accessory[0], f"cannot stand in <section>; these can: {', '.join(sorted(IN_SECTION))}")
    field_nodes = node.findall("field")
    text, was_cut = mrkdwn(node, _scaled(limits.SECTION, scale), _IN_SECTION)
    fields = [mrkdwn(field, _scaled(limits.FIELD, scale)) for field in field_nodes[: limits.SECTION_FIELDS]]
    block = {"type": "section", **own}
    if text or not fields:
        block["text"] = _text(text or NOTHING)
    if fields:
        block["fields"] = [_text(field or NOTHING) for field, _ in fields]
    if accessory:
        block["accessory"] = element(accessory[0], scale)
    return block, was_cut or any(cut for _, cut in fields) or len(field_nodes) > len(fields)


def _context(node: Node, own: Own, scale: float) -> Block:
    images = node.findall("image")[: limits.CONTEXT_ELEMENTS - 1]
    text, was_cut = mrkdwn(node, _scaled(limits.CONTEXT, scale), {"image"})
    elements = [*(element(image) for image in images), _text(text or NOTHING)]
    return {"type": "context", **own, "elements": elements}, was_cut


def _header(node: Node, own: Own, scale: float) -> Block:
    return {"type": "header", **own, "text": {"type": "plain_text", "text": words(node, limits.HEADER)}}, False


def _divider(node: Node, own: Own, scale: float) -> Block:
    children(node, ())
    return {"type": "divider", **own}, False


def _actions(node: Node, own: Own, scale: float) -> Block:
    elements = [element(child, scale) for child in children(node, IN_ACTIONS)][: limits.ACTIONS_ELEMENTS]
    return {"type": "actions", **own, "elements": elements} if elements else None, len(elements) < len(node)


def _input(node: Node, own: Own, scale: float) -> Block:
    if len(children(node, IN_INPUT)) != 1:
        raise _wrong(node, f"takes exactly one element, not {len(node)}")
    if "label" not in node.attrib:
        raise _wrong(node, "needs a label")
    label = own.pop("label", sb.PlainText(NOTHING))
    return sb.InputBlock(label=label, element=built(node[0], scale), **own)._resolve(), False


def _image(node: Node, own: Own, scale: float) -> Block:
    children(node, ())
    return sb.ImageBlock(**own)._resolve(), False


def _alert(node: Node, own: Own, scale: float) -> Block:
    text, was_cut = mrkdwn(node, limits.ALERT)
    return sb.AlertBlock(sb.Markdown(text or NOTHING, verbatim=True), **own)._resolve(), was_cut


def _table(node: Node, own: Own, scale: float) -> Block:
    rows, was_cut = _rows(node, scale)
    settings = [sb.ColumnSettings(**attributes(column, COLUMN)) for column in node.findall("column")]
    cells: list[list[sb.RawText | sb.RichTextObject]] = [[sb.RawText(text) for text, _ in row] for row in rows]
    return sb.TableBlock(cells, settings or None, **own)._resolve() if cells else None, was_cut


def _data_table(node: Node, own: Own, scale: float) -> Block:
    rows, was_cut = _rows(node, scale)
    cells: list[list[sb.RawText | sb.RawNumber | sb.RichTextBlock]] = [
        [sb.RawText(text) if number is None else sb.RawNumber(number, text) for text, number in row] for row in rows
    ]
    if "caption" not in node.attrib:
        raise _wrong(node, "needs a caption: screen readers read it")
    own = {"caption": NOTHING, **own}
    return sb.DataTableBlock(cells, **own)._resolve() if len(cells) > 1 else None, was_cut


def _rows(node: Node, scale: float) -> tuple[list[list[tuple[str, float | None]]], bool]:
    """The cells of a table, every row as wide as the widest, and whether rows were left out."""
    row_nodes = [child for child in children(node, ("row", "column")) if child.tag == "row"]
    rows: list[list[tuple[str, float | None]]] = []
    room = limits.TABLE_TEXT
    for row in row_nodes[: _scaled(limits.TABLE_ROWS, scale)]:
        cells = [(words(cell, limits.CELL), attributes(cell, CELL).get("number")) for cell in children(row, ("cell",))]
        cells = cells[: limits.TABLE_COLUMNS]
        room -= sum(len(text) for text, _ in cells)
        if room < 0:
            break
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    return [row + [(NOTHING, None)] * (width - len(row)) for row in rows if width], len(rows) < len(row_nodes)


BUILDERS: dict[str, Callable[[Node, Own, float], Block]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "alert": _alert,
    "table": _table,
    "data_table": _data_table,
}
BLOCKS: dict[str, dict[str, Convert]] = {
    **dict.fromkeys(BUILDERS, _BLOCK),
    "input": {
        **_BLOCK,
        "label": shown(limits.LABEL),
        "hint": shown(limits.HINT),
        "optional": boolean,
        "dispatch_action": boolean,
    },
    "image": {**_BLOCK, **ELEMENTS["image"].attributes, "title": shown(limits.ALT_TEXT)},
    "alert": {**_BLOCK, "level": one_of("default", "info", "warning", "error", "success")},
    "data_table": {
        **_BLOCK,
        "caption": lambda value: plain(value, limits.HEADER),
        "page_size": whole_number,
        "row_header_column_index": whole_number,
    },
}
SURFACES = {
    "message": frozenset(BLOCKS) - {"alert"},
    "modal": frozenset(BLOCKS) - {"table", "data_table"},
    "home": frozenset(BLOCKS) - {"alert"},
}


def _text(text: str) -> Json:
    # Verbatim: Slack would otherwise make links and mentions of typed words such as "#general" or "example.com".
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _scaled(limit: int, scale: float) -> int:
    return max(1, int(limit * scale))


def _wrong(node: Node, problem: str) -> CompileError:
    return CompileError(f"<{node.tag}> {problem}", node.get("_", "?"))
