"""Markup to Block Kit: `<message>`, `<modal>` or `<home>` with its blocks, as the JSON that Slack takes."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element as Node

import slackblocks as sb

from bot.slack.markup import limits
from bot.slack.markup.blocks import BLOCKS, BUILDERS, CELL, COLUMN, SURFACES
from bot.slack.markup.charts import POINT, SERIES
from bot.slack.markup.elements import (
    CONFIRM,
    ELEMENTS,
    FEEDBACK,
    IDENTIFIER,
    OPTION,
    Convert,
    attributes,
    boolean,
    children,
    exactly,
    shown,
)
from bot.slack.markup.errors import CompileError
from bot.slack.markup.fit import Build, Piece, fit
from bot.slack.markup.inline import INLINE
from bot.slack.markup.text import NOTHING, carried, sentence

Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What chat.postMessage takes beside the channel: the sentence for notifications, the blocks, the metadata."""

    text: str
    blocks: list[Json]
    metadata: Json | None = None


_MORE: dict[str, Convert] = {"more": str}
_VIEW: dict[str, Convert] = {
    **_MORE,
    "callback_id": IDENTIFIER,
    "external_id": IDENTIFIER,
    "private_metadata": exactly(limits.PRIVATE_METADATA),
}
ROOTS: dict[str, dict[str, Convert]] = {
    "message": {**_MORE, "text": lambda value: sentence(value, limits.TEXT)},
    "modal": {
        **_VIEW,
        "title": shown(limits.TITLE),
        "submit": shown(limits.TITLE),
        "close": shown(limits.TITLE),
        "notify_on_close": boolean,
        "clear_on_close": boolean,
    },
    "home": _VIEW,
}
_TABLES: list[dict[str, set[str]]] = [
    {tag: set() for tag in INLINE | {"field", "row"}},
    {"a": {"href"}, "user": {"id"}, "channel": {"id"}, "emoji": {"name"}, "date": {"at", "format"}},
    {
        "option": set(OPTION),
        "option_group": {"label"},
        "confirm": set(CONFIRM),
        "column": set(COLUMN),
        "cell": set(CELL),
        "series": set(SERIES),
        "point": set(POINT),
        "segment": set(POINT),
        "positive_button": set(FEEDBACK),
        "negative_button": set(FEEDBACK),
    },
    {tag: set(kind.attributes) for tag, kind in ELEMENTS.items()},
    {tag: set(known) for tag, known in {**ROOTS, **BLOCKS}.items()},
]
TAGS: dict[str, frozenset[str]] = {tag: frozenset(known) for table in _TABLES for tag, known in table.items()}
"""Every tag there is and the attributes it takes."""


def message(markup: str) -> Message:
    """The message that `markup` describes. Raises CompileError."""
    root, values = _parsed(markup, "message", "text")
    return Message(values.get("text", NOTHING), _blocks(root, values))


def modal(markup: str) -> Json:
    """The modal's whole view. Raises CompileError."""
    root, values = _parsed(markup, "modal", "title")
    if root.find("input") is not None and "submit" not in root.attrib:
        raise CompileError("<modal> with an <input> needs submit", _where(root))
    for name in {"title", "submit"} & root.attrib.keys():
        values.setdefault(name, sb.PlainText(NOTHING))
    return {"type": "modal", **_view(root, values)}


def home(markup: str) -> Json:
    """The App Home's whole view. Raises CompileError."""
    return {"type": "home", **_view(*_parsed(markup, "home"))}


def _view(root: Node, values: dict[str, Any]) -> Json:
    blocks = _blocks(root, values)
    resolved = {name: value._resolve() if isinstance(value, sb.Text) else value for name, value in values.items()}
    return {**resolved, "blocks": blocks}


