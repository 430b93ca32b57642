"""What a person is told when something cannot be done: one wording for Slack, the command line and web pages.

The sentences stand in `templates/<room>/refusals.yml`, each under its code, as Jinja2 with the facts of the refusal.
The result is plain text: whoever shows it escapes it for its surface.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
import yaml
from jinja2 import Environment, StrictUndefined

from bot.app.actor import UserError
from bot.domain.labels import column_label, label
from bot.domain.values.text import day, short
from bot.resources import TEMPLATES

log = structlog.get_logger("wording")


def upto(items: Sequence[str], limit: int) -> str:
    """Filter: the first `limit` items that are not empty, with commas; "…" follows where there are more."""
    named = [item for item in items if item]
    return ", ".join(named[:limit]) + (" …" if len(named) > limit else "")


FILTERS: dict[str, Callable[..., str]] = {
    "column": column_label,
    "day": day,
    "label": label,
    "repr": repr,
    "short": short,
    "upto": upto,
}


class Catalogue:
    """The sentences below one folder of templates. Each file is read once; threads may share a catalogue."""

    def __init__(self, templates: Path) -> None:
        self._folder = templates
        self._rooms: dict[str, dict[str, str]] = {}
        self._environment = Environment(undefined=StrictUndefined)
        self._environment.filters.update(FILTERS)

    def read(self) -> None:
        """Read all that has not been read yet."""
        for file in self._folder.glob("*/refusals.yml"):
            self._rooms.setdefault(file.parent.name, self.written(file.parent.name))

    def sentence(self, error: UserError) -> str:
        """The sentence of a refusal. Raises KeyError if it has none, TemplateError if it cannot be rendered."""
        room = error.code.room
        if room not in self._rooms:
            self._rooms[room] = self.written(room)
        return self._environment.from_string(self._rooms[room][error.code.key]).render(error.facts)

    def sentence_of(self, error: UserError) -> str:
        """The sentence of a refusal; one that only names the code when the catalogue was broken by an edit."""
        try:
            return self.sentence(error)
        except Exception:
            log.exception("wording.broken", code=error.code.value)
            return f"This cannot be done ({error.code}), and the sentence that says why is broken. Tell an admin."

    def written(self, room: str) -> dict[str, str]:
        """The sentences of a room as they stand in its file, by the key of their code."""
        text = (self._folder / room / "refusals.yml").read_text("utf-8")
        return {str(key): str(sentence) for key, sentence in yaml.safe_load(text).items()}


_CATALOGUE = Catalogue(TEMPLATES)


def sentence_of(error: UserError) -> str:
    """What to tell the person whose request was refused: plain text, one or two sentences."""
    return _CATALOGUE.sentence_of(error)


def read() -> None:
    """Read all sentences now, so that later no file has to be opened."""
    _CATALOGUE.read()
