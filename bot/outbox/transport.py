"""The protocols that the sender needs: the transport to Slack and the observer of what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.outbox.types import (
    Absent,
    Ambiguous,
    CannotLook,
    Claimed,
    Found,
    LookRefused,
    Moot,
    Note,
    NotSent,
    PermanentFailure,
    Sent,
    Unfinished,
)

P = TypeVar("P")

OnDead = Callable[[Session, Claimed, str], None]
"""Called in the transaction that marks a row dead, with Slack's error code; it puts the notice to a person."""


def steady_seconds() -> float:
    """Seconds that also pass while the machine sleeps, where the system knows them; only differences mean anything."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a claim is ours, by this machine's steady clock and counted from before the claim was made."""

    ends: float
    needed: float
    steady: Callable[[], float] = steady_seconds

    def may_post(self) -> bool:
        """Whether a post that starts now is over before anybody may take the row; ask right before the first byte."""
        return self.ends - self.steady() > self.needed


class Transport(Protocol[P]):
    """The way to Slack. Every method may take at most the sender's `http_seconds`; more counts as no answer."""

    async def prepare(self, rows: Sequence[Claimed]) -> Sequence[P | Moot | PermanentFailure | NotSent | Exception]:
        """Render these messages from fresh state, one result a row; `Moot` drops the row. Posts nothing.

        An exception as a result is a row that cannot be rendered; one that is raised is about all of them.
        """

    async def deliver(self, prepared: P, lease: Lease) -> Sent | PermanentFailure | NotSent | Ambiguous:
        """Post or update once, carrying the row's `uuid` in the message's metadata, and never retry.

        Asks `lease.may_post()` as late as it can, and answers `NotSent` when it says no.
        """

    async def find(
        self, row: Claimed
    ) -> Found | Absent | Unfinished | CannotLook | LookRefused | NotSent | PermanentFailure:
        """Look for the row's `uuid` in one page of its channel's (or thread's) history, from `row.look_cursor` on.

        The history is that between `row.doubt_from` and `row.doubt_until`, with a margin for the clocks' difference.
        `NotSent`: the look itself failed and may be tried again. `PermanentFailure`: Slack takes nothing from this
        workspace."""

    async def retract(self, row: Claimed, sent: Sent) -> None:
        """Delete a message of ours that stands twice."""


class Observer(Protocol):
    """Receives what happens, for the metrics; called in its event loop, after the commit."""

    def sent(self, row: Claimed, lag_seconds: float, note: Note) -> None:
        """A row is sent; the lag is between its due time and now, in business time."""

    def retried(self, row: Claimed, why: str) -> None:
        """A row was surely not sent, or nobody knows; it is tried again."""

    def reconciled(self, row: Claimed) -> None:
        """A row was found to have arrived: a duplicate was prevented."""

    def dropped(self, row: Claimed, reason: str) -> None:
        """A row became moot."""

    def dead(self, row: Claimed, code: str) -> None:
        """A row was refused for good, and a person is told."""

    def lost(self, row: Claimed) -> None:
        """A lease ran out while this sender held it; the result was not written."""

    def doubled(self, row: Claimed) -> None:
        """A message stood twice and one was retracted."""

    def blind(self, row: Claimed) -> None:
        """A row is sent again although nobody may look whether it had arrived."""

    def blocked(self, workspace_id: int, seconds: float) -> None:
        """Slack asked to wait."""

    def paused(self, workspace_id: int, code: str) -> None:
        """Slack no longer accepts the workspace's token."""


class Silent:
    """The observer that keeps no metrics."""

    def sent(self, row: Claimed, lag_seconds: float, note: Note) -> None: ...
    def retried(self, row: Claimed, why: str) -> None: ...
    def reconciled(self, row: Claimed) -> None: ...
    def dropped(self, row: Claimed, reason: str) -> None: ...
    def dead(self, row: Claimed, code: str) -> None: ...
    def lost(self, row: Claimed) -> None: ...
    def doubled(self, row: Claimed) -> None: ...
    def blind(self, row: Claimed) -> None: ...
    def blocked(self, workspace_id: int, seconds: float) -> None: ...
    def paused(self, workspace_id: int, code: str) -> None: ...
