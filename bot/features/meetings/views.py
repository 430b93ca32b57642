"""What prompts, answers and their forms show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.app.gap_lines import GapLine
from bot.domain.enums import CadenceKind, Change, DecisionOf, OnHoliday, PromptState
from bot.features.renewals.views import CallLine


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What an answer in one line would record; nothing is recorded before it is confirmed."""

    draft_id: int
    account_id: int
    account: str
    meeting_at: datetime | None
    change: Change
    what_changed: str | None
    unproven: str | None
    next_action: str | None
    next_due: date | None
    owner: str


@dataclass(frozen=True, slots=True)
class StepTick:
    """An open step that the answer form offers to tick off; `done` is set where this answer has ticked it."""

    action_id: int
    text: str
    due_on: date | None
    done: bool


@dataclass(frozen=True, slots=True)
class AnswerFormView:
    """The three questions, with what is known: the open steps to tick off, the gaps that are open.

    The next step is empty in a new answer: an open one is ticked or stays. When `edits` is set the form changes that
    answer, and shows what it said. `points` are what a step can be for: (`gap:7` or `outcome:3`, title). Who does it,
    what for, and the decision that it changed show once the form is `unfolded`.
    """

    account_id: int
    account: str
    meeting_id: int | None
    starts_at: datetime | None
    edits: int | None
    steps: tuple[StepTick, ...]
    change: Change | None
    what_changed: str | None
    questions: tuple[GapLine, ...]
    outcomes_open: tuple[str, ...]
    unproven: str | None
    next_action: str | None
    next_owner: str | None
    next_due: date | None
    loop: str
    points: tuple[tuple[str, str], ...]
    step_for: str | None
    decision: str | None
    decision_of: DecisionOf
    unfolded: bool
    has_outcomes: bool
    seen: int


