"""Takes the owner's answer: what changed, what stays unproven, what happens next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError, must_write_unless_asked
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, hold, refuse_changed
from bot.app.typed import colleague_of
from bot.domain.account.asking import asked_until
from bot.domain.enums import Change, DecisionOf, PromptState
from bot.domain.values import working_hours
from bot.features.meetings import answer_effects, moved, prompts, queries
from bot.features.meetings.answer_effects import Given
from bot.features.meetings.new_answer import NewAnswer, trimmed
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import Answer, Prompt
from bot.store import ledger, members
from bot.store.entities import Entity


def answer(session: Session, actor: Actor, new: NewAnswer, now: datetime) -> Answer:
    """Record an answer, or change the one that this meeting has already; returns what now stands on record.

    An answer that was given or changed since the form was opened is never replaced unseen. It keeps all its authors:
    history has who said which part of it, and when.
    """
    account = account_of(session, actor, new.account_id)
    new = replace(new, account_id=account.id)
    prompt = queries.of_meeting(session, actor.workspace_id, new.meeting_id) if new.meeting_id else None
    if new.meeting_id is not None and prompt is None:
        raise no_such_account()
    if prompt is not None and prompt.account_id != account.id:
        raise UserError(MeetingRefusal.MEETING_OF_ANOTHER)
    must_write_unless_asked(session, actor, account, right_of_asked(actor, prompt), now)
    _check(actor, new, now)
    if prompt is not None:
        queries.hold_prompt(session, actor.workspace_id, prompt.id)
    hold(session, account.id, now)
    earlier = queries.answer_of_meeting(session, actor.workspace_id, new.meeting_id) if new.meeting_id else None
    before = answer_effects.read(session, actor, new, earlier)
    answer_effects.check(session, actor, new, before, now)
    with ledger.together(session):
        waiting = [] if earlier else _waiting(session, actor, new)
        if earlier:
            answer_id = _rewrite(session, actor, earlier, new, now)
        else:
            answer_id = _insert(session, actor, new, waiting, now)
        answer_effects.apply(session, actor, Given(new, answer_id, before), now)
        if prompt is not None:
            _close_prompt(session, actor, prompt, now)
    stored = queries.answer_by_id(session, actor.workspace_id, answer_id)
    assert stored is not None
    if waiting and moved.note_movement(session, actor.author, stored, now):
        return replace(stored, moved_evidence=True)
    return stored


def nothing_changed(session: Session, actor: Actor, prompt_id: int, now: datetime, *, submission: str) -> Answer:
    """The short answer, in one tap: nothing moved."""
    prompt = open_prompt(session, actor, prompt_id, now)
    new = NewAnswer(prompt.account_id, submission, Change.NOTHING, prompt.meeting_id)
    return answer(session, actor, new, now)


def say_obstacle(
    session: Session, actor: Actor, prompt_id: int, now: datetime, *, submission: str, stays: str | None, why: str
) -> Answer:
    """Add to the short answer what is in the way: `stays` names the gap that stays open and `why` the reason.

    Without `stays` it is something that nobody has named yet: what was typed becomes a gap.
    """
    prompt = unchanged_prompt(session, actor, prompt_id, now)
    if not why.strip():
        raise UserError(MeetingRefusal.NOTHING_CHANGED_WITHOUT_REASON, "why")
    new = NewAnswer(
        account_id=prompt.account_id,
        meeting_id=prompt.meeting_id,
        submission=submission,
        change=Change.NOTHING,
        unproven=why.strip() if stays is None else f"{stays}: {why.strip()}",
        opens_gap=stays is None,
    )
    return answer(session, actor, new, now)


def snooze(session: Session, actor: Actor, prompt_id: int, until: str, now: datetime) -> datetime:
    """Ask again in an `hour` or `tomorrow` morning, but never after the meeting; returns the moment."""
    prompt = open_to_change(session, actor, prompt_id, now)
    moment = (
        working_hours.tomorrow_morning(now, hours.week_of(actor.member))
        if until == "tomorrow"
        else now + timedelta(hours=1)
    )
    if moment >= prompt.starts_at:
        raise UserError(MeetingRefusal.MEETING_BEGINS_BEFORE)
    ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, snoozed_until=moment)
    _show(session, prompt, now)
    if actor.member.slack_id:
        key = queries.PROMPT_KEY.of(prompt.id, "again", f"{moment:%Y%m%dT%H%M}")
        prompts.send_prompt(session, prompt.workspace_id, prompt.id, actor.member, key=key, due_at=moment)
    return moment


def hand_over(session: Session, actor: Actor, prompt_id: int, to_slack_id: str, now: datetime) -> str:
    """Have a colleague answer this one prompt; returns the colleague's name."""
    prompt = open_to_change(session, actor, prompt_id, now)
    asked = ShownRow(Entity.PROMPT, prompt_id, ("member_id",), {"member_id": "colleague"})
    refuse_changed(session, actor, prompt.account_id, now, asked)
    colleague = colleague_of(session, actor, to_slack_id)
    if colleague is None:
        raise UserError(MeetingRefusal.COLLEAGUE_NOT_A_MEMBER, "colleague")
    if colleague.id == prompt.member_id:
        raise UserError(MeetingRefusal.COLLEAGUE_ASKED_ALREADY, "colleague", colleague=colleague.name)
    handed: dict[str, Any] = {"member_id": colleague.id, "handed_by_id": actor.member.id, "snoozed_until": None}
    ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, **handed)
    _show(session, replace(prompt, handed_by_id=actor.member.id), now)
    key = queries.PROMPT_KEY.of(prompt.id, "to", colleague.id, f"{now.timestamp():.0f}")
    opens = working_hours.at_work(now, hours.week_of(colleague))
    due_at = opens if opens < prompt.starts_at else now
    prompts.send_prompt(session, prompt.workspace_id, prompt.id, colleague, key=key, due_at=due_at)
    return colleague.name


