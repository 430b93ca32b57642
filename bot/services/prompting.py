"""Asks the owner before each meeting: opens due prompts, reminds once, counts silence (DESIGN, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import tiers, timing
from bot.domain.assessment import assess
from bot.domain.model import Account
from bot.domain.words import CadenceKind, Change, PromptState
from bot.outbox.outcome import Destination, Moot, Op, Outgoing
from bot.outbox.queue import put
from bot.services import calendar
from bot.services.actor import bot_author
from bot.services.reading import GapLine, gap_lines
from bot.store import accounts, ledger, members, portfolios, prompts, proof, schema
from bot.store.members import Member
from bot.store.prompts import Cadence, Prompt

BATCH = 100
_STILL_WORTH_ASKING = timedelta(hours=24)
_GAPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What an answer put on record, as its owner reads it back."""

    answer_id: int
    by: str
    change: Change
    what_changed: str | None
    unproven: str | None
    next_action: str | None
    next_owner: str | None
    next_due: str | None
    moved_evidence: bool
    edited: bool


@dataclass(frozen=True, slots=True)
class PromptView:
    """The direct message before a meeting, in whichever state the prompt is now."""

    prompt_id: int
    account: str
    account_id: int
    kind: CadenceKind
    starts_at: datetime
    state: PromptState
    passed: bool
    coverage: str
    gaps: tuple[GapLine, ...]
    gaps_more: int
    last_action: str | None
    snoozed_until: datetime | None
    handed_to: str | None
    answer: RecordedAnswer | None


@dataclass(frozen=True, slots=True)
class ReminderView:
    prompt_id: int
    account: str
    starts_at: datetime
    worst_gap: str | None


def open_due_prompts(session: Session, now: datetime) -> bool:
    """Open up to `BATCH` prompts that are due: meeting, prompt and message in this one transaction."""
    due = prompts.due_cadences(session, now, BATCH)
    for cadence in due:
        _open_one(session, cadence, now)
    return bool(due)


def _open_one(session: Session, cadence: Cadence, now: datetime) -> None:
    assert cadence.next_meeting_at is not None
    account = accounts.by_id(session, cadence.account_id)
    assert account is not None
    owner = answerable(session, account)
    starts_at = _newest_due(cadence, now, owner.tz if owner else cadence.tz)
    upcoming = calendar.next_occurrence(cadence.rrule, cadence.local_start, cadence.tz, starts_at)
    by, zone = bot_author(account.workspace_id), owner.tz if owner else cadence.tz
    moved = prompts.advance(session, by, cadence, now, **schedule(cadence, upcoming, zone))
    if not moved or account.status != "customer":
        return
    if not tiers.prompted_for_meeting(account.tier, prompts.last_asked(session, account.id), now):
        return
    meeting_id = prompts.open_meeting(session, account.id, cadence, starts_at)
    if meeting_id is None or now - starts_at > _STILL_WORTH_ASKING:
        return
    _ask(session, account, owner, meeting_id, starts_at, now)


def _newest_due(cadence: Cadence, now: datetime, tz: str) -> datetime:
    """The last occurrence whose prompt is due: after an outage the owner is asked once, not once a missed meeting."""
    assert cadence.next_meeting_at is not None
    newest = cadence.next_meeting_at
    while newest <= now:
        later = calendar.next_occurrence(cadence.rrule, cadence.local_start, cadence.tz, newest)
        if later is None or timing.prompt_due(later.starts_at, timedelta(hours=cadence.lead_hours), tz) > now:
            break
        newest = later.starts_at
    return newest


def schedule(cadence: Cadence, upcoming: calendar.Occurrence | None, owner_tz: str) -> dict[str, Any]:
    """The columns that move `cadence` on to its `upcoming` meeting; without one it ends."""
    if upcoming is None:
        return {"active": False, "next_meeting_at": None, "next_prompt_at": None}
    due = timing.prompt_due(upcoming.starts_at, timedelta(hours=cadence.lead_hours), owner_tz)
    return {"local_start": upcoming.local_start, "next_meeting_at": upcoming.starts_at, "next_prompt_at": due}


def _ask(
    session: Session, account: Account, owner: Member | None, meeting_id: int, starts_at: datetime, now: datetime
) -> None:
    tz = owner.tz if owner else "UTC"
    remind_at = timing.reminder_due(starts_at, tz)
    prompt_id = ledger.add(
        session,
        bot_author(account.workspace_id),
        schema.prompt,
        now,
        account_id=account.id,
        workspace_id=account.workspace_id,
        meeting_id=meeting_id,
        member_id=owner.id if owner else None,
        state=PromptState.OPEN,
        asked_at=now,
        remind_at=remind_at if remind_at > now else None,
        closes_at=starts_at if starts_at > now else now + _STILL_WORTH_ASKING,
    )
    if owner and owner.slack_id:
        send_prompt(session, account.workspace_id, prompt_id, owner.slack_id, f"prompt:{prompt_id}", now)


def send_prompt(session: Session, workspace_id: int, prompt_id: int, slack_id: str, key: str, due_at: datetime) -> None:
    """Put the prompt's message for this member into the outbox, once for each `key`."""
    put(
        session,
        Outgoing(
            key=key,
            workspace_id=workspace_id,
            kind="prompt",
            channel=slack_id,
            destination=Destination.USER,
            args={"prompt_id": prompt_id, "to": slack_id, "first": True},
            due_at=due_at,
        ),
        due_at,
    )


def refresh_messages(session: Session, prompt: Prompt, now: datetime) -> None:
    """Have every message of this prompt show its state as it is now."""
    for key, slack_id in prompts.messages_of(session, prompt.workspace_id, prompt.id):
        put(
            session,
            Outgoing(
                key=f"{key}@{now.timestamp():.6f}",
                workspace_id=prompt.workspace_id,
                kind="prompt",
                op=Op.UPDATE,
                target_key=key,
                args={"prompt_id": prompt.id, "to": slack_id, "first": False},
                due_at=now,
            ),
            now,
        )


