"""The notes of an import in words, from `templates/imports/remarks.yml`; plain text, escaped by whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml
from jinja2 import Template

from bot import phrases
from bot.features.imports.remarks import Note, Remark
from bot.features.imports.report import BadRow
from bot.resources import TEMPLATES


def sentence(note: Note) -> str:
    """What a note says: a sentence, or for the reason of a line its second half."""
    return _templates()[note.remark].render(note.facts)


def reason(bad: BadRow) -> str:
    """Why a line was left out, with the column and the cell at fault."""
    says = sentence(bad.reason)
    if bad.column is None:
        return says
    return f"{bad.column}: {bad.value} {says}" if bad.value else f"{bad.column} {says}"


def written() -> Mapping[str, str]:
    """The sentences as they stand in the file, by the key of their remark."""
    stored = yaml.safe_load((TEMPLATES / "imports" / "remarks.yml").read_text("utf-8"))
    return {str(key): str(text) for key, text in stored.items()}


@cache
def _templates() -> dict[Remark, Template]:
    sentences, environment = written(), phrases.environment()
    return {remark: environment.from_string(sentences[remark]) for remark in Remark}
