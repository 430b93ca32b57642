"""What an answer does beside being on record: it settles and opens gaps, ticks steps off and sets the next one.

Editing an answer changes what that answer did: its gap follows its text, its step is rewritten, its ticks are undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, refuse_changed
from bot.domain.enums import Loop
from bot.domain.model import Action
from bot.domain.values.substance import shows_something
from bot.features.actions import actions
from bot.features.actions import queries as action_queries
from bot.features.gaps.register import put_off, row_of_outcome
from bot.features.meetings import queries
from bot.features.meetings.new_answer import NewAnswer, trimmed
from bot.features.meetings.phrases import MeetingPhrase
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import Answer, OpenGap
from bot.phrases import say
from bot.store import entities, ledger, members
from bot.store.entities import Entity

_ACTION_SHOWN = ("text", "owner_id", "due_on", "loop", "told_on", "dropped_on")
_ACTION_FIELDS = {"text": "next_action", "owner_id": "next_owner", "due_on": "next_due", "told_on": "next_action"}
_TICK_SHOWN = ("text", "told_on", "dropped_on")
_MENDED_WITHIN = timedelta(days=1)
"""So long an answer may take its gap out again. Later a gap is closed by words that show what became of it."""
TICKABLE = (Loop.OURSELVES, Loop.CUSTOMER)
"""Steps that an answer may tick off. What Product or go-to-market have is closed with the words that were used."""


@dataclass(frozen=True, slots=True)
class Before:
    """What of the account an answer can change, as it is before.

    `current` is the step that this answer had set, `steps` all other open ones, `ticked` what it had ticked off.
    """

    earlier: Answer | None
    gaps: Sequence[OpenGap]
    current: Action | None
    steps: Sequence[Action]
    ticked: Sequence[Action]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that is on record by now, with what was there before it."""

    new: NewAnswer
    answer_id: int
    before: Before


def read(session: Session, by: Actor, new: NewAnswer, earlier: Answer | None) -> Before:
    """Read what the answer can change; the account is held."""
    workspace_id = by.workspace_id
    current = action_queries.of_answer(session, workspace_id, earlier.id) if earlier else None
    earlier_id = earlier.id if earlier else None
    steps, ticked = action_queries.to_tick(session, workspace_id, new.account_id, earlier_id)
    return Before(
        earlier,
        queries.open_gaps(session, workspace_id, new.account_id),
        current,
        [step for step in steps if current is None or step.id != current.id],
        ticked,
    )


def check(session: Session, by: Actor, new: NewAnswer, before: Before, now: datetime) -> None:
    """Refuse an answer that names what is not ours, what somebody changed since, or a step that is open already."""
    _must_be_ours(session, by, new, before)
    refuse_changed(session, by, new.account_id, now, *_shown(new, before))
    settled = [row for row in before.gaps if row.id in new.settled_gaps and row.outcome_id is None]
    if settled and not shows_something(new.what_changed or ""):
        raise UserError(MeetingRefusal.SETTLED_WITHOUT_WORDS, "what_changed", question=settled[0].title)
    own = None if trimmed(new.unproven) and new.opens_gap else _own_gap(new, before)
    if own is not None and before.earlier is not None and now - before.earlier.answered_at > _MENDED_WITHIN:
        raise UserError(MeetingRefusal.GAP_STAYS, "unproven", question=own.title)
    text = _same(new.next_action)
    again = next((step for step in before.steps if _same(step.text) == text), None) if text else None
    if again is not None and again.id not in new.done_steps:
        raise UserError(MeetingRefusal.STEP_OPEN_ALREADY, "next_action", step=again.text, on=again.due_on)


def apply(session: Session, by: Actor, given: Given, now: datetime) -> None:
    """Write what the answer does to gaps and steps."""
    new, before = given.new, given.before
    for row in before.gaps:
        if row.outcome_id is None and row.id in new.settled_gaps:
            _close_gap(session, by, row.id, trimmed(new.what_changed) or "", now)
    _tick(session, by, given, now)
    named = _name_gap(session, by, given, now)
    gap_id = _meant(session, by, given, now) or named or _kept(before)
    _set_action(session, by, given, now, gap_id=gap_id)
    if gap_id is not None:
        _give_step(session, by, given, now, gap_id=gap_id)


