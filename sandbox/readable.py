"""The readable text of messages and views: what a person reads, as one string."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sandbox.forms import FIELDS
from sandbox.model import Json
from sandbox.mrkdwn import date_text, readable

_TEXT_KEYS = ("title", "rich_text_title", "subtitle", "label", "text", "fields", "hint", "body", "caption", "alt_text")
_CHILD_KEYS = ("child_blocks", "elements", "element", "accessory", "actions", "rows", "tasks")


class Reader:
    """Reads for one person: names instead of ids, times in the zone of `now`, which is aware."""

    def __init__(self, name_of: Callable[[str], str], now: datetime) -> None:
        self._name_of = name_of
        self._now = now

    def text(self, shown: Json | list[Json] | None) -> str:
        """All readable text of a message, view or block list, a line a block; `text` where there are no blocks."""
        if shown is None:
            return ""
        if isinstance(shown, list):
            return "\n".join(self.block(block) for block in shown)
        lines: list[str] = []
        if isinstance(shown.get("title"), dict) and shown.get("type") != "home":
            lines.append(self._object(shown["title"]))
        if shown.get("blocks"):
            lines += [self.block(block) for block in shown["blocks"]]
        else:
            lines.append(self._mrkdwn(str(shown.get("text") or "")))
        lines += [self.text(attachment) for attachment in shown.get("attachments") or []]
        lines += [self._object(shown[key]) for key in ("submit", "close") if isinstance(shown.get(key), dict)]
        return "\n".join(line for line in lines if line)

    def block(self, block: Json) -> str:
        """The readable text of one block."""
        return " ".join(part for part in self._parts(block) if part)

    def _mrkdwn(self, text: str) -> str:
        return readable(text, self._name_of, self._now)

    def _object(self, text: Any) -> str:
        if isinstance(text, str):
            return text
        content = str(text.get("text", ""))
        return self._mrkdwn(content) if text.get("type") == "mrkdwn" else content

    def _parts(self, node: Any) -> Iterator[str]:
        if isinstance(node, list):
            for child in node:
                yield from self._parts(child)
            return
        if not isinstance(node, dict):
            return
        kind = str(node.get("type", ""))
        if kind.startswith("rich_text"):
            yield self._rich(node)
            return
        if kind in ("mrkdwn", "plain_text", "raw_text", "markdown"):
            yield self._object(node)
            return
        if kind == "raw_number":
            yield str(node.get("text", node["value"]))
            return
        for key in _TEXT_KEYS:
            value = node.get(key)
            if isinstance(value, str):
                yield value
            else:
                yield from self._parts(value)
        yield from self._chosen(node, kind)
        yield from _chart_words(node.get("chart") or {})
        for key in _CHILD_KEYS:
            yield from self._parts(node.get(key))

    def _chosen(self, element: Json, kind: str) -> Iterator[str]:
        """What stands in an input before anybody touches it: its initial value, else its placeholder."""
        if kind in ("radio_buttons", "checkboxes", "overflow"):
            yield from (self._object(option["text"]) for option in element.get("options", []))
            return
        field = FIELDS.get(kind)
        initial = element.get(field.initial) if field else None
        if initial is None:
            if "placeholder" in element:
                yield self._object(element["placeholder"])
            return
        for item in initial if isinstance(initial, list) else [initial]:
            if isinstance(item, dict):
                yield self._object(item["text"]) if "text" in item else self._rich(item)
            else:
                yield self._name_of(item) if isinstance(item, str) and kind.endswith("_select") else str(item)

    def _rich(self, node: Json) -> str:
        kind = node["type"]
        if "elements" in node:
            glue = "\n" if kind in ("rich_text", "rich_text_list") else ""
            return glue.join(self._rich(child) for child in node["elements"])
        if kind == "user":
            return self._name_of(node["user_id"])
        if kind == "channel":
            return self._name_of(node["channel_id"])
        if kind == "broadcast":
            return f"@{node['range']}"
        if kind == "emoji":
            return f":{node['name']}:"
        if kind == "date":
            return date_text(f"!date^{node['timestamp']}^{node['format']}", str(node.get("fallback", "")), self._now)
        return str(node.get("text") or node.get("url") or "")


def _chart_words(chart: Json) -> Iterator[str]:
    """A chart as its text for screen readers: each series with its values, or each segment with its own."""
    for series in chart.get("series", []):
        points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
        yield f"{series['name']}: {points}"
    for segment in chart.get("segments", []):
        yield f"{segment['label']} {segment['value']}"
