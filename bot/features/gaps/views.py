"""What the register of gaps, its forms and its messages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.app.gap_lines import GapLine

PAGE = 20
"""Gaps on a page: each takes two blocks, and a message has 50."""


GapAct = Literal["saved", "closed", "moved", "handed", "undone", "unchanged"]
"""What somebody did with a gap."""


@dataclass(frozen=True, slots=True)
class GapsView:
    """The open gaps of an account, a page of them; `all` counts them, `me` is the member who reads."""

    account_id: int
    account: str
    coverage: str
    gaps: tuple[GapLine, ...]
    all: int
    page: int
    can_write: bool
    me: int

    @property
    def begin(self) -> int:
        """Which of all gaps is the first on this page, counted from 1."""
        return self.page * PAGE + 1

    @property
    def more(self) -> int:
        """How many gaps follow after this page."""
        return max(0, self.all - (self.page * PAGE + len(self.gaps)))

    @property
    def following(self) -> int:
        """How many gaps the next page has."""
        return min(self.more, PAGE)


@dataclass(frozen=True, slots=True)
class GapFormView:
    """The form of one gap, with what is known of it. The title of an outcome is not changed here.

    `ref` is `gap:7`, or `outcome:3` where nobody has written anything down but the outcome.
    """

    ref: str
    account: str
    title: str
    of_outcome: bool
    next_action: str | None
    owner: str | None
    due_on: date | None
    risk_if_never: str | None
    moved: int
    seen: int


@dataclass(frozen=True, slots=True)
class CloseGapFormView:
    """The form that closes a question: `pieces` are (id, what it says) of evidence that stands, the newest first."""

    ref: str
    account: str
    title: str
    pieces: tuple[tuple[int, str], ...]
    seen: int


@dataclass(frozen=True, slots=True)
class MoveGapFormView:
    """The form that puts a gap on another day."""

    ref: str
    account: str
    title: str
    due_on: date | None
    moved: int
    seen: int


@dataclass(frozen=True, slots=True)
class HandGapFormView:
    """The form that hands a gap to a colleague; `owner` is who has it."""

    ref: str
    account: str
    title: str
    owner: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class GapSavedView:
    """What was saved of a gap.

    `undo` is what the button that takes it back carries, None where nothing can be taken back.
    """

    account_id: int
    account: str
    act: GapAct
    title: str
    next_action: str | None
    owner: str | None
    due_on: date | None
    risk_if_never: str | None
    moved: int
    closed_how: str | None
    closed_link: str | None
    closed_with: str | None
    undo: str | None


@dataclass(frozen=True, slots=True)
class GapHandedView:
    """Tells a colleague that a gap is theirs now, or (`back`) that it is not theirs any more; `by` did it."""

    ref: str
    account_id: int
    account: str
    title: str
    of_outcome: bool
    by: str | None
    next_action: str | None
    due_on: date | None
    risk_if_never: str | None
    back: bool
