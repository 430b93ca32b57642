"""Renders template sources written in the tests, and reads what came out."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bot.slack.markup import Message
from bot.slack.render import Renderer

_FOLDER = tempfile.TemporaryDirectory()
_NAME = "t.html"


@cache
def renderer(source: str) -> Renderer:
    """A renderer whose one template, `t.html`, is `source`."""
    folder = Path(tempfile.mkdtemp(dir=_FOLDER.name))
    (folder / _NAME).write_text(source, "utf-8")
    return Renderer(folder)


def message(source: str, **context: Any) -> Message:
    return renderer(source).message(_NAME, **context)


def modal(source: str, **context: Any) -> dict[str, Any]:
    return renderer(source).modal(_NAME, **context)


def home(source: str, **context: Any) -> dict[str, Any]:
    return renderer(source).home(_NAME, **context)


def blocks(inner: str, **context: Any) -> list[dict[str, Any]]:
    """The blocks of a message that holds `inner`."""
    return message(f'<message text="t">{inner}</message>', **context).blocks


def block(inner: str, **context: Any) -> dict[str, Any]:
    """The one block that `inner` describes, without its id."""
    (only,) = blocks(inner, **context)
    return {name: value for name, value in only.items() if name != "block_id"}


def text(inner: str, **context: Any) -> str:
    """The mrkdwn of a section that holds `inner`."""
    found = block(f"<section>{inner}</section>", **context)["text"]["text"]
    assert isinstance(found, str)
    return found


def element(inner: str, **context: Any) -> dict[str, Any]:
    """The element that `inner` describes, as a section's accessory."""
    found = block(f"<section>x{inner}</section>", **context)["accessory"]
    assert isinstance(found, dict)
    return found


def field(inner: str, **context: Any) -> dict[str, Any]:
    """The element that `inner` describes, in a modal's input."""
    view = modal(f'<modal title="t" submit="s"><input label="l">{inner}</input></modal>', **context)
    found = view["blocks"][0]["element"]
    assert isinstance(found, dict)
    return found


def text_objects(node: object) -> Iterator[dict[str, Any]]:
    """Every text object below `node`."""
    if isinstance(node, dict):
        if node.get("type") in ("mrkdwn", "plain_text", "raw_text"):
            yield node
        for child in node.values():
            yield from text_objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from text_objects(child)
