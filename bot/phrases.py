"""The sentences that stand in YAML files below `templates`, as Jinja2: one loader and one set of filters for all.

Facts of the rules stand in `templates/app/facts.yml`, under their codes. What a room says beside its templates stands
in a file of its own, under the codes of a `Phrase`. `bot/wording.py` reads refusals the same way.
The result is plain text: whoever shows it escapes it for its surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from bot.domain.facts import Fact
from bot.domain.labels import column_label, label
from bot.domain.values import text
from bot.domain.values.money import Money
from bot.resources import TEMPLATES


class Phrase(StrEnum):
    """A code such as `portfolios/phrases.theatre`: the file of templates that words it, and its key there."""

    @property
    def file(self) -> str:
        return f"{self.value.partition('.')[0]}.yml"

    @property
    def key(self) -> str:
        return self.value.partition(".")[2]


class Sentences:
    """The sentences of one file, by their keys. It is read once; threads may share it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written: Mapping[str, str] | None = None
        self._templates: dict[str, Template] = {}

    def written(self) -> Mapping[str, str]:
        """The sentences as they stand in the file."""
        if self._written is None:
            stored = yaml.safe_load(self._file.read_text("utf-8"))
            self._written = {str(key): str(sentence) for key, sentence in stored.items()}
        return self._written

    def say(self, key: str, values: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> str:
        """The sentence in words. Raises KeyError if there is none, TemplateError if it cannot be rendered."""
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = environment().from_string(self.written()[key])
        return template.render(values)


@lru_cache(maxsize=4096)  # the same few facts are said of most accounts
def phrase(fact: Fact, today: date | None = None) -> str:
    """What a fact says: a sentence without its full stop, or a part of one, on one line.

    With `today`, a day that is near it is said without its year.
    """
    values = fact.values if today is None else (*fact.values, ("today", today))
    return sentences("app/facts.yml").say(fact.code, values)


def say(code: Phrase, /, **values: object) -> str:
    """What a room says under this code, with the values that the sentence names."""
    return sentences(code.file).say(code.key, values)


@cache
def read() -> None:
    """Read all sentences but refusals now, so that later no file has to be opened; a broken one raises here."""
    for file in TEMPLATES.glob("*/*.yml"):
        if file.name != "refusals.yml":
            for sentence in sentences(f"{file.parent.name}/{file.name}").written().values():
                environment().parse(sentence)


@cache
def sentences(file: str) -> Sentences:
    """The sentences of a file below `templates`, such as `app/facts.yml`."""
    return Sentences(TEMPLATES / file)


@cache
def environment() -> Environment:
    """The Jinja2 environment of all sentences."""
    made = Environment(undefined=StrictUndefined, finalize=_finalize)
    made.filters.update(FILTERS)
    return made


@pass_context
def _finalize(context: Context, value: object) -> object:
    return phrase(value, context.get("today")) if isinstance(value, Fact) else "" if value is None else value


@pass_context
def _day(context: Context, when: date | None) -> str:
    """`12 Mar 2026`, and `12 Mar` where the sentence or template says what `today` is and the day is near it."""
    if not when:
        return ""
    today = context.get("today")
    return text.near_day(when, today) if isinstance(today, date) else text.day(when)


@pass_context
def _coming(context: Context, when: date | None) -> str:
    """The same with the weekday within the next seven days."""
    today = context.get("today")
    return text.coming_day(when, today) if when and isinstance(today, date) else _day(context, when)


def _quoted(title: str | Sequence[str], limit: int = 80) -> str | list[str]:
    return text.quoted(title, limit) if isinstance(title, str) else [text.quoted(part, limit) for part in title]


def _listed(items: Sequence[str], more: int = 0) -> str:
    return text.listed([*items, f"{more} more"] if more else items)


def _given(items: Iterable[str | None]) -> str:
    return ", ".join(item for item in items if item)


def _worded(value: object, unit: str | None = None, over: int = 0, limit: int = 80) -> str:
    """A value by its type: a text is quoted if it has a space and more than `over` characters; an amount is in full, so
    that a change of it can be seen."""
    match value:
        case None:
            return ""
        case Enum():
            return label(value)
        case Decimal():
            return text.number(value, unit)
        case date():
            return text.day(value)
        case Money():
            return text.number(value.major, value.currency)
    words = str(value)
    return text.quoted(words, limit) if " " in words and len(words) > over else words


def _upto(items: Sequence[str], limit: int) -> str:
    named = [item for item in items if item]
    return ", ".join(named[:limit]) + (" …" if len(named) > limit else "")


FILTERS: dict[str, Callable[..., Any]] = {
    "band": text.band,
    "capitalize_first": lambda words: words[:1].upper() + words[1:],
    "column": column_label,
    "coming": _coming,
    "count": lambda many: f"{many:,}",
    "day": _day,
    "days": text.days,
    "given": _given,
    "label": label,
    "listed": _listed,
    "named": lambda keys, words: [words[key] for key in keys],
    "number": text.number,
    "percent": text.percent,
    "phrase": phrase,
    "plural": text.plural,
    "quoted": _quoted,
    "repr": repr,
    "short": text.short,
    "spelled": text.spelled,
    "upto": _upto,
    "worded": _worded,
}
"""All filters of sentences; templates of Slack have them too (`bot/slack/render.py`)."""