def _shown(new: NewAnswer, before: Before) -> list[ShownRow]:
    """What the answer form showed and would change: the answer, its step, the ticked steps, the settled questions."""
    rows = [ShownRow(Entity.GAP, gap_id, ("title", "next_action", "owner_id", "due_on")) for gap_id in new.settled_gaps]
    rows += [ShownRow(Entity.ACTION, step, _TICK_SHOWN, dict.fromkeys(_TICK_SHOWN, "done")) for step in new.done_steps]
    if before.earlier is not None:
        rows.append(ShownRow(Entity.ANSWER, before.earlier.id, queries.PARTS))
    if before.current is not None:
        rows.append(ShownRow(Entity.ACTION, before.current.id, _ACTION_SHOWN, _ACTION_FIELDS))
    return rows


def _must_be_ours(session: Session, actor: Actor, new: NewAnswer, before: Before) -> None:
    """The colleague, the gaps, the outcome and the steps that the form names are of the actor's workspace."""
    colleague_id = new.next_owner_id if new.next_owner_id != actor.member.id else None
    colleague = members.by_id(session, actor.workspace_id, colleague_id)
    if colleague_id is not None and colleague is None:
        raise no_such_account()
    named = {(Entity.GAP, gap_id) for gap_id in new.settled_gaps - {gap.id for gap in before.gaps}}
    # Somebody may have closed one since the form was opened; an id that never was one here is refused.
    named |= {(Entity.ACTION, step) for step in new.done_steps | new.offered_steps}
    for entity, row_id in ((Entity.GAP, new.for_gap_id), (Entity.OUTCOME, new.for_outcome_id)):
        if row_id is not None:
            named.add((entity, row_id))
    for entity, row_id in sorted(named):
        row = entities.row_of(session, actor.workspace_id, entity, row_id)
        if row is None or row["account_id"] != new.account_id:
            raise no_such_account()
    if colleague is not None and (colleague.is_guest or colleague.is_deactivated):
        raise UserError(AppRefusal.COLLEAGUE_NOT_A_MEMBER, "next_owner")


def _tick(session: Session, actor: Actor, given: Given, now: datetime) -> None:
    """Close the steps that are ticked; open those again that this answer had ticked and that are not any more."""
    new, answer_id, before = given.new, given.answer_id, given.before
    for step in before.steps:
        if step.id in new.done_steps and step.loop in TICKABLE:
            done: dict[str, Any] = {
                "told_on": actor.today(now),
                "told_words": say(MeetingPhrase.DONE_SINCE),
                "done_in_answer_id": answer_id,
            }
            ledger.change(
                session,
                actor.author,
                Entity.ACTION,
                step.id,
                now,
                only_if={"told_on": None, "dropped_on": None},
                **done,
            )
            mornings.refresh(session, actor.workspace_id, (step.owner_id,), now)
    for step in before.ticked:
        if step.id in new.offered_steps - new.done_steps:
            undone: dict[str, Any] = {"told_on": None, "told_words": None, "done_in_answer_id": None}
            ledger.change(
                session, actor.author, Entity.ACTION, step.id, now, only_if={"done_in_answer_id": answer_id}, **undone
            )


