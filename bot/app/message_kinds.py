"""The kinds of message: one value for each, declared in its room's `messages.py`, collected by `bot.rooms`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.recipients import Recipient
from bot.outbox.retention import Retention, Rule
from bot.outbox.types import Claimed, MessageKey

Args = dict[str, Any]
Composer = Callable[[Session, Sequence[Args], datetime], Sequence[object]]
"""`compose(session, args of many, now) -> [View | Moot, …]`: the views as they are true now.

Beside what the row was put with, the args hold the row's `workspace_id`; every id in them is of that workspace.
"""
Substitute = Callable[[Session, Claimed], Recipient | None]
"""`substitute(session, refused row) -> who hears it instead`; None if nobody is left."""


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of message in the outbox.

    `name` is the word that the outbox stores. `key` makes the keys of its posts. `compose` is called at sending time
    with the args of rows that are sent together. `substitute` finds who hears what Slack refused for good; None where
    nobody stands in. `retention` says when a finished message may go. `in_channel` tells that it is posted to channels.
    """

    name: str
    key: MessageKey
    compose: Composer
    substitute: Substitute | None
    retention: Retention
    in_channel: bool = False


def each(compose: Callable[[Session, Args, datetime], object]) -> Composer:
    """A composer of many from one that composes a single message."""
    return lambda session, many, now: [compose(session, args, now) for args in many]


def composers(kinds: Iterable[MessageKind]) -> dict[str, Composer]:
    """How to compose each of these kinds, by name."""
    return {kind.name: kind.compose for kind in kinds}


def retention_rules(kinds: Iterable[MessageKind]) -> tuple[Rule, ...]:
    """Which finished messages of these kinds go, in the order in which one round can let them go."""
    rules = [rule for kind in kinds for rule in kind.retention.rules(kind.name)]
    return tuple(sorted(rules, key=lambda rule: rule.turn))
