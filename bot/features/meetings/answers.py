"""Takes the owner's answer: what changed, what stays unproven, what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError, may_write, must_read, must_write
from bot.app.refusals import AppRefusal
from bot.app.typed import colleague_of
from bot.domain.enums import Change, Loop, PromptState
from bot.domain.model import Account, Action
from bot.domain.values import working_hours
from bot.features.actions import actions
from bot.features.actions import queries as action_queries
from bot.features.meetings import prompts, queries
from bot.features.meetings.queries import Answer, OpenGap, Prompt
from bot.features.meetings.refusals import MeetingRefusal
from bot.store import entities, ledger, members
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer as typed; `submission` makes a second delivery of the same form harmless.

    `kept_gaps` are ids of question gaps that stay, `None` when the form did not ask; a gap that belongs to an
    outcome closes by evidence only.
    """

    account_id: int
    submission: str
    change: Change
    meeting_id: int | None = None
    what_changed: str | None = None
    unproven: str | None = None
    kept_gaps: frozenset[int] | None = None
    next_action: str | None = None
    next_owner_id: int | None = None
    next_due: date | None = None
    loop: Loop = Loop.OURSELVES


def answer(session: Session, actor: Actor, new: NewAnswer, now: datetime) -> Answer:
    """Record an answer, or change the one that this meeting has already; returns what now stands on record."""
    account = account_of(session, actor, new.account_id)
    prompt = queries.of_meeting(session, actor.workspace_id, new.meeting_id) if new.meeting_id else None
    if (prompt is None) != (new.meeting_id is None) or (prompt is not None and prompt.account_id != account.id):
        raise UserError(MeetingRefusal.MEETING_OF_ANOTHER)
    _must_answer(session, actor, account, prompt)
    gaps = queries.open_gaps(session, actor.workspace_id, new.account_id)
    _must_be_ours(session, actor, new, {gap.id for gap in gaps})
    _check(actor, new, now)
    earlier = queries.answer_of_meeting(session, actor.workspace_id, new.meeting_id) if new.meeting_id else None
    with ledger.together(session):
        answer_id = _rewrite(session, actor, earlier, new, now) if earlier else _insert(session, actor, new, now)
        _settle_gaps(session, actor, new, gaps, now)
        current = action_queries.of_answer(session, actor.workspace_id, answer_id) if earlier else None
        _set_action(session, actor, new, answer_id, now, current=current)
        if prompt is not None:
            _close_prompt(session, actor, prompt, now)
    stored = queries.answer_by_id(session, actor.workspace_id, answer_id)
    assert stored is not None
    return stored


def nothing_changed(
    session: Session, actor: Actor, prompt_id: int, now: datetime, *, submission: str, stays: str, why: str
) -> Answer:
    """The short answer: nothing moved; `stays` names the gap that stays open and `why` the reason."""
    prompt = open_prompt(session, actor, prompt_id)
    if not why.strip():
        raise UserError(MeetingRefusal.NOTHING_CHANGED_WITHOUT_REASON, "why")
    new = NewAnswer(
        account_id=prompt.account_id,
        meeting_id=prompt.meeting_id,
        submission=submission,
        change=Change.NOTHING,
        unproven=f"{stays}: {why.strip()}",
    )
    return answer(session, actor, new, now)


def snooze(session: Session, actor: Actor, prompt_id: int, until: str, now: datetime) -> datetime:
    """Ask again in an `hour` or `tomorrow` morning, but never after the meeting; returns the moment."""
    prompt = open_prompt(session, actor, prompt_id)
    moment = working_hours.tomorrow_morning(now, actor.member.tz) if until == "tomorrow" else now + timedelta(hours=1)
    if moment >= prompt.starts_at:
        raise UserError(MeetingRefusal.MEETING_BEGINS_BEFORE)
    ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, snoozed_until=moment)
    _show(session, prompt, now)
    if actor.member.slack_id:
        key = queries.PROMPT_KEY.of(prompt.id, "again", f"{moment:%Y%m%dT%H%M}")
        prompts.send_prompt(session, prompt.workspace_id, prompt.id, actor.member.slack_id, key=key, due_at=moment)
    return moment


