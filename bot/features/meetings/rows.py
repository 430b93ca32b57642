"""What the queries on meetings return: rows of cadences, prompts and answers, and what is open of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from bot.domain.enums import CadenceKind, Change, DecisionOf, OnHoliday, PromptState
from bot.store.ledger import Author

LONGEST_LEAD_HOURS = 14 * 24


@dataclass(frozen=True, slots=True)
class Cadence:
    """A series of customer meetings; `local_start` is the wall clock of its next one in the zone `tz`."""

    id: int
    account_id: int
    kind: CadenceKind
    rrule: str
    local_start: str
    tz: str
    lead_hours: int
    on_holiday: OnHoliday
    active: bool
    next_meeting_at: datetime | None
    next_prompt_at: datetime | None

    @property
    def lead(self) -> timedelta:
        """How long before a meeting the owner is asked; a longer one would have the meetings of years asked at once."""
        return timedelta(hours=min(max(self.lead_hours, 1), LONGEST_LEAD_HOURS))


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with the meeting it belongs to."""

    id: int
    account_id: int
    workspace_id: int
    meeting_id: int
    member_id: int | None
    handed_by_id: int | None
    state: PromptState
    asked_at: datetime
    remind_at: datetime | None
    reminded_at: datetime | None
    snoozed_until: datetime | None
    closes_at: datetime
    closed_at: datetime | None
    kind: CadenceKind
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is on record; `submission` names the form or draft that it came from."""

    id: int
    account_id: int
    meeting_id: int | None
    submission: str
    member_id: int
    change: Change
    what_changed: str | None
    unproven: str | None
    next_action: str | None
    decision: str | None
    decision_of: DecisionOf | None
    moved_evidence: bool
    answered_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """How a due cadence moves on: `starts_at` is the meeting to ask about, `due_at` when it was to be asked about.

    `values` are the columns that change.
    """

    cadence: Cadence
    by: Author
    starts_at: datetime
    due_at: datetime
    values: Mapping[str, Any]


class OpenGap(NamedTuple):
    """A gap that is not closed; `outcome_id` is None for a question, `answer_id` for what no answer has named."""

    id: int
    title: str
    outcome_id: int | None
    answer_id: int | None
    due_on: date | None
    times_moved: int
