"""What admins are asked about owners whom an import named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportedOwnerView:
    """The question who an owner of an import is; `accounts` are the first of `count`.

    `namesakes` are the Slack ids of members with the same name. Once `settled`, `found` is the Slack id of who it is.
    """

    member_id: int
    name: str
    email: str | None
    count: int
    accounts: tuple[str, ...]
    namesakes: tuple[str, ...]
    settled: bool
    found: str | None


@dataclass(frozen=True, slots=True)
class ChooseOwnerView:
    """The form that asks which colleague the owner `name` of an import is."""

    member_id: int
    name: str
    email: str | None
    count: int
