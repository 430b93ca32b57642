"""The notes of an import in words, from `templates/imports/remarks.yml`; plain text, escaped by whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.features.imports.remarks import Note
from bot.features.imports.report import BadRow
from bot.phrases import sentences

REMARKS = sentences("imports/remarks.yml")


_NAMED = 5
_LISTS = ("names", "examples")


def sentence(note: Note, *, whole: bool = False) -> str:
    """What a note says: a sentence, or for the reason of a line its second half.

    A long list in it is cut with a count, for people, unless the `whole` of it is wanted.
    """
    facts = dict(note.facts)
    for name in _LISTS:
        if name in facts:
            most = len(facts[name]) if whole else _NAMED
            facts |= {name: facts[name][:most], "more": len(facts[name][most:])}
    return REMARKS.say(note.remark, facts)


def reason(bad: BadRow) -> str:
    """Why a line was left out, with the column and the cell at fault."""
    says = sentence(bad.reason)
    if bad.column is None:
        return says
    return f"{bad.column}: {bad.value} {says}" if bad.value else f"{bad.column} {says}"


def refusal(code: str, facts: Mapping[str, Any]) -> str:
    """Why a file was refused, in the words of the command line: its message is sent later, by no edge's answer."""
    room, _, key = code.partition(".")
    return sentences(f"{room}/refusals.yml").say(key, facts)
