"""What `/proof` shows where it is not clear what is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WhichAccountView:
    """The question whose `topic` to show, with a menu that finds the account."""

    topic: str


@dataclass(frozen=True, slots=True)
class NearTopicView:
    """Above a card: what was typed is no topic; `topic` is the nearest, None where nothing is near."""

    account_id: int
    typed: str
    topic: str | None
