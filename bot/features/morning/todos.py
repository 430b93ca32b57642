"""To-dos as check boxes, in the morning message and on Home: a tick saves, an untick takes it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.actor import Actor, UserError, must_read
from bot.domain.enums import Loop
from bot.domain.model import Action
from bot.features.actions import actions, steps
from bot.features.actions.phrases import StepPhrase
from bot.features.morning.phrases import MorningPhrase
from bot.phrases import say


def tick(
    session: Session,
    actor: Actor,
    offered_steps: frozenset[int],
    done_steps: frozenset[int],
    now: datetime,
    *,
    shown_done: frozenset[int] = frozenset(),
) -> int:
    """Close those of the offered steps that are ticked, and open again those that are not any more.

    `shown_done` are those that stood there as done. Opened again is one of these, or one that was ticked a moment ago.
    Returns the first ticked step that came from the customer, for which it is asked what they were told, or 0.
    """
    must_read(actor)
    asked = 0
    for step_id in sorted(offered_steps | done_steps | shown_done):
        step, account = actions.action_and_account(session, actor, step_id)
        actions.must_close(session, step, account, actor)
        if step.dropped_on is not None:
            continue
        if step_id in done_steps and step.told_on is None:
            if step.loop is Loop.OURSELVES:
                steps.done(session, actor, step_id, now)
            else:
                asked = asked or step_id
        elif step_id not in done_steps and step.told_on is not None and (step_id in shown_done or _was_ticked(step)):
            _open_again(session, actor, step_id, now)
    mornings.refresh(session, actor.workspace_id, (actor.member.id,), now)
    return asked


def _was_ticked(step: Action) -> bool:
    return step.told_words in (say(StepPhrase.DONE), say(MorningPhrase.TICKED))


def _open_again(session: Session, actor: Actor, step_id: int, now: datetime) -> None:
    """Take back that a step was done; where that cannot be, the boxes show again that it is."""
    try:
        steps.not_done(session, actor, step_id, now)
    except UserError as error:
        raise error.renewing(
            lambda later, moment: mornings.refresh(later, actor.workspace_id, (actor.member.id,), moment)
        ) from error
