"""What the morning message shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.enums import Loop, Severity, Standing
from bot.features.meetings.views import PromptView


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting in the morning message: its prompt as it stands, and what is at stake.

    `ahead` are the days from today to the meeting's, `on` that day. `squares` are how outcomes stand, empty above ten
    and without a plan (`has_plan`). `renews_in` are the days to a renewal that is near, `disputed` says how many
    outcomes the customer disputes, `fact` the worst danger. `soon` says that the meeting begins within two hours.
    """

    prompt: PromptView
    on: date
    ahead: int
    squares: tuple[Standing, ...]
    has_plan: bool
    renews_in: int | None
    disputed: int
    fact: str | None
    soon: bool

    @property
    def is_open(self) -> bool:
        """Whether it still waits for the reader's answer."""
        return self.prompt.state == "open" and self.prompt.handed_to is None and not self.prompt.passed


@dataclass(frozen=True, slots=True)
class TodoLine:
    """A step that is due: `late` are the days since, `done` says that it was done today."""

    action_id: int
    account_id: int
    account: str
    text: str
    due_on: date
    late: int
    loop: Loop
    done: bool


@dataclass(frozen=True, slots=True)
class TodoListView:
    """The reader's open steps that are due within a week or late, each to be moved, handed over or dropped."""

    today: date
    todos: tuple[TodoLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ExpiringLine:
    """Evidence that expires within a week: the last day on which it counts, and what the coverage falls from and to."""

    account_id: int
    account: str
    title: str
    last_day: date
    ahead: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HeldRiskLine:
    """An open risk that the reader holds."""

    risk_id: int
    account_id: int
    account: str
    fact: str
    severity: Severity
    since: date | None


@dataclass(frozen=True, slots=True)
class MorningView:
    """The morning message of a day, as things stand now; `more` are meetings that stand behind a button.

    `open_meetings` and `open_todos` count all that is not done yet. `comes_at` is the time of day at which it comes,
    `next_at` when the next one does.
    """

    day: date
    rows: tuple[MeetingRow, ...]
    more: int
    open_meetings: int
    all_meetings: int
    todos: tuple[TodoLine, ...]
    todos_more: int
    open_todos: int
    expiring: tuple[ExpiringLine, ...]
    expiring_all: int
    risks: tuple[HeldRiskLine, ...]
    risks_more: int
    comes_at: str
    next_at: datetime

    @property
    def first_open(self) -> int | None:
        """The place of the first meeting that still waits for an answer."""
        return next((place for place, row in enumerate(self.rows) if row.is_open), None)


@dataclass(frozen=True, slots=True)
class MorningPageView:
    """The meetings of a morning that did not find room in it, page by page; `next_page` is None on the last."""

    day: date
    rows: tuple[MeetingRow, ...]
    page: int
    pages: int

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None
