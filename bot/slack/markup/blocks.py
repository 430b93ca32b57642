"""Blocks: one function each, from a node of the markup to the JSON of a block.

The blocks that every message is made of are written here: their texts are cut to Slack's limits, and their ids and
lists are held to them, before they get here. All others are objects of slackblocks first, which checks them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element as Node

import slackblocks as sb

from bot.slack.markup import charts, limits, rich
from bot.slack.markup.elements import (
    ELEMENTS,
    IDENTIFIER,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
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
CELL: dict[str, Convert] = {"number": charts.finite}
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


def _chart(node: Node, own: Own, scale: float) -> Block:
    chart, was_cut = charts.chart(node, own)
    return chart._resolve() if chart else None, was_cut


def _context_actions(node: Node, own: Own, scale: float) -> Block:
    elements: list[Any] = [built(child, scale) for child in children(node, IN_CONTEXT_ACTIONS)]
    elements = elements[: limits.CONTEXT_ACTIONS]
    return sb.ContextActionsBlock(elements, **own)._resolve() if elements else None, len(elements) < len(node)


def _container(node: Node, own: Own, scale: float) -> Block:
    if "title" not in node.attrib:
        raise _wrong(node, "needs a title")
    blocks, was_cut = [], False
    for child in children(node, IN_CONTAINER):
        block, child_was_cut = BUILDERS[child.tag](child, attributes(child, BLOCKS[child.tag]), scale)
        blocks += [block] if block else []
        was_cut |= child_was_cut
    own.setdefault("title", sb.PlainText(NOTHING))
    inside = blocks[: limits.CONTAINER_BLOCKS]
    if not inside:
        return None, was_cut
    block = sb.ContainerBlock([sb.DividerBlock() for _ in inside], **own)._resolve()  # a stand-in each: they are JSON
    return {**block, "child_blocks": inside}, was_cut or len(inside) < len(blocks)


class _Cell(NamedTuple):
    """What a cell shows: words, a number with them, or rich text where there is a style or an emoji."""

    text: str
    number: float | None = None
    rich: sb.RichTextSection | None = None


class _NumberCell(sb.RawText):
    """A number in a `<table>`, which slackblocks takes in a data table only."""

    def __init__(self, value: float, text: str) -> None:
        super().__init__(text)
        self._number = sb.RawNumber(value, text)

    def _resolve(self) -> dict[str, Any]:
        resolved: dict[str, Any] = self._number._resolve()
        return resolved


class _RichCell(sb.RichTextBlock):
    """Rich text in a `<data_table>`: Slack takes no block_id there, and slackblocks makes one up."""

    def _resolve(self) -> dict[str, Any]:
        return {name: value for name, value in super()._resolve().items() if name != "block_id"}


def _table(node: Node, own: Own, scale: float) -> Block:
    rows, was_cut = _rows(node, scale)
    settings = [sb.ColumnSettings(**attributes(column, COLUMN)) for column in node.findall("column")]

    def of(cell: _Cell) -> sb.RawText | sb.RichTextObject:
        return cell.rich or (sb.RawText(cell.text) if cell.number is None else _NumberCell(cell.number, cell.text))

    cells = [[of(cell) for cell in row] for row in rows]
    return sb.TableBlock(cells, settings or None, **own)._resolve() if cells else None, was_cut


def _data_table(node: Node, own: Own, scale: float) -> Block:
    rows, was_cut = _rows(node, scale, plain_rows=1)

    def of(cell: _Cell) -> sb.RawText | sb.RawNumber | sb.RichTextBlock:
        if cell.rich:
            return _RichCell(cell.rich)
        return sb.RawText(cell.text) if cell.number is None else sb.RawNumber(cell.number, cell.text)

    cells = [[of(cell) for cell in row] for row in rows]
    if "caption" not in node.attrib:
        raise _wrong(node, "needs a caption: screen readers read it")
    own = {"caption": NOTHING, **own}
    return sb.DataTableBlock(cells, **own)._resolve() if len(cells) > 1 else None, was_cut


def _rows(node: Node, scale: float, plain_rows: int = 0) -> tuple[list[list[_Cell]], bool]:
    """The cells of a table, every row as wide as the widest, and whether rows were left out.

    The first `plain_rows` take words and emoji only.
    """
    row_nodes = [child for child in children(node, ("row", "column")) if child.tag == "row"]
    rows: list[list[_Cell]] = []
    room = limits.TABLE_TEXT
    for number, row in enumerate(row_nodes[: _scaled(limits.TABLE_ROWS, scale)]):
        cells = [_cell(cell, number < plain_rows) for cell in children(row, ("cell",))][: limits.TABLE_COLUMNS]
        room -= sum(len(cell.text) for cell in cells)
        if room < 0:
            break
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    return [row + [_Cell(NOTHING)] * (width - len(row)) for row in rows if width], len(rows) < len(row_nodes)


def _cell(node: Node, must_be_plain: bool) -> _Cell:
    number = attributes(node, CELL).get("number")
    if must_be_plain or not len(node):
        return _Cell(words(node, limits.CELL), number)
    if number is not None:
        raise _wrong(node, "with a number holds words only")
    return _Cell("".join(node.itertext())[: limits.CELL] or NOTHING, rich=rich.section(node, limits.CELL))


BUILDERS: dict[str, Callable[[Node, Own, float], Block]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "alert": _alert,
    "chart": _chart,
    "container": _container,
    "context_actions": _context_actions,
    "table": _table,
    "data_table": _data_table,
}
IN_CONTAINER = frozenset({"actions", "context", "divider", "header", "image", "section", "table"})
"""What both Slack's reference and its validator take in a container, which do not say the same."""
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
    "chart": {**_BLOCK, **charts.CHART},
    "container": {
        **_BLOCK,
        "title": shown(limits.CONTAINER_TITLE),
        "subtitle": shown(limits.CONTAINER_TITLE),
        "width": one_of("narrow", "standard", "wide", "full"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    "data_table": {
        **_BLOCK,
        "caption": lambda value: plain(value, limits.HEADER),
        "page_size": whole_number,
        "row_header_column_index": whole_number,
    },
}
SURFACES = {
    "message": frozenset(BLOCKS) - {"alert"},
    "modal": frozenset(BLOCKS) - {"chart", "container", "context_actions", "table", "data_table"},
    "home": frozenset(BLOCKS) - {"alert", "context_actions"},
}


def _text(text: str) -> Json:
    # Verbatim: Slack would otherwise make links and mentions of typed words such as "#general" or "example.com".
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _scaled(limit: int, scale: float) -> int:
    return max(1, int(limit * scale))


def _wrong(node: Node, problem: str) -> CompileError:
    return CompileError(f"<{node.tag}> {problem}", node.get("_", "?"))
