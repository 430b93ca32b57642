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
    """A slash command with all that can be typed behind it."""

    command: str
    lines: tuple[TypedLine, ...]


@dataclass(frozen=True, slots=True)
class WhatICanDoView:
    """All commands."""

    commands: tuple[TypedCommand, ...]