def hand_over(session: Session, actor: Actor, prompt_id: int, to_slack_id: str, now: datetime) -> str:
    """Have a colleague answer this one prompt; returns the colleague's name."""
    prompt = open_prompt(session, actor, prompt_id)
    colleague = colleague_of(session, actor, to_slack_id)
    if colleague is None:
        raise UserError(MeetingRefusal.COLLEAGUE_NOT_A_MEMBER, "colleague")
    if colleague.id == prompt.member_id:
        raise UserError(MeetingRefusal.COLLEAGUE_ASKED_ALREADY, "colleague", colleague=colleague.name)
    ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, member_id=colleague.id, snoozed_until=None)
    _show(session, prompt, now)
    key = queries.PROMPT_KEY.of(prompt.id, "to", colleague.id, f"{now.timestamp():.0f}")
    prompts.send_prompt(session, prompt.workspace_id, prompt.id, to_slack_id, key=key, due_at=now)
    return colleague.name


def meeting_off(session: Session, actor: Actor, prompt_id: int, now: datetime) -> None:
    """Record that the meeting does not take place; nobody is reminded and no silence is counted."""
    prompt = open_prompt(session, actor, prompt_id)
    ledger.change(
        session,
        actor.author,
        Entity.PROMPT,
        prompt.id,
        now,
        only_if={"state": PromptState.OPEN},
        state=PromptState.OFF,
        closed_at=now,
    )
    _show(session, prompt, now)


def open_prompt(session: Session, actor: Actor, prompt_id: int) -> Prompt:
    """The prompt, if it still waits for an answer and `actor` may give one; else `UserError` says what happened."""
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    if prompt is None:
        raise no_such_account()
    account = account_of(session, actor, prompt.account_id)
    _must_answer(session, actor, account, prompt)
    if prompt.state is PromptState.ANSWERED:
        raise UserError(MeetingRefusal.ANSWERED_ALREADY, account=account.name)
    if prompt.state is PromptState.OFF:
        raise UserError(MeetingRefusal.MEETING_OFF, account=account.name, slug=account.slug)
    if prompt.state is PromptState.SILENT:
        raise UserError(MeetingRefusal.MEETING_PASSED, account=account.name, slug=account.slug)
    return prompt


def _must_answer(session: Session, actor: Actor, account: Account, prompt: Prompt | None) -> None:
    must_read(actor)
    asked = prompt is not None and prompt.member_id == actor.member.id
    if not asked and not may_write(session, actor, account):
        must_write(session, actor, account)


def _must_be_ours(session: Session, actor: Actor, new: NewAnswer, still_open: set[int]) -> None:
    """The colleague and the gaps that the form names are of the actor's workspace."""
    colleague_id = new.next_owner_id if new.next_owner_id != actor.member.id else None
    colleague = members.by_id(session, actor.workspace_id, colleague_id)
    unknown = colleague_id is not None and colleague is None
    # Somebody may have closed a gap since the form was opened; an id that never was a gap here is refused.
    others = (new.kept_gaps or frozenset()) - still_open
    if unknown or any(entities.row_of(session, actor.workspace_id, Entity.GAP, gap_id) is None for gap_id in others):
        raise no_such_account()
    if colleague is not None and (colleague.is_guest or colleague.is_deactivated):
        raise UserError(AppRefusal.COLLEAGUE_NOT_A_MEMBER, "next_owner")


def _check(actor: Actor, new: NewAnswer, now: datetime) -> None:
    if new.change is not Change.NOTHING and not (new.what_changed or "").strip():
        raise UserError(MeetingRefusal.CHANGE_MISSING, "what_changed")
    if new.next_due is not None and new.next_due < actor.today(now):
        raise UserError(MeetingRefusal.NEXT_DAY_PASSED, "next_due")
    if new.next_due is not None and not (new.next_action or "").strip():
        raise UserError(MeetingRefusal.DAY_WITHOUT_ACTION, "next_action")