def take_back(session: Session, actor: Actor, prompt_id: int, now: datetime) -> None:
    """Answer a prompt oneself after all that one has handed to a colleague and that is not answered yet."""
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    if prompt is None:
        raise no_such_account()
    account_of(session, actor, prompt.account_id)
    if prompt.handed_by_id != actor.member.id:
        raise UserError(AppRefusal.NOTHING_TO_TAKE_BACK)
    queries.hold_prompt(session, actor.workspace_id, prompt_id)
    hold(session, prompt.account_id, now)
    open_prompt(session, actor, prompt_id, now)
    ledger.change(session, actor.author, Entity.PROMPT, prompt_id, now, member_id=actor.member.id, handed_by_id=None)
    _show(session, prompt, now)


def meeting_off(session: Session, actor: Actor, prompt_id: int, now: datetime) -> None:
    """Record that the meeting does not take place; nobody is reminded and no silence is counted."""
    prompt = open_to_change(session, actor, prompt_id, now)
    ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, state=PromptState.OFF, closed_at=now)
    _show(session, prompt, now)


def meeting_on(session: Session, actor: Actor, prompt_id: int, now: datetime) -> None:
    """Take back that a meeting is off, as long as it is still to come: its prompt is open again."""
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    if prompt is None:
        raise no_such_account()
    account = account_of(session, actor, prompt.account_id)
    must_write_unless_asked(session, actor, account, right_of_asked(actor, prompt), now)
    queries.hold_prompt(session, actor.workspace_id, prompt_id)
    hold(session, prompt.account_id, now)
    if prompt.closes_at <= now:
        raise UserError(MeetingRefusal.MEETING_PASSED, account=account.name, slug=account.slug)
    again = {"state": PromptState.OPEN, "closed_at": None}
    ledger.change(session, actor.author, Entity.PROMPT, prompt_id, now, only_if={"state": PromptState.OFF}, **again)
    _show(session, prompt, now)


def unchanged_prompt(session: Session, actor: Actor, prompt_id: int, now: datetime) -> Prompt:
    """The prompt, if it is open or was answered by *Nothing changed*, and `actor` may answer; else as `open_prompt`."""
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    given = queries.answer_of_meeting(session, actor.workspace_id, prompt.meeting_id) if prompt else None
    if (
        prompt is None
        or prompt.state is not PromptState.ANSWERED
        or given is None
        or given.change is not Change.NOTHING
    ):
        return open_prompt(session, actor, prompt_id, now)
    account = account_of(session, actor, prompt.account_id)
    must_write_unless_asked(session, actor, account, right_of_asked(actor, prompt), now)
    return prompt


