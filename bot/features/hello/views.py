"""What the bot answers when somebody writes to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HelloView:
    """The answer to a greeting and to what is no customer's name; the account, if there is one, is an example."""

    account_id: int | None
    account: str | None


@dataclass(frozen=True, slots=True)
class TypedLine:
    """`written` is what to type, `does` what then happens."""

    written: str
    does: str


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A slash command with the first of what can be typed behind it, and how much `more` there is."""

    command: str
    lines: tuple[TypedLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class WhatICanDoView:
    """All commands with what is typed most, or one of them with everything."""

    commands: tuple[TypedCommand, ...]
