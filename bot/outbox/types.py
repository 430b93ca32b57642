"""The values of the outbox: what is put in, what a claim hands out, and how sending can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

SHARED_OUTSIDE = "shared_outside"
"""The code, ours and not Slack's, of a channel that another organisation shares: nothing is posted there."""


class Destination(StrEnum):
    """What `channel` names: a conversation, or a user whose direct messages are opened at sending."""

    CHANNEL = "channel"
    USER = "user"


class Op(StrEnum):
    """Post a new message, or update in place the one that another row posted."""

    POST = "post"
    UPDATE = "update"


class State(StrEnum):
    """Where a row is; `waiting`, `parked` and `sending` are open, the others final."""

    WAITING = "waiting"
    PARKED = "parked"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


class Note(StrEnum):
    """How sure a sent row is."""

    ONCE = "effectively once"
    RECONCILED = "reconciled"
    AT_LEAST_ONCE = "at least once"


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Makes the unique keys of one kind of message: `MessageKey("risk").of(7)` is `risk:7`."""

    prefix: str

    def of(self, *parts: object) -> str:
        """The key of the message that these parts name."""
        return ":".join((self.prefix, *map(str, parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to be sent once `due_at` (business time) has come.

    `key` is unique in the workspace. `args` are ids only: the text is rendered at sending, from fresh state, by the
    template family `kind`. `thread_key` and `target_key` name rows put before this one: the message to reply to, and
    (for `Op.UPDATE`) the message to change; `channel` may then be left out and is theirs. `trace` is the log's id of
    the click that caused it; without one, the id bound to the current log context is taken.
    """

    key: str
    workspace_id: int
    kind: str
    due_at: datetime
    channel: str | None = None
    destination: Destination = Destination.CHANNEL
    args: Mapping[str, Any] = field(default_factory=dict)
    op: Op = Op.POST
    thread_key: str | None = None
    target_key: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A row in the hands of one sender from `taken_at` to `lease_until` (database time); `token` fences everybody
    else off.

    `thread_ts` and `target_ts` are known when the rows they come from were sent; `orphan` says why they cannot be.
    `in_doubt` means that an earlier attempt may have reached Slack between `doubt_from` and `doubt_until` (database
    time; None: nobody noted it). A look for it goes on at `look_cursor`; Slack has refused `looks_refused` of them.
    `unreadable` says that a column holds what this version cannot read: then only ids, key, kind and channel are true.
    """

    id: int
    workspace_id: int
    key: str
    uuid: str
    kind: str
    args: dict[str, Any]
    op: Op
    channel: str
    destination: Destination
    due_at: datetime
    trace: str | None
    token: int
    failures: int
    in_doubt: bool
    blind: int
    doubt_from: datetime
    taken_at: datetime
    lease_until: datetime
    doubt_until: datetime | None = None
    look_cursor: str | None = None
    looks_refused: int = 0
    thread_channel: str | None = None
    thread_ts: str | None = None
    target_channel: str | None = None
    target_ts: str | None = None
    orphan: str | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Slack confirmed the message."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Found:
    """Looking in the channel's history showed that an earlier attempt had arrived."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Looking showed that no earlier attempt has arrived."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """This part of the history does not have it; there is more to look at from `cursor` on."""

    cursor: str


@dataclass(frozen=True, slots=True)
class CannotLook:
    """Nobody will ever be able to look: there is no right to read the channel's history."""

    why: str


@dataclass(frozen=True, slots=True)
class LookRefused:
    """Slack takes no look from the workspace for `retry_after` seconds; sending is another matter."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Moot:
    """The message says nothing that is still true or wanted; it is dropped."""

    reason: str


class Scope(StrEnum):
    """What a permanent refusal is about: this message or its destination, or the whole workspace (a revoked token)."""

    MESSAGE = "message"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Slack will never take it; `code` is Slack's error code."""

    code: str
    scope: Scope = Scope.MESSAGE


@dataclass(frozen=True, slots=True)
class NotSent:
    """It surely did not arrive and may be tried again; `retry_after` (seconds) is Slack's word for the workspace."""

    why: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It may have arrived: the answer was lost."""

    why: str


@dataclass(frozen=True, slots=True)
class NotLooked:
    """The look has not come to its end and goes on at `cursor`, after `retry_after` seconds if Slack refused it.

    `asked` is False when nobody asked Slack, because it had refused another look a moment ago.
    """

    why: str
    cursor: str | None = None
    retry_after: float | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The sender stops before it has sent anything; another may take the row at once."""


Outcome = Sent | Found | Moot | PermanentFailure | NotSent | Ambiguous | NotLooked | HandedBack


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one claimed row."""

    row: Claimed
    outcome: Outcome


class ResultVerdict(StrEnum):
    """What recording a result did."""

    RECORDED = "recorded"
    LOST = "lost"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result with its verdict: `LOST` — the lease was gone and nothing was written; `DOUBLED` — another sender's
    message stands for this row, and the one just sent is one too many."""

    result: Result
    verdict: ResultVerdict
    note: str


class UnknownKeyError(LookupError):
    """`thread_key` or `target_key` names no row of the workspace's outbox."""