def _parsed(markup: str, surface: str, required: str = "") -> tuple[Node, dict[str, Any]]:
    """The root of `markup` with its attributes; every tag and attribute below it is known."""
    markup = carried(markup)
    try:
        root = ElementTree.fromstring(markup)
    except ElementTree.ParseError as error:
        raise _malformed(markup, error) from None
    if root.tag != surface:
        raise CompileError(f"<{root.tag}> stands where <{surface}> is asked for", _where(root))
    for node in root.iter():
        allowed_names = TAGS.get(node.tag)
        if allowed_names is None:
            raise CompileError(f"<{node.tag}> is no tag; these are: {', '.join(sorted(TAGS))}", _where(node))
        if unknown := [name for name in node.attrib if name not in allowed_names and name != "_"]:
            allowed = ", ".join(sorted(allowed_names)) or "none"
            raise CompileError(
                f"<{node.tag}> has no attribute {', '.join(sorted(unknown))}; it takes: {allowed}", _where(node)
            )
    if required and required not in root.attrib:
        raise CompileError(f"<{surface}> needs {required}", _where(root))
    return root, attributes(root, ROOTS[surface])


def _malformed(markup: str, error: ElementTree.ParseError) -> CompileError:
    row, column = error.position
    lines = markup.split("\n")
    before = "\n".join([*lines[: row - 1], lines[row - 1][:column]])
    marks = re.findall(' _="([^"]*)"', before)
    return CompileError(f"is not well-formed after {before[-40:]!r}: {error}", marks[-1] if marks else "?")


def _blocks(root: Node, values: dict[str, Any]) -> list[Json]:
    """The root's blocks with unique ids, within the surface's limits."""
    surface, used, pieces, unbuilt = root.tag, set[str](), list[Piece](), 0
    for position, node in enumerate(children(root, SURFACES[surface])):
        own = attributes(node, BLOCKS[node.tag])
        keep = own.pop("keep", False)
        own["block_id"] = _block_id(node, own, str(position), used)
        if node.tag == "container":
            for place, child in enumerate(node):
                child.set("block_id", _block_id(child, child.attrib, f"{position}.{place}", used))
        if len(pieces) > limits.BLOCKS[surface] and not keep:
            unbuilt += node.tag == "section"
        elif piece := Piece.of(_build(node, own), keep):
            pieces.append(piece)
    if surface == "message":
        _check_counts(root)
    if not pieces:
        nothing = sb.ContextBlock([sb.Markdown(NOTHING)], block_id="b0")._resolve()
        pieces = [Piece(lambda _: (nothing, False), False, nothing, False)]
    return fit(pieces, surface, values.pop("more", ""), unbuilt)


def _check_counts(root: Node) -> None:
    tags = Counter(node.tag for node in root.iter())
    if tags["table"] + tags["data_table"] > 1:
        raise CompileError("a message takes one table", _where(root))
    if tags["chart"] > limits.CHARTS:
        raise CompileError(f"a message takes {limits.CHARTS} charts", _where(root))


def _block_id(node: Node, own: Mapping[str, Any], position: str, used: set[str]) -> str:
    """The id given, or one that is the same at every rendering.

    An input goes by its element's action id, which is what errors and state are looked up by; others by their place.
    """
    block_id: str | None = own.get("block_id") or None
    if block_id in used:
        raise CompileError(f"block_id {block_id!r} stands twice; Slack wants it unique", _where(node))
    if block_id is None:
        name = node[0].get("action_id", "") if node.tag == "input" and len(node) else ""
        block_id = name if name and name not in used else f"b{position}"
    used.add(block_id)
    return block_id


def _build(node: Node, own: dict[str, Any]) -> Build:
    def build(scale: float) -> tuple[Json | None, bool]:
        try:
            return BUILDERS[node.tag](node, dict(own), scale)
        except (sb.InvalidUsageError, TypeError, ValueError) as error:
            raise CompileError(f"<{node.tag}> {error}", _where(node)) from error

    return build


def _where(node: Node) -> str:
    return node.get("_", "?")
