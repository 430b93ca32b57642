"""Takes the owner's answer: what changed, what stays unproven, what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError, must_write_unless_asked
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, hold, refuse_changed
from bot.app.typed import colleague_of
from bot.domain.account.asking import asked_until
from bot.domain.enums import Change, Loop, PromptState
from bot.domain.model import Action
from bot.domain.values import working_hours
from bot.features.actions import actions
from bot.features.actions import queries as action_queries
from bot.features.meetings import prompts, queries
from bot.features.meetings.phrases import MeetingPhrase
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import Answer, OpenGap, Prompt
from bot.phrases import say
from bot.store import entities, ledger, members
from bot.store.entities import Entity

_ACTION_SHOWN = ("text", "owner_id", "due_on", "loop", "told_on", "dropped_on")
_ACTION_FIELDS = {"text": "next_action", "owner_id": "next_owner", "due_on": "next_due", "told_on": "next_action"}


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer as typed; `submission` names the form or draft that it came from.

    `settled_gaps` are ids of question gaps that the form offered and that do not stay; a gap that belongs to an outcome
    closes by evidence only.
    """

    account_id: int
    submission: str
    change: Change
    meeting_id: int | None = None
    what_changed: str | None = None
    unproven: str | None = None
    settled_gaps: frozenset[int] = frozenset()
    next_action: str | None = None
    next_owner_id: int | None = None
    next_due: date | None = None
    loop: Loop = Loop.OURSELVES


def answer(session: Session, actor: Actor, new: NewAnswer, now: datetime) -> Answer:
    """Record an answer, or change the one that this meeting has already; returns what now stands on record.

    An answer that was given or changed since the form was opened is never replaced unseen. It keeps all its authors:
    history has who said which part of it, and when.
    """
    account = account_of(session, actor, new.account_id)
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
    gaps = queries.open_gaps(session, actor.workspace_id, new.account_id)
    _must_be_ours(session, actor, new, {gap.id for gap in gaps})
    earlier = queries.answer_of_meeting(session, actor.workspace_id, new.meeting_id) if new.meeting_id else None
    current = action_queries.of_answer(session, actor.workspace_id, earlier.id) if earlier else None
    refuse_changed(session, actor, account.id, now, *_shown(new, earlier, current))
    with ledger.together(session):
        answer_id = _rewrite(session, actor, earlier, new, now) if earlier else _insert(session, actor, new, now)
        _settle_gaps(session, actor, new, gaps, now, earlier=earlier)
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
    prompt = open_prompt(session, actor, prompt_id, now)
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
    prompt = open_to_change(session, actor, prompt_id, now)
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
    prompt = open_to_change(session, actor, prompt_id, now)
    asked = ShownRow(Entity.PROMPT, prompt_id, ("member_id",), {"member_id": "colleague"})
    refuse_changed(session, actor, prompt.account_id, now, asked)
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
    prompt = open_to_change(session, actor, prompt_id, now)
    ledger.change(session, actor.author, Entity.PROMPT, prompt.id, now, state=PromptState.OFF, closed_at=now)
    _show(session, prompt, now)


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


def _shown(new: NewAnswer, earlier: Answer | None, action: Action | None) -> list[ShownRow]:
    """What the answer form showed and would change: the meeting's answer, its next action, the questions it settles."""
    rows = [ShownRow(Entity.GAP, gap_id, ("title", "next_action", "owner_id", "due_on")) for gap_id in new.settled_gaps]
    if earlier is not None:
        rows.append(ShownRow(Entity.ANSWER, earlier.id, queries.PARTS))
    if action is not None:
        rows.append(ShownRow(Entity.ACTION, action.id, _ACTION_SHOWN, _ACTION_FIELDS))
    return rows


def _must_be_ours(session: Session, actor: Actor, new: NewAnswer, still_open: set[int]) -> None:
    """The colleague and the gaps that the form names are of the actor's workspace."""
    colleague_id = new.next_owner_id if new.next_owner_id != actor.member.id else None
    colleague = members.by_id(session, actor.workspace_id, colleague_id)
    unknown = colleague_id is not None and colleague is None
    # Somebody may have closed a gap since the form was opened; an id that never was a gap here is refused.
    others = new.settled_gaps - still_open
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


def _settle_gaps(
    session: Session, actor: Actor, new: NewAnswer, rows: Sequence[OpenGap], now: datetime, *, earlier: Answer | None
) -> None:
    """Close the question gaps that the form says are gone, and open one for what is newly named unproven.

    A gap that the answer itself had opened follows its text: editing replaces what the answer said.
    """
    for row in rows:
        if row.outcome_id is None and row.id in new.settled_gaps:
            _close_gap(session, actor, row.id, say(MeetingPhrase.ANSWERED_BEFORE), now)
    title = _trimmed(new.unproven) if new.change is not Change.NOTHING else None
    named = next((row for row in rows if row.title == title), None)
    former = _own_gap(session, actor, earlier, [row.id for row in rows if row is not named], title)
    if former is not None and title is not None and named is None and former not in new.settled_gaps:
        ledger.change(session, actor.author, Entity.GAP, former, now, title=title)
        return
    if former is not None:
        _close_gap(session, actor, former, say(MeetingPhrase.TAKEN_OUT), now)
    if title is None or named is not None:
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


def _own_gap(session: Session, actor: Actor, earlier: Answer | None, ids: list[int], title: str | None) -> int | None:
    """Of these open gaps, the one that an answer had opened for what it said is unproven, if it says that no more."""
    if earlier is None or earlier.unproven is None or earlier.unproven == title:
        return None
    for gap_id in ids:
        row = entities.row_of(session, actor.workspace_id, Entity.GAP, gap_id)
        if row is not None and row["outcome_id"] is None and row["title"] == earlier.unproven:
            return gap_id if row["opened_at"] is not None and row["opened_at"] >= earlier.answered_at else None
    return None


def _close_gap(session: Session, actor: Actor, gap_id: int, how: str, now: datetime) -> None:
    closing: dict[str, Any] = {"closed_on": actor.today(now), "closed_how": how}
    ledger.change(session, actor.author, Entity.GAP, gap_id, now, only_if={"closed_on": None}, **closing)


def _set_action(
    session: Session, actor: Actor, new: NewAnswer, answer_id: int, now: datetime, *, current: Action | None
) -> None:
    """Set the next action that an answer names; `current` is the one that it named before."""
    text = _trimmed(new.next_action)
    if text is None:
        if current is not None and current.dropped_on is None:
            why = say(MeetingPhrase.TAKEN_OUT)
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
