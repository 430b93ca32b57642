"""The kit for the grammar of slash commands: one table a command, which prints its help and goes with its parser.

A room declares its command as a `Grammar` in its `grammar.py`. What people type is read by the room's own parser, which
gives a typed request or raises `UserError` with what to write instead. A name in quotes is only a name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.store.types import storable

Request = TypeVar("Request")

# Keyboards of phones and Macs turn straight quotes into the others.
_QUOTED = re.compile(r"[\"“”„«»](?P<name>[^\"“”„«»]+)[\"“”„«»](?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Help:
    """`/command help`."""


@dataclass(frozen=True, slots=True)
class CommandForm:
    """One way to use a command: what stands behind it, what it does, and the word that tells it from the others."""

    usage: str
    does: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """`written` is what to type, `does` what then happens."""

    written: str
    does: str


@dataclass(frozen=True, slots=True)
class HelpView:
    """The help of one command."""

    command: str
    lines: tuple[HelpLine, ...]


@dataclass(frozen=True, slots=True)
class Grammar(Generic[Request]):
    """A slash command: `command` as the manifest declares it, its forms, and how Slack hints at them (`usage_hint`).

    `read` takes the words behind the command, with single spaces, and gives a request; it raises `UserError`.
    """

    command: str
    forms: tuple[CommandForm, ...]
    usage_hint: str
    read: Callable[[str], Request | Help]

    def parse(self, text: str) -> Request | Help:
        """What was asked for by the command with `text` behind it, as Slack sends it; raises `UserError`."""
        words = " ".join(storable(html.unescape(text)).split())
        return Help() if words.casefold() == "help" else self.read(words)

    def help(self) -> HelpView:
        """What can be written after the command, as the table has it."""
        forms = (*self.forms, CommandForm("help", "this list", "help"))
        lines = tuple(HelpLine(f"{self.command} {form.usage}".strip(), form.does) for form in forms)
        return HelpView(self.command, lines)


def unquoted(words: str) -> tuple[str | None, str]:
    """The quoted name that `words` start with and what follows it; no name if they start with no quote."""
    match = _QUOTED.fullmatch(words)
    return (match["name"].strip(), match["rest"].strip()) if match else (None, words)
