"""What the Value Proof Packet and its forms show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One outcome with credit. `moved` is `15 → 4 days`, empty for a statement, whose `words` are quoted instead.

    `progress` is set while the target is not met; `method_note` is what isolates our share. `witness` says who recorded
    it and who could check it.
    """

    title: str
    moved: str
    target: str | None
    words: str | None
    progress: str | None
    reason: str
    attestor: str | None
    as_of: date
    link: str | None
    witness: str
    method_note: str | None


@dataclass(frozen=True, slots=True)
class UnprovenLine:
    """An outcome without credit, and why; without a reason it made no progress by its date."""

    title: str
    reason: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PacketView:
    """The packet of an account. `money` says what their side accepted, of what was promised at the sale.

    `renew` says that an acceptance is older than a year and counts no more. `said_by` is who of us recorded it, and
    `said_by_owner` that they own the account or stand in for its owner.
    """

    account_id: int
    account: str
    coverage: str
    outcomes: int
    story: tuple[StoryLine, ...]
    unproven: tuple[UnprovenLine, ...]
    money: str
    champion: str | None
    accepted_on: date | None
    accepted_by: str | None
    renew: bool
    can_write: bool
    said_by: str | None = None
    said_by_owner: bool = False


@dataclass(frozen=True, slots=True)
class SharedPacketView:
    """A packet that `by` shares with a channel."""

    packet: PacketView
    by: str


@dataclass(frozen=True, slots=True)
class AcceptPacketView:
    """The form for the acceptance: `people` are (id, name, part), those who may decide first."""

    account_id: int
    account: str
    coverage: str
    people: tuple[tuple[int, str, str], ...]
    today: date
    seen: int


@dataclass(frozen=True, slots=True)
class PacketAcceptedView:
    """Says what was recorded: who accepted it, when, and until when that counts for a renewal."""

    account: str
    by: str
    on: date
    until: date
