"""Lines that other rooms add to a portfolio's digest: a provider for each, collected by `bot.rooms`.

What is said of an owner goes to the portfolio's manager alone; what stands in the channel names accounts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain.portfolio.spot_check import NewPieces
from bot.domain.values.money import Money


class OwnerLine(NamedTuple):
    """What there is to say of one member, for the manager alone: `called off 3 of 5 meetings; one is usual`."""

    member_id: int
    text: str


class MessageLine(NamedTuple):
    """What there is to say of a customer in the digest's message, and how much ARR it is about."""

    name: str
    text: str
    arr: Money | None = None


@dataclass(frozen=True, slots=True)
class DigestLines:
    """What one room adds to a digest, or all of them.

    `foot` are parts of the channel's grey line, `thread` titles with lines of the channel's thread, each an account and
    what is said of it. `of_owners` are titles with lines for the manager alone. `message` are titles with lines that
    stand in the message itself, the first few of each; `reasons` say why customers left, by account. `renewed` are
    customers whose renewal may be the headline, the largest first.
    """

    foot: tuple[str, ...] = ()
    thread: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    of_owners: tuple[tuple[str, tuple[OwnerLine, ...]], ...] = ()
    message: tuple[tuple[str, tuple[MessageLine, ...]], ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    renewed: tuple[MessageLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestSpan:
    """Of which portfolio and which time a digest tells: from the last one, None if it is the first, to now."""

    workspace_id: int
    portfolio_id: int
    since: datetime | None
    now: datetime


DigestProvider = Callable[[Session, DigestSpan], DigestLines]
"""What a room adds; it reads only, in a few queries, however large the portfolio."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a room does when a digest is opened: the lines that it adds, and `write`, which is called with the digest's
    id in the transaction that opens it."""

    lines: DigestLines
    write: Callable[[Session, int], None]


DigestFollower = Callable[[Session, DigestSpan, NewPieces], FollowUp]
"""Works out what a room does when a digest is opened, from the pieces that newly count in it; it reads only."""


def collected(providers: Iterable[DigestProvider], session: Session, span: DigestSpan) -> DigestLines:
    """What all these rooms add, one after the other."""
    return joined([provide(session, span) for provide in providers])


def joined(parts: Sequence[DigestLines]) -> DigestLines:
    """The lines of several rooms, one after the other."""
    return DigestLines(
        tuple(text for part in parts for text in part.foot),
        tuple(block for part in parts for block in part.thread),
        tuple(lines for part in parts for lines in part.of_owners),
        tuple(block for part in parts for block in part.message),
        {account_id: reason for part in parts for account_id, reason in part.reasons.items()},
        tuple(line for part in parts for line in part.renewed),
    )