def answerable(session: Session, account: Account) -> Member | None:
    """Who answers today: owner, else deputy, else the portfolio's manager; only people whom Slack reaches."""
    portfolio = portfolios.by_id(session, account.portfolio_id)
    for member_id in (account.owner_id, account.deputy_id, portfolio.manager_id if portfolio else None):
        found = members.by_id(session, member_id)
        if found and found.slack_id and not found.is_deactivated:
            return found
    return None


def remind_due(session: Session, now: datetime) -> bool:
    """Remind one owner who has not answered, two hours before the meeting and never twice."""
    prompt = prompts.next_to_remind(session, now)
    if prompt is None:
        return False
    won = ledger.change(
        session,
        bot_author(prompt.workspace_id),
        schema.prompt,
        prompt.id,
        now,
        only_if={"state": PromptState.OPEN, "reminded_at": None},
        reminded_at=now,
    )
    asked = members.by_id(session, prompt.member_id)
    snoozed = prompt.snoozed_until is not None and prompt.snoozed_until > now
    if won and asked and asked.slack_id and not snoozed and prompt.starts_at > now:
        put(
            session,
            Outgoing(
                key=f"reminder:{prompt.id}",
                workspace_id=prompt.workspace_id,
                kind="reminder",
                channel=asked.slack_id,
                destination=Destination.USER,
                args={"prompt_id": prompt.id},
                due_at=now,
            ),
            now,
        )
    return True


def close_silent(session: Session, now: datetime) -> bool:
    """Count one prompt as silent, whose meeting has passed without an answer."""
    prompt = prompts.next_to_close(session, now)
    if prompt is None:
        return False
    won = ledger.change(
        session,
        bot_author(prompt.workspace_id),
        schema.prompt,
        prompt.id,
        now,
        only_if={"state": PromptState.OPEN},
        state=PromptState.SILENT,
        closed_at=now,
    )
    if won:
        refresh_messages(session, prompt, now)
    return True


def compose_prompt(session: Session, args: dict[str, Any], now: datetime) -> PromptView | Moot:
    """The prompt as it stands now; moot when it was answered, called off or handed over before it was ever sent."""
    prompt = prompts.by_id(session, args["prompt_id"])
    assert prompt is not None
    asked = members.by_id(session, prompt.member_id)
    handed_to = asked.name if asked and asked.slack_id != args["to"] else None
    if args["first"] and prompt.state is not PromptState.OPEN:
        return Moot(f"the prompt is {prompt.state} already")
    if args["first"] and handed_to:
        return Moot(f"the prompt was handed over to {handed_to}")
    return prompt_view(session, prompt, now, handed_to=handed_to)


def prompt_view(session: Session, prompt: Prompt, now: datetime, *, handed_to: str | None = None) -> PromptView:
    """What the one who was asked sees of the prompt; `handed_to` names the colleague who is asked instead."""
    state = proof.load(session, prompt.account_id)
    assessment = assess(state, now.date(), now)
    gaps = gap_lines(state, assessment)
    last = prompts.last_answer(session, prompt.account_id)
    answer = prompts.answer_of_meeting(session, prompt.meeting_id)
    return PromptView(
        prompt_id=prompt.id,
        account=state.account.name,
        account_id=state.account.id,
        kind=prompt.kind,
        starts_at=prompt.starts_at,
        state=prompt.state,
        passed=prompt.starts_at <= now,
        coverage=assessment.coverage_text,
        gaps=gaps[:_GAPS_SHOWN],
        gaps_more=max(0, len(gaps) - _GAPS_SHOWN),
        last_action=last.next_action if last else None,
        snoozed_until=prompt.snoozed_until if prompt.snoozed_until and prompt.snoozed_until > now else None,
        handed_to=handed_to,
        answer=recorded(session, answer) if answer else None,
    )


def recorded(session: Session, answer: prompts.Answer) -> RecordedAnswer:
    """An answer as it is read back to the one who gave it."""
    by = members.by_id(session, answer.member_id)
    action = prompts.action_of_answer(session, answer.id)
    owner = members.by_id(session, action.owner_id) if action else None
    return RecordedAnswer(
        answer_id=answer.id,
        by=by.name if by else "somebody",
        change=answer.change,
        what_changed=answer.what_changed,
        unproven=answer.unproven,
        next_action=answer.next_action,
        next_owner=owner.name if owner else None,
        next_due=action.due_on.isoformat() if action and action.due_on else None,
        moved_evidence=answer.moved_evidence,
        edited=answer.edited_at is not None,
    )


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer that belongs to no prompt's message, read back to the one who gave it."""

    account: str
    account_id: int
    coverage: str
    answer: RecordedAnswer


def answer_view(session: Session, answer: prompts.Answer, now: datetime) -> AnswerView:
    """What an answer put on record."""
    state = proof.load(session, answer.account_id)
    coverage = assess(state, now.date(), now).coverage_text
    return AnswerView(state.account.name, state.account.id, coverage, recorded(session, answer))


def compose_reminder(session: Session, args: dict[str, Any], now: datetime) -> ReminderView | Moot:
    prompt = prompts.by_id(session, args["prompt_id"])
    assert prompt is not None
    if prompt.state is not PromptState.OPEN or prompt.starts_at <= now:
        return Moot("it was answered, or the meeting has begun")
    state = proof.load(session, prompt.account_id)
    gaps = gap_lines(state, assess(state, now.date(), now))
    return ReminderView(prompt.id, state.account.name, prompt.starts_at, gaps[0].title if gaps else None)