@dataclass(frozen=True, slots=True)
class NothingChangedFormView:
    """The short form: which gap stays, and why."""

    prompt_id: int
    account: str
    gaps: tuple[GapLine, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class HandOverFormView:
    """The form that hands a prompt to a colleague."""

    prompt_id: int
    account: str
    seen: int


@dataclass(frozen=True, slots=True)
class OwedLine:
    """An open prompt of the actor."""

    prompt_id: int
    account: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class OwedView:
    """The answers that somebody owes, next meeting first."""

    owed: tuple[OwedLine, ...]


@dataclass(frozen=True, slots=True)
class AgendaView:
    """The next meeting's agenda in four lines."""

    account_id: int
    account: str
    achieved: tuple[str, ...]
    blocks: tuple[str, ...]
    next: tuple[str, ...]
    success_by_then: tuple[str, ...]
    next_meeting_at: datetime | None


@dataclass(frozen=True, slots=True)
class Coauthor:
    """Somebody who changed another's answer: the parts of it that are theirs now, and when they last changed one."""

    name: str | None
    parts: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What an answer put on record, as its owner reads it back; `by` gave it, `changed_by` are others since."""

    answer_id: int
    by: str | None
    change: Change
    what_changed: str | None
    unproven: str | None
    next_action: str | None
    next_owner: str | None
    next_due: str | None
    done: tuple[str, ...]
    decision: str | None
    decision_of: DecisionOf | None
    moved_evidence: bool
    edited: bool
    changed_by: tuple[Coauthor, ...]


@dataclass(frozen=True, slots=True)
class RenewalAsked:
    """What a prompt's message asks about the renewal after *Nothing changed*; `call` is what was answered."""

    renewal: date
    last_day: date | None
    call: CallLine | None


@dataclass(frozen=True, slots=True)
class PromptView:
    """The direct message before a meeting, in whichever state the prompt is now.

    `holiday` names the public holiday on the day of the meeting, where the one who is asked lives. `handed_from` is who
    asked its reader to answer, `can_undo` says that its reader may take back that it was handed over or is off, `late`
    that the meeting was planned after the morning message.
    """

    prompt_id: int
    account: str
    account_id: int
    kind: CadenceKind
    starts_at: datetime
    holiday: str | None
    state: PromptState
    passed: bool
    coverage: str
    gaps: tuple[GapLine, ...]
    gaps_more: int
    last_action: str | None
    snoozed_until: datetime | None
    handed_to: str | None
    standing_in_for: StandingInFor | None
    answer: RecordedAnswer | None
    renewal: RenewalAsked | None = None
    handed_from: str | None = None
    can_undo: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class ReminderView:
    """The second message before a meeting."""

    prompt_id: int
    account: str
    starts_at: datetime
    worst_gap: str | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer that belongs to no prompt's message, read back to the one who gave it."""

    account: str
    account_id: int
    coverage: str
    answer: RecordedAnswer


@dataclass(frozen=True, slots=True)
class CadenceLine:
    """A running meeting series. `days` are its weekdays (`MO`) or that of its month (`1TU`, `-1FR`).

    `holiday` names the public holiday that its next meeting falls on, or is moved from; then `moved_from` is that day.
    """

    id: int
    kind: CadenceKind
    repeat: str
    days: tuple[str, ...]
    next_meeting_at: datetime | None
    lead_hours: int
    holiday: str | None
    moved_from: date | None


@dataclass(frozen=True, slots=True)
class CadenceSettings:
    """What the form proposes for a series: the running one as it is, or a new one in the zone `tz`."""

    tz: str
    first_day: date
    at: str = "10:00"
    repeat: str = "weekly"
    weekdays: tuple[str, ...] = ()
    lead_hours: int = 24
    on_holiday: OnHoliday = OnHoliday.STAY


@dataclass(frozen=True, slots=True)
class CadenceView:
    """The form that sets a meeting series, with what is set now; `kind` is the series that `settings` are of."""

    account_id: int
    account: str
    lines: tuple[CadenceLine, ...]
    kind: CadenceKind | None
    settings: CadenceSettings
    seen: int


@dataclass(frozen=True, slots=True)
class CadenceSavedView:
    """A series that was just saved; `owner` is who is asked before its meetings."""

    account: str
    line: CadenceLine | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class SeriesPauseView:
    """The form that pauses a meeting series until a day, or ends it; `until` is the day that it proposes."""

    cadence_id: int
    account_id: int
    account: str
    kind: CadenceKind
    next_meeting_at: datetime | None
    until: date
    seen: int


@dataclass(frozen=True, slots=True)
class StandInLine:
    """Who is asked in somebody's place, and for how many of their accounts."""

    name: str
    accounts: int


@dataclass(frozen=True, slots=True)
class AwayView:
    """Up to which day somebody is away, None when they are back, and who stands in; for `nobody` there is nobody.

    `nobody` are accounts by id and name. `follows` says that their Slack status is read, `by_status` that it said that
    they are away.
    """

    until: date | None
    stand_ins: tuple[StandInLine, ...]
    nobody: tuple[tuple[int, str], ...]
    follows: bool
    by_status: bool


@dataclass(frozen=True, slots=True)
class FollowView:
    """Whether somebody's Slack status is read, and up to which day they are away."""

    follows: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class SettingsView:
    """The form on when somebody works and how they are asked, as it stands now; times are `HH:MM`.

    `country` is an ISO code, empty for that of their time zone (`zone_country`, its name), `--` for none.
    `countries` are groups of (code, name) to choose from. `away_until` is the last day away.
    """

    begins: str
    ends: str
    workdays: tuple[str, ...]
    morning: str
    one_each: bool
    country: str
    zone_country: str | None
    countries: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    away_until: date | None
    follows: bool


@dataclass(frozen=True, slots=True)
class SettingsSavedView:
    """What stands now that somebody has saved their settings; `next_morning` is when their next message comes.

    It is None for who has one message for each meeting.
    """

    begins: str
    ends: str
    workdays: tuple[str, ...]
    next_morning: datetime | None
    holidays_of: str | None
    away_until: date | None
    follows: bool


@dataclass(frozen=True, slots=True)
class BackLine:
    """What happened to an account while its owner was away: when, who did it or was asked, and what."""

    account_id: int
    account: str
    at: datetime
    by: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class BackView:
    """The one message that somebody reads who was away; `owed` are the prompts that wait for them now."""

    from_on: date
    until_on: date
    answers: tuple[BackLine, ...]
    answers_more: int
    passed: tuple[BackLine, ...]
    passed_more: int
    risks: tuple[BackLine, ...]
    risks_more: int
    owed: int


@dataclass(frozen=True, slots=True)
class StandingInFor:
    """Whom somebody is asked in place of, and up to which day that one is away."""

    name: str
    until: date