def _name_gap(session: Session, actor: Actor, given: Given, now: datetime) -> int | None:
    """The gap of what the answer calls unproven: its own follows its text, another of that title is it, or a new one.

    None where it names none, or says the same as before of a gap that somebody has closed since.
    """
    new, answer_id, before = given.new, given.answer_id, given.before
    title = trimmed(new.unproven) if new.opens_gap else None
    staying = [row for row in before.gaps if row.id not in new.settled_gaps]
    own = _own_gap(new, before)
    other = next((row for row in staying if row is not own and title and _same(row.title) == _same(title)), None)
    if own is not None and (title is None or other is not None):
        _close_gap(session, actor, own.id, say(MeetingPhrase.TAKEN_OUT), now)
    elif own is not None:
        if own.title != title:
            ledger.change(session, actor.author, Entity.GAP, own.id, now, title=title)
        return own.id
    if title is None or other is not None:
        return other.id if other is not None else None
    if before.earlier is not None and before.earlier.unproven == title:
        return None
    step = trimmed(new.next_action) if new.for_gap_id is None and new.for_outcome_id is None else None
    return ledger.add(
        session,
        actor.author,
        Entity.GAP,
        now,
        account_id=new.account_id,
        title=title,
        owner_id=new.next_owner_id or actor.member.id,
        next_action=step,
        due_on=new.next_due if step else None,
        answer_id=answer_id,
        opened_at=now,
    )


def _own_gap(new: NewAnswer, before: Before) -> OpenGap | None:
    """The open gap that the answer had opened before it was edited, unless it is settled."""
    earlier = before.earlier
    staying = (row for row in before.gaps if row.id not in new.settled_gaps)
    return next((row for row in staying if earlier is not None and row.answer_id == earlier.id), None)


def _meant(session: Session, actor: Actor, given: Given, now: datetime) -> int | None:
    """The gap that the form says the step is for; None without a step or a choice."""
    new, before = given.new, given.before
    if trimmed(new.next_action) is None:
        return None
    if new.for_outcome_id is not None:
        account = account_of(session, actor, new.account_id)
        return row_of_outcome(session, account, new.for_outcome_id, actor.author, now)
    still_open = {row.id for row in before.gaps} - new.settled_gaps
    return new.for_gap_id if new.for_gap_id in still_open else None


def _kept(before: Before) -> int | None:
    """The gap of the step before, where it is closed by now, so that no form could offer it."""
    gap_id = before.current.gap_id if before.current is not None else None
    return None if gap_id in {row.id for row in before.gaps} else gap_id


def _give_step(session: Session, actor: Actor, given: Given, now: datetime, *, gap_id: int) -> None:
    """Let a gap have owner and date of the step that the answer sets for it, unless another step is open for it."""
    new, before = given.new, given.before
    text = trimmed(new.next_action)
    if any(step.gap_id == gap_id and step.id not in new.done_steps for step in before.steps):
        return
    row = next((row for row in before.gaps if row.id == gap_id), None)
    due_before = row.due_on if row is not None else None
    values: dict[str, Any] = {"next_action": text}
    if text is not None:
        values |= {"owner_id": new.next_owner_id or actor.member.id, "due_on": new.next_due}
        if row is not None and put_off(due_before, new.next_due):
            values["times_moved"] = row.times_moved + 1
    ledger.change(session, actor.author, Entity.GAP, gap_id, now, **values)


def _close_gap(session: Session, actor: Actor, gap_id: int, how: str, now: datetime) -> None:
    closing: dict[str, Any] = {"closed_on": actor.today(now), "closed_how": how}
    ledger.change(session, actor.author, Entity.GAP, gap_id, now, only_if={"closed_on": None}, **closing)


def _set_action(session: Session, actor: Actor, given: Given, now: datetime, *, gap_id: int | None) -> None:
    """Set the next step that an answer names, for this gap; editing rewrites the one that it named before."""
    new, current = given.new, given.before.current
    text = trimmed(new.next_action)
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
        "gap_id": gap_id,
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
        answer_id=given.answer_id,
        opened_at=now,
        **values,
    )
    _post(session, actor, action_id, new.loop, now)


def _post(session: Session, actor: Actor, action_id: int, loop: Loop, now: datetime) -> None:
    if loop is not Loop.OURSELVES:
        actions.post_to_loop_channel(session, actor.workspace_id, action_id, now)


def _same(text: str | None) -> str:
    """What two texts share that say the same: without case and spacing."""
    return " ".join((text or "").split()).casefold()
