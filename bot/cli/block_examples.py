"""Examples of every template, made from the types of its view: one with everything it can show, one with the least."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import itertools
import pkgutil
import re
import types
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, date, datetime, time
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import bot
from bot.resources import TEMPLATES
from bot.slack.edge import template_of
from bot.slack.render import Renderer

Json = dict[str, Any]
_ROOT = re.compile(r"<(message|modal|home)\b")
_PERSON, _CHANNEL = "U0EXAMPLE", "C0EXAMPLE"
_NAMED = {
    **dict.fromkeys(("by", "closed_by", "holder", "manager", "next_owner", "owner_slack_id"), _PERSON),
    **dict.fromkeys(("channel", "lost_channel", "lost_channels"), _CHANNEL),
    **dict.fromkeys(("at", "begins", "comes_at", "ends", "morning", "time"), "09:00"),
    **dict.fromkeys(("days", "weekdays"), "MO"),
    "next_due": "2026-03-12",
    "repeat": "weekly",
    "tz": "Europe/Berlin",
    "what": "taken",
}
"""Texts that a template does not only show, by the name of their field."""
_ALWAYS = frozenset({"answered_by", "answered_on", "closed_how", "corrected_to", "lines", "parts"})
"""What a view of ours is never without, although its type would allow it."""
_PLAIN: dict[Any, Any] = {
    str: "Example",
    float: 0.5,
    date: date(2026, 3, 12),
    datetime: datetime(2026, 3, 12, 14, tzinfo=UTC),
    time: time(14),
    object: "Example",
    Any: "Example",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """What Slack would get.

    `surface` is message, modal or home; `payload` is the text and blocks of a message, or the whole view.
    """

    template: str
    surface: str
    payload: Json


def examples(renderer: Renderer) -> Iterator[Example]:
    """Two examples of every template that has a view, or one where both look the same."""
    for template, view in sorted(views().items()):
        seen: list[Json] = []
        for full in (True, False):
            example = _example(renderer, template, Maker(full).instance(view))
            if example.payload not in seen:
                seen.append(example.payload)
                yield example


def views() -> dict[str, type]:
    """The class of the view by the name of its template."""
    view_by_template: dict[str, type] = {}
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if module.name.endswith("__main__"):
            continue
        for name, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if name.endswith("View") and dataclasses.is_dataclass(cls) and cls.__module__ == module.name:
                template = template_of(object.__new__(cls))
                if (TEMPLATES / template).exists():
                    view_by_template[template] = cls
    return view_by_template


def _example(renderer: Renderer, template: str, view: object) -> Example:
    root = _ROOT.search((TEMPLATES / template).read_text("utf-8"))
    surface = root[1] if root else "message"
    if surface == "message":
        message = renderer.message(template, view=view, place="message")
        return Example(template, surface, {"text": message.text, "blocks": message.blocks})
    render = renderer.modal if surface == "modal" else renderer.home
    return Example(template, surface, render(template, view=view))


class Maker:
    """Makes values from their annotations; `full` fills everything, else what may be missing or empty is."""

    def __init__(self, full: bool) -> None:
        self._full = full
        self._numbers = itertools.count(1)

    def instance(self, cls: type) -> Any:
        """An instance of a dataclass or a named tuple."""
        hints = get_type_hints(cls)
        fields = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
        names = [field.name for field in fields if field.init] or list(hints)
        return cls(**{name: self.value(hints[name], name) for name in names})

    def value(self, hint: Any, name: str = "") -> Any:
        """A value of this type for the field `name`."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self._one_of(arguments, name)
        if origin is Literal:
            return arguments[0 if self._full else -1]
        if origin is not None:
            return self._collection(origin, arguments, name)
        if hint is bool:
            return self._full
        if hint is int:
            return next(self._numbers)
        if hint in _PLAIN:
            return _NAMED.get(name, "Example") if hint is str else _PLAIN[hint]
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return list(hint)[0 if self._full else -1]
        return self.instance(hint)

    def _one_of(self, arguments: tuple[Any, ...], name: str) -> Any:
        kinds = [kind for kind in arguments if kind is not type(None)]
        if self._full or name in _ALWAYS:
            return self.value(kinds[0], name)
        return None if len(kinds) < len(arguments) else self.value(kinds[-1], name)

    def _collection(self, origin: Any, arguments: tuple[Any, ...], name: str) -> Any:
        count = 2 if self._full else int(name in _ALWAYS)
        if origin is tuple and Ellipsis not in arguments:
            return tuple(self.value(kind, name) for kind in arguments)
        if issubclass(origin, Mapping):
            return {self.value(arguments[0]): self.value(arguments[1]) for _ in range(count)}
        values = [self.value(arguments[0], name) for _ in range(count)]
        return frozenset(values) if issubclass(origin, Set) else tuple(values)
