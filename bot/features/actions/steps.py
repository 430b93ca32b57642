"""What people do with a next step: done, dropped with a reason, put on another day, handed over; each can be undone.

Who has the step may act on it, and who may write its account. A step of ours is done with one press. One that loops
back to the customer, to Product or to go-to-market is done once the customer was told, in words. A step that belongs to
a gap takes the gap's owner and date along.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.app.shown import version_of_account
from bot.app.typed import colleague_of
from bot.app.undo import act_since, take_back
from bot.domain.account.actions import open_action
from bot.domain.enums import Loop
from bot.domain.model import Account, Action
from bot.domain.values.words import says_something
from bot.features.actions import actions, messages
from bot.features.actions.phrases import StepPhrase
from bot.features.actions.refusals import ActionRefusal
from bot.phrases import say
from bot.store import changes, entities, ledger, members
from bot.store.changes import Changed
from bot.store.entities import Entity

_UNDONE_WITHIN = timedelta(days=1)
ACTED_ON = (Entity.ACTION, Entity.GAP)
_CHANGES = {
    Entity.ACTION: ("told_on", "told_words", "dropped_on", "dropped_why", "due_on", "owner_id"),
    Entity.GAP: ("due_on", "owner_id", "times_moved"),
}
"""The columns that an act on a step can change."""
_SHOWN = ("text", "owner_id", "due_on", "told_on", "dropped_on")


def done(session: Session, actor: Actor, action_id: int, now: datetime, *, words: str = "") -> int:
    """Close a step; returns the first line of history that it wrote.

    `words` is what the customer was told; a step of ours needs none.
    """
    step, account = _held(session, actor, action_id, now)
    told = " ".join(words.split())
    if step.loop is not Loop.OURSELVES and not told:
        raise UserError(ActionRefusal.WORDS_USED_MISSING, "words")
    return _change(
        session, actor, step, account, now, told_on=actor.today(now), told_words=told or say(StepPhrase.DONE)
    )


def drop(session: Session, actor: Actor, action_id: int, why: str, now: datetime) -> int:
    """Give a step up, with a reason that says something; returns the first line of history that it wrote."""
    step, account = _held(session, actor, action_id, now)
    if not says_something(why):
        raise UserError(ActionRefusal.DROPPED_WITHOUT_REASON, "why")
    reason = " ".join(why.split())
    return _change(session, actor, step, account, now, why=reason, dropped_on=actor.today(now), dropped_why=reason)


def move(session: Session, actor: Actor, action_id: int, to_day: date, now: datetime) -> int:
    """Put a step on another day; returns the first line of history that it wrote."""
    step, account = _held(session, actor, action_id, now)
    if to_day < actor.today(now):
        raise UserError(ActionRefusal.DAY_PASSED, "due_on")
    if to_day == step.due_on:
        raise UserError(ActionRefusal.SAME_DAY, "due_on")
    return _change(session, actor, step, account, now, due_on=to_day)


def hand_over(session: Session, actor: Actor, action_id: int, to_slack_id: str, now: datetime) -> int:
    """Give a step to a colleague, who is told; returns the first line of history that it wrote."""
    step, account = _held(session, actor, action_id, now)
    colleague = colleague_of(session, actor, to_slack_id)
    if colleague is None:
        raise UserError(AppRefusal.COLLEAGUE_NOT_A_MEMBER, "colleague")
    if colleague.id == step.owner_id:
        raise UserError(ActionRefusal.COLLEAGUE_HAS_IT, "colleague", colleague=colleague.name)
    first = _change(session, actor, step, account, now, owner_id=colleague.id)
    if colleague.id != actor.member.id:
        messages.put_handed(session, actor, step.id, colleague, now)
    return first


def not_done(session: Session, actor: Actor, action_id: int, now: datetime) -> int:
    """Open a step again that the actor has done, as long as nobody has changed it since; returns the step's id.

    `UserError` for one that somebody else has done, or that an answer has ticked off.
    """
    step, account = actions.action_and_account(session, actor, action_id)
    actions.must_close(session, step, account, actor)
    line = changes.newest_of_row(session, actor.workspace_id, account.id, Entity.ACTION, action_id)
    if line is None or line.after.get("told_on") is None:
        raise UserError(AppRefusal.NOTHING_TO_TAKE_BACK)
    return undo(session, actor, action_id, now, first=line.id, last=line.id)


def undo(session: Session, actor: Actor, action_id: int, now: datetime, *, first: int, last: int) -> int:
    """Take back the actor's own act on a step, as long as nobody has changed it since; returns the step's id."""
    step, account = actions.action_and_account(session, actor, action_id)
    act = _act_on(session, actor, step, first, last)
    if not any(_gave_it_away(line, actor, now) for line in act):
        actions.must_close(session, step, account, actor)
    had_it = step.owner_id
    take_back(session, actor, account.id, (first, last), now, ends={}, columns=_CHANGES)
    after, _ = actions.action_and_account(session, actor, action_id)
    actions.refresh_post(session, after, account, now)
    mornings.refresh(session, actor.workspace_id, (had_it, after.owner_id), now)
    colleague = members.by_id(session, actor.workspace_id, had_it)
    if colleague is not None and had_it not in (after.owner_id, actor.member.id):
        messages.put_handed(session, actor, action_id, colleague, now, back=True)
    return action_id


def _held(session: Session, actor: Actor, action_id: int, now: datetime) -> tuple[Action, Account]:
    """An open step that the actor may act on, if it is as the form showed it; its account is held."""
    step, account = actions.action_and_account(session, actor, action_id)
    actions.must_close(session, step, account, actor)
    step, account = actions.as_shown(session, action_id, actor, now, *_SHOWN)
    if not open_action(step, actor.today(now)):
        over = UserError(ActionRefusal.CLOSED_ALREADY)
        refusal = UserError(ActionRefusal.DROPPED_ALREADY) if step.dropped_on is not None else over
        raise refusal.renewing(lambda later, moment: actions.refresh_post(later, step, account, moment))
    return step, account


def _change(
    session: Session,
    actor: Actor,
    step: Action,
    account: Account,
    now: datetime,
    *,
    why: str | None = None,
    **values: Any,
) -> int:
    before = version_of_account(session, actor, account.id)
    still_open = {"told_on": None, "dropped_on": None}
    with ledger.together(session):
        if not ledger.change(session, actor.author, Entity.ACTION, step.id, now, why=why, only_if=still_open, **values):
            raise UserError(ActionRefusal.CLOSED_ALREADY)
        _take_gap_along(session, actor, step, now, values)
    actions.refresh_post(session, step, account, now)
    mornings.refresh(session, actor.workspace_id, (step.owner_id, values.get("owner_id")), now)
    return next(iter(act_since(session, actor, account.id, before, ACTED_ON)), 0)


def _take_gap_along(session: Session, actor: Actor, step: Action, now: datetime, values: dict[str, Any]) -> None:
    """Give the step's gap the same owner and date; a date that is put off is counted."""
    gap = entities.row_of(session, actor.workspace_id, Entity.GAP, step.gap_id) if step.gap_id is not None else None
    shared: dict[str, Any] = {name: values[name] for name in ("owner_id", "due_on") if name in values}
    if gap is None or gap["closed_on"] is not None or not shared:
        return
    due_on, before = shared.get("due_on"), gap["due_on"]
    if due_on is not None and before is not None and due_on > before:
        shared["times_moved"] = gap["times_moved"] + 1
    ledger.change(session, actor.author, Entity.GAP, gap["id"], now, **shared)


def _act_on(session: Session, actor: Actor, step: Action, first: int, last: int) -> list[Changed]:
    """The lines of history from `first` to `last` on steps of the account, if all of them are about this one."""
    since = changes.of_account_since(session, actor.workspace_id, step.account_id, max(first - 1, 0), [Entity.ACTION])
    lines = [line for line in since if line.id <= last]
    if any(line.entity_id != step.id for line in lines):
        raise UserError(AppRefusal.NOTHING_TO_TAKE_BACK)
    return lines


def _gave_it_away(line: Changed, actor: Actor, now: datetime) -> bool:
    """Whether the actor had the step until this act of their own handed it over: that they may soon take back."""
    had_it = (line.before or {}).get("owner_id") == actor.member.id and "owner_id" in line.after
    return had_it and line.member_id == actor.member.id and now - line.at <= _UNDONE_WITHIN