def undo(session: Session, actor: Actor, prompt_id: int, now: datetime) -> None:
    """Take back that a prompt was handed over, or that its meeting is off."""
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    if prompt is not None and prompt.state is PromptState.OFF:
        meeting_on(session, actor, prompt_id, now)
    else:
        take_back(session, actor, prompt_id, now)


def open_to_change(session: Session, actor: Actor, prompt_id: int, now: datetime) -> Prompt:
    """As `open_prompt`, with the prompt and its account held until the transaction ends."""
    prompt = open_prompt(session, actor, prompt_id, now)
    queries.hold_prompt(session, actor.workspace_id, prompt_id)
    hold(session, prompt.account_id, now)
    return open_prompt(session, actor, prompt_id, now)


def open_prompt(session: Session, actor: Actor, prompt_id: int, now: datetime) -> Prompt:
    """The prompt, if it still waits for an answer and `actor` may give one; else `UserError` says what happened.

    A message whose button was pressed after that is renewed.
    """
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    if prompt is None:
        raise no_such_account()
    account = account_of(session, actor, prompt.account_id)
    must_write_unless_asked(session, actor, account, right_of_asked(actor, prompt), now)
    name, slug = account.name, account.slug
    match prompt.state:
        case PromptState.OPEN:
            return prompt
        case PromptState.ANSWERED:
            given = queries.answer_of_meeting(session, actor.workspace_id, prompt.meeting_id)
            author = members.by_id(session, actor.workspace_id, given.member_id) if given else None
            by = author.name if author else "Somebody"
            refusal = UserError(MeetingRefusal.ANSWERED_ALREADY, account=name, by=by)
        case PromptState.OFF:
            refusal = UserError(MeetingRefusal.MEETING_OFF, account=name, slug=slug)
        case _:
            refusal = UserError(MeetingRefusal.MEETING_PASSED, account=name, slug=slug)
    raise refusal.renewing(lambda later, moment: prompts.refresh_messages(later, prompt, moment))


def right_of_asked(actor: Actor, prompt: Prompt | None) -> datetime | None:
    """Until when `actor` may answer because they were asked; None if they were not."""
    if prompt is None or prompt.member_id != actor.member.id:
        return None
    return asked_until(prompt.asked_at, prompt.starts_at)


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
        "what_changed": trimmed(new.what_changed),
        "unproven": trimmed(new.unproven),
        "next_action": trimmed(new.next_action),
        "decision": trimmed(new.decision),
        "decision_of": (new.decision_of or DecisionOf.THEIRS) if trimmed(new.decision) else None,
    }


def _waiting(session: Session, actor: Actor, new: NewAnswer) -> list[int]:
    """The evidence that was recorded since the last answer and will belong to this one."""
    since = queries.last_answer(session, actor.workspace_id, new.account_id)
    begin = since.answered_at if since else None
    return queries.evidence_without_answer(session, actor.workspace_id, new.account_id, begin)


def _insert(session: Session, actor: Actor, new: NewAnswer, waiting: list[int], now: datetime) -> int:
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
        moved_evidence=False,
        **_texts(new),
    )
    queries.belong_to_answer(session, actor.author, waiting, now, account_id=new.account_id, answer_id=answer_id)
    return answer_id


def _rewrite(session: Session, actor: Actor, earlier: Answer, new: NewAnswer, now: datetime) -> int:
    ledger.change(session, actor.author, Entity.ANSWER, earlier.id, now, edited_at=now, **_texts(new))
    return earlier.id


def _close_prompt(session: Session, actor: Actor, prompt: Prompt, now: datetime) -> None:
    if prompt.state is not PromptState.ANSWERED:
        ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, state=PromptState.ANSWERED, closed_at=now)
    _show(session, prompt, now)


def _show(session: Session, prompt: Prompt, now: datetime) -> None:
    prompts.refresh_messages(session, prompt, now)
