"""What the Value Proof Packet and its forms show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.app.acceptance_lines import AcceptanceLine
from bot.domain.enums import CheckVerdict


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

    `acceptances` has the one that counts and a later one that does not; `withdrawn_why` says why the last one that was
    recorded stands no more. `may_look` says that this reader's look at it would make it count, `unopened` that they
    could not open what shows it.
    """

    account_id: int
    account: str
    coverage: str
    outcomes: int
    story: tuple[StoryLine, ...]
    unproven: tuple[UnprovenLine, ...]
    money: str
    champion: str | None
    acceptances: tuple[AcceptanceLine, ...]
    withdrawn_why: str | None
    can_write: bool
    may_look: bool = False
    unopened: bool = False

    @property
    def newest(self) -> AcceptanceLine | None:
        """The acceptance that was recorded last, of those that stand."""
        return self.acceptances[-1] if self.acceptances else None


@dataclass(frozen=True, slots=True)
class SharedPacketView:
    """A packet that `by` shares with a channel."""

    packet: PacketView
    by: str


@dataclass(frozen=True, slots=True)
class PacketTextView:
    """A packet as plain text, to be copied."""

    packet: PacketView


@dataclass(frozen=True, slots=True)
class AcceptPacketView:
    """The form for the acceptance: `people` are (id, name, part), those who may decide first."""

    account_id: int
    account: str
    coverage: str
    people: tuple[tuple[int, str, str], ...]
    today: date
    takes_files: bool
    seen: int


@dataclass(frozen=True, slots=True)
class PacketAcceptedView:
    """Says what was recorded: who accepted it, when, and until when that counts for a renewal once it is checked.

    `asked` is who looks at what shows it.
    """

    acceptance_id: int
    account: str
    by: str | None
    on: date
    until: date
    has_reference: bool
    asked: str | None


@dataclass(frozen=True, slots=True)
class AcceptanceLookView:
    """Asks the manager to look at what shows an acceptance; `verdict`, `by` and `note` are what was said of it."""

    account: str
    line: AcceptanceLine
    recorded_by: str | None
    verdict: CheckVerdict | None
    by: str | None
    note: str | None
    is_there: bool


@dataclass(frozen=True, slots=True)
class AcceptanceNotShownFormView:
    """The form that asks what it shows instead."""

    acceptance_id: int
    account: str
    person: str | None
    on: date
    seen: int


@dataclass(frozen=True, slots=True)
class AcceptanceWithdrawnView:
    """Tells the owner that an acceptance was withdrawn: who opened what shows it, and what they saw instead."""

    account_id: int
    account: str
    person: str | None
    on: date
    by: str | None
    note: str


@dataclass(frozen=True, slots=True)
class AcceptanceUnopenedView:
    """Tells who recorded an acceptance that `by` cannot open what shows it; `link` is where it is."""

    account_id: int
    account: str
    person: str | None
    on: date
    by: str | None
    link: str | None
