"""What a person is told when something cannot be done: one wording for Slack, the command line and web pages.

The sentences stand in `templates/<room>/refusals.yml`, each under its code, as Jinja2 with the facts of the refusal.
`bot/phrases.py` reads them. The result is plain text: whoever shows it escapes it for its surface.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from bot.domain.refusal import RefusedError
from bot.phrases import Sentences
from bot.resources import TEMPLATES

log = structlog.get_logger("wording")


class Catalogue:
    """The sentences below one folder of templates. Each file is read once; threads may share a catalogue."""

    def __init__(self, templates: Path) -> None:
        self._folder = templates
        self._rooms: dict[str, Sentences] = {}

    def sentence(self, error: RefusedError) -> str:
        """The sentence of a refusal. Raises KeyError if it has none, TemplateError if it cannot be rendered."""
        return self._room(error.code.room).say(error.code.key, error.facts)

    def sentence_of(self, error: RefusedError) -> str:
        """The sentence of a refusal; one that only names the code when the catalogue was broken by an edit."""
        try:
            return self.sentence(error)
        except Exception:
            log.exception("wording.broken", code=error.code.value)
            return f"This cannot be done ({error.code}), and the sentence that says why is broken. Tell an admin."

    def read(self) -> None:
        """Read all that has not been read yet."""
        for file in self._folder.glob("*/refusals.yml"):
            self._room(file.parent.name).written()

    def written(self, room: str) -> dict[str, str]:
        """The sentences of a room as they stand in its file, by the key of their code."""
        return dict(self._room(room).written())

    def _room(self, room: str) -> Sentences:
        return self._rooms.setdefault(room, Sentences(self._folder / room / "refusals.yml"))


_CATALOGUE = Catalogue(TEMPLATES)


def sentence_of(error: RefusedError) -> str:
    """What to tell the person whose request was refused: plain text, one or two sentences."""
    return _CATALOGUE.sentence_of(error)


def read() -> None:
    """Read all sentences now, so that later no file has to be opened."""
    _CATALOGUE.read()