def _texts(new: NewAnswer) -> dict[str, Any]:
    return {
        "change": new.change,
        "what_changed": _trimmed(new.what_changed),
        "unproven": _trimmed(new.unproven),
        "next_action": _trimmed(new.next_action),
    }


def _trimmed(text: str | None) -> str | None:
    return (text or "").strip() or None


def _insert(session: Session, actor: Actor, new: NewAnswer, now: datetime) -> int:
    since = queries.last_answer(session, actor.workspace_id, new.account_id)
    begin = since.answered_at if since else None
    waiting = queries.evidence_without_answer(session, actor.workspace_id, new.account_id, begin)
    answer_id = ledger.add(
        session,
        actor.author,
        Entity.ANSWER,
        now,
        account_id=new.account_id,
        meeting_id=new.meeting_id,
        submission=new.submission,
        member_id=actor.member.id,
        answered_at=now,
        moved_evidence=bool(waiting),
        **_texts(new),
    )
    queries.belong_to_answer(session, actor.author, waiting, now, account_id=new.account_id, answer_id=answer_id)
    return answer_id


def _rewrite(session: Session, actor: Actor, earlier: Answer, new: NewAnswer, now: datetime) -> int:
    ledger.change(session, actor.author, Entity.ANSWER, earlier.id, now, edited_at=now, **_texts(new))
    return earlier.id


def _settle_gaps(session: Session, actor: Actor, new: NewAnswer, rows: Sequence[OpenGap], now: datetime) -> None:
    """Close the question gaps that the form says are gone, and open one for what is newly named unproven."""
    if new.kept_gaps is not None:
        for row in rows:
            if row.outcome_id is None and row.id not in new.kept_gaps:
                values: dict[str, Any] = {"closed_on": actor.today(now), "closed_how": "answered before the meeting"}
                ledger.change(session, actor.author, Entity.GAP, row.id, now, only_if={"closed_on": None}, **values)
    title = _trimmed(new.unproven)
    if title is None or new.change is Change.NOTHING or any(row.title == title for row in rows):
        return
    ledger.add(
        session,
        actor.author,
        Entity.GAP,
        now,
        account_id=new.account_id,
        title=title,
        owner_id=new.next_owner_id or actor.member.id,
        next_action=_trimmed(new.next_action),
        due_on=new.next_due,
        opened_at=now,
    )


def _set_action(
    session: Session, actor: Actor, new: NewAnswer, answer_id: int, now: datetime, *, current: Action | None
) -> None:
    """Set the next action that an answer names; `current` is the one that it named before."""
    text = _trimmed(new.next_action)
    if text is None:
        if current is not None and current.dropped_on is None:
            why = "taken out of the answer"
            ledger.change(
                session, actor.author, Entity.ACTION, current.id, now, dropped_on=actor.today(now), dropped_why=why
            )
        return
    values: dict[str, Any] = {
        "text": text,
        "owner_id": new.next_owner_id or actor.member.id,
        "due_on": new.next_due,
        "loop": new.loop,
    }
    if current is not None:
        ledger.change(session, actor.author, Entity.ACTION, current.id, now, dropped_on=None, **values)
        _post(session, actor, current.id, new.loop, now)
        return
    action_id = ledger.add(
        session,
        actor.author,
        Entity.ACTION,
        now,
        account_id=new.account_id,
        answer_id=answer_id,
        opened_at=now,
        **values,
    )
    _post(session, actor, action_id, new.loop, now)


def _post(session: Session, actor: Actor, action_id: int, loop: Loop, now: datetime) -> None:
    if loop is not Loop.OURSELVES:
        actions.post_to_loop_channel(session, actor.workspace_id, action_id, now)


def _close_prompt(session: Session, actor: Actor, prompt: Prompt, now: datetime) -> None:
    if prompt.state is not PromptState.ANSWERED:
        ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, state=PromptState.ANSWERED, closed_at=now)
    _show(session, prompt, now)


def _show(session: Session, prompt: Prompt, now: datetime) -> None:
    prompts.refresh_messages(session, prompt, now)
