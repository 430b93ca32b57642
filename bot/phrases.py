"""Facts of the rules in words, for every surface: the sentences stand in `templates/app/facts.yml`.

The result is plain text: whoever shows it escapes it for its surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template

from bot.domain.facts import Fact, FactCode
from bot.domain.values import text
from bot.resources import TEMPLATES

_MISSING = {
    "metric": "a metric",
    "band": "a band to stay in",
    "target": "a target",
    "baseline": "a baseline",
    "agreement": "the customer's yes to the baseline",
    "date": "a date",
    "owner": "an owner",
}


@lru_cache(maxsize=2048)  # the same few facts are said of most accounts
def phrase(fact: Fact) -> str:
    """What a fact says: a sentence without its full stop, or a part of one, on one line."""
    return _templates()[fact.code].render(fact.values)


def read() -> None:
    """Read all sentences now, so that later no file has to be opened."""
    _templates()


def written() -> dict[str, str]:
    """The sentences as they stand in the file, by the code of their fact."""
    stored = yaml.safe_load((TEMPLATES / "app" / "facts.yml").read_text("utf-8"))
    return {str(code): str(sentence) for code, sentence in stored.items()}


def environment() -> Environment:
    """The Jinja2 environment of the sentences, with their filters."""
    made = Environment(undefined=StrictUndefined, finalize=_finalize)
    made.filters.update(FILTERS)
    return made


@cache
def _templates() -> dict[FactCode, Template]:
    sentences, made = written(), environment()
    return {code: made.from_string(sentences[code]) for code in FactCode}


def _finalize(value: object) -> object:
    return phrase(value) if isinstance(value, Fact) else "" if value is None else value


def _quoted(title: str | Sequence[str], limit: int = 80) -> str | list[str]:
    return text.quoted(title, limit) if isinstance(title, str) else [text.quoted(one, limit) for one in title]


def _listed(items: Sequence[str], more: int = 0) -> str:
    return text.listed([*items, f"{more} more"] if more else items)


def _given(items: Iterable[str | None]) -> str:
    return ", ".join(item for item in items if item)


FILTERS: dict[str, Callable[..., Any]] = {
    "day": text.day,
    "days": text.days,
    "given": _given,
    "listed": _listed,
    "missing": lambda parts: [_MISSING[part] for part in parts],
    "plural": text.plural,
    "quoted": _quoted,
    "spelled": text.spelled,
}
