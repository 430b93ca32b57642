"""What the forms on a next step show before somebody fills them in, and what they say once it is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError, must_read
from bot.app.shown import version_of_account
from bot.domain.account.actions import open_action
from bot.domain.values.text import coming_day
from bot.features.actions import actions, steps
from bot.features.actions.refusals import ActionRefusal
from bot.features.actions.views import ActionsView, StepAct, StepForm, StepFormView, StepSavedView
from bot.store import changes, members


def step_form(session: Session, actor: Actor, action_id: int, now: datetime, *, kind: StepForm) -> StepFormView:
    """The form that drops an open step, puts it on another day or hands it over."""
    must_read(actor)
    _, account = actions.action_and_account(session, actor, action_id)
    seen = version_of_account(session, actor, account.id)
    step, account = actions.action_and_account(session, actor, action_id)
    actions.must_close(session, step, account, actor)
    if not open_action(step, actor.today(now)):
        raise UserError(ActionRefusal.CLOSED_ALREADY)
    owner = members.by_id(session, actor.workspace_id, step.owner_id)
    return StepFormView(step.id, account.name, step.text, kind, step.due_on, owner.name if owner else None, seen)


def saved(
    session: Session, actor: Actor, action_id: int, now: datetime, *, act: StepAct, first: int = 0
) -> StepSavedView:
    """How a step stands after an act, with what takes the act back."""
    step, account = actions.action_and_account(session, actor, action_id)
    last = _last_line(session, actor, account.id, first) if first else 0
    owner = members.by_id(session, actor.workspace_id, step.owner_id)
    return StepSavedView(
        account_id=account.id,
        account=account.name,
        act=act,
        text=step.text,
        owner=owner.name if owner else None,
        due=coming_day(step.due_on, actor.today(now)) if step.due_on else None,
        why=step.dropped_why,
        told=step.told_words,
        undo=f"{step.id}:{first}:{last}" if last else None,
    )


def list_after(
    session: Session, actor: Actor, action_id: int, now: datetime, *, act: StepAct, first: int = 0
) -> ActionsView:
    """The steps of an account after an act on one of them, which stands above the list."""
    what = saved(session, actor, action_id, now, act=act, first=first)
    return replace(actions.actions_view(session, actor, what.account_id, now), saved=what)


def _last_line(session: Session, actor: Actor, account_id: int, first: int) -> int:
    """The last line of the act that began with line `first`; 0 if there is no such line."""
    lines = changes.of_account_since(session, actor.workspace_id, account_id, max(first - 1, 0), steps.ACTED_ON)
    begin = next((line for line in lines if line.id == first), None)
    if begin is None:
        return 0
    return max(line.id for line in lines if line.member_id == begin.member_id and line.at == begin.at)
