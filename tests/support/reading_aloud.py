"""Messages and modals as plain text, the way a person reads them, for snapshots that somebody can check by reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.rooms import new_renderer
from bot.slack.edge import template_of
from sandbox.mrkdwn import readable

RENDERER = new_renderer()
"""For all tests of a process, so that each template is compiled once."""
_EMOJI = {
    "ballot_box_with_check": "☑",
    "chart_with_downwards_trend": "📉",
    "clock3": "🕒",
    "handshake": "🤝",
    "hourglass_flowing_sand": "⏳",
    "large_green_circle": "🟢",
    "large_green_square": "🟩",
    "large_orange_circle": "🟠",
    "large_red_square": "🟥",
    "large_yellow_circle": "🟡",
    "large_yellow_square": "🟨",
    "mute": "🔇",
    "performing_arts": "🎭",
    "raised_hand": "✋",
    "red_circle": "🔴",
    "white_large_square": "⬜",
    "rotating_light": "🚨",
    "thought_balloon": "💭",
    "warning": "⚠",
    "white_check_mark": "✅",
    "white_circle": "⚪",
    "zzz": "💤",
}
_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")


def _cell(cell: Mapping[str, Any]) -> str:
    """The words of a table's cell, plain or rich."""
    if "text" in cell:
        return str(cell["text"]).replace("\u00a0", "")
    return "".join(str(part.get("text", "")) for section in cell["elements"] for part in section["elements"])


class Aloud:
    """Reads for somebody in a zone, at a moment; `names` are the members by their Slack ids."""

    def __init__(self, names: Mapping[str, str], now: datetime) -> None:
        self._names = names
        self._now = now

    def message(self, view: object) -> str:
        """The message of a view."""
        found = RENDERER.message(template_of(view), view=view, place="message")
        return self._text(found.blocks)

    def modal(self, view: object) -> str:
        """The modal of a view."""
        found = RENDERER.modal(template_of(view), view=view, place="modal")
        return f"{found['title']['text']}\n{self._text(found['blocks'])}"

    def _text(self, blocks: list[dict[str, Any]]) -> str:
        return "\n".join(line.rstrip() for block in blocks for line in self._lines(block))

    def _lines(self, block: dict[str, Any]) -> Iterator[str]:
        match block["type"]:
            case "header":
                yield self._said(block["text"])
                yield "=" * len(self._said(block["text"]))
            case "section":
                yield from self._said(block["text"]).split("\n")
                if "accessory" in block:
                    yield self._element(block["accessory"])
            case "context":
                yield " ".join(self._said(part) for part in block["elements"])
            case "actions":
                yield " ".join(self._element(part) for part in block["elements"])
            case "table":
                yield from (" | ".join(map(_cell, row)).rstrip(" |") for row in block["rows"])
            case "input":
                yield f"{self._said(block['label'])} {self._element(block['element'])}"
            case "divider":
                yield "-" * 20
            case other:
                raise AssertionError(f"nobody has said how to read a {other}")

    def _element(self, element: dict[str, Any]) -> str:
        kind = element["type"]
        if kind == "button":
            return f"[{self._said(element['text'])}]"
        if kind == "overflow":
            return "[…]"
        chosen = element.get("initial_option")
        shown = self._said(chosen["text"]) if chosen else element.get("initial_value") or element.get("initial_date")
        placeholder = element.get("placeholder")
        return f"[{shown or (self._said(placeholder) if placeholder else '')}]"

    def _said(self, text: dict[str, Any]) -> str:
        words = text["text"]
        if text["type"] == "mrkdwn":
            words = readable(words, lambda slack_id: f"@{self._names.get(slack_id, slack_id)}", self._now)
            words = _MARKS.sub(r"\2", _MARKS.sub(r"\2", words)).replace("`", "")
        return re.sub(r":([a-z0-9_]+):", lambda found: _EMOJI.get(found[1], found[0]), words)
