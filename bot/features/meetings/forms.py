"""What the forms about answers show before somebody fills them in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account, row_of
from bot.app.actor import Actor, UserError, must_write_unless_asked
from bot.app.assessments import assess_now
from bot.app.gap_lines import gap_lines
from bot.app.shown import ShownRow, hold, refuse_changed, version_of_account
from bot.domain.enums import DecisionOf, Loop, PromptState
from bot.domain.model import Action
from bot.features.actions import queries as action_queries
from bot.features.meetings import answer_drafts, answers, queries
from bot.features.meetings.answer_effects import TICKABLE
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import Answer, Prompt
from bot.features.meetings.views import (
    AnswerFormView,
    HandOverFormView,
    NothingChangedFormView,
    OwedLine,
    OwedView,
    StepTick,
)
from bot.store import members, proof_state
from bot.store.entities import Entity

_STEPS_OFFERED = 10
"""Slack takes no more check boxes."""


def owed(session: Session, actor: Actor, now: datetime) -> OwedView:
    """The open prompts of the actor."""
    return OwedView(
        tuple(
            OwedLine(prompt.id, account_of(session, actor, prompt.account_id).name, prompt.starts_at)
            for prompt in queries.open_of_member(session, actor.workspace_id, actor.member.id)
        )
    )


def nothing_changed_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> NothingChangedFormView:
    """What the form shows that says what is in the way."""
    prompt = answers.unchanged_prompt(session, actor, prompt_id, now)
    seen = version_of_account(session, actor, prompt.account_id)
    state = proof_state.load(session, actor.workspace_id, prompt.account_id)
    gaps = gap_lines(state, assess_now(state, now))
    return NothingChangedFormView(prompt_id, state.account.name, gaps, seen)


def chosen_gap(
    session: Session,
    actor: Actor,
    prompt_id: int,
    now: datetime,
    *,
    gap_id: int | None = None,
    outcome_id: int | None = None,
) -> str:
    """The title of the gap or of the unproven outcome that somebody chose in the short form, if it is still open."""
    account_id = answers.unchanged_prompt(session, actor, prompt_id, now).account_id
    queries.hold_prompt(session, actor.workspace_id, prompt_id)
    hold(session, account_id, now)
    columns = ("retired_on", "closed_on", "title")
    chosen = [
        ShownRow(entity, row_id, columns, dict.fromkeys(columns, "stays"))
        for entity, row_id in ((Entity.GAP, gap_id), (Entity.OUTCOME, outcome_id))
        if row_id is not None
    ]
    for row in chosen:
        row_of(session, actor, row.entity, row.row_id or 0)
    refuse_changed(session, actor, account_id, now, *chosen)
    for gap in nothing_changed_form(session, actor, prompt_id, now).gaps:
        if (gap_id and gap.gap_id == gap_id) or (outcome_id and gap.outcome_id == outcome_id):
            return gap.title
    raise UserError(MeetingRefusal.GAP_CLOSED, "stays")


def hand_over_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> HandOverFormView:
    """What the hand-over form shows for a prompt."""
    account_id = answers.open_prompt(session, actor, prompt_id, now).account_id
    seen = version_of_account(session, actor, account_id)
    return HandOverFormView(prompt_id, account_of(session, actor, account_id).name, seen)


def answer_form(
    session: Session, actor: Actor, now: datetime, *, prompt_id: int | None = None, account_id: int | None = None
) -> AnswerFormView:
    """The answer form of a prompt, or of an account's next open prompt, or of the account alone."""
    prompt = _prompt(session, actor, now, prompt_id, account_id)
    form_account_id = prompt.account_id if prompt else account_id
    if form_account_id is None or account_id not in (None, form_account_id):
        raise no_such_account()
    account = account_of(session, actor, form_account_id)
    form_account_id = account.id
    must_write_unless_asked(session, actor, account, answers.right_of_asked(actor, prompt), now)
    seen = version_of_account(session, actor, account.id)
    existing = queries.answer_of_meeting(session, actor.workspace_id, prompt.meeting_id) if prompt else None
    return replace(_answer_form(session, actor, form_account_id, now, prompt=prompt, existing=existing), seen=seen)


def _prompt(
    session: Session, actor: Actor, now: datetime, prompt_id: int | None, account_id: int | None
) -> Prompt | None:
    if prompt_id is not None:
        prompt = queries.by_id(session, actor.workspace_id, prompt_id)
        if prompt is None:
            raise no_such_account()
        # An answered prompt opens the form again to edit; the others say what happened to them.
        return prompt if prompt.state is PromptState.ANSWERED else answers.open_prompt(session, actor, prompt_id, now)
    return queries.open_of_account(session, actor.workspace_id, account_id) if account_id is not None else None


def _answer_form(
    session: Session, actor: Actor, account_id: int, now: datetime, *, prompt: Prompt | None, existing: Answer | None
) -> AnswerFormView:
    state = proof_state.load(session, actor.workspace_id, account_id)
    gaps = gap_lines(state, assess_now(state, now))
    action = action_queries.of_answer(session, actor.workspace_id, existing.id) if existing else None
    owner = members.by_id(session, actor.workspace_id, action.owner_id if action else actor.member.id)
    step_for = next((gap.ref for gap in gaps if action is not None and gap.gap_id == action.gap_id), None)
    return AnswerFormView(
        account_id=account_id,
        account=state.account.name,
        meeting_id=prompt.meeting_id if prompt else None,
        starts_at=prompt.starts_at if prompt else None,
        edits=existing.id if existing else None,
        steps=_ticks(session, actor, account_id, existing),
        change=existing.change if existing else None,
        what_changed=existing.what_changed if existing else None,
        questions=tuple(gap for gap in gaps if gap.gap_id is not None and gap.outcome_id is None),
        outcomes_open=tuple(gap.title for gap in gaps if gap.outcome_id is not None),
        unproven=existing.unproven if existing else None,
        next_action=existing.next_action if existing else None,
        next_owner=owner.slack_id if owner else None,
        next_due=action.due_on if action else None,
        loop=action.loop.value if action else Loop.OURSELVES.value,
        points=tuple((gap.ref, gap.title) for gap in gaps),
        step_for=step_for if action is not None and action.gap_id is not None else None,
        decision=existing.decision if existing else None,
        decision_of=(existing.decision_of if existing else None) or DecisionOf.THEIRS,
        unfolded=_says_more(action, actor, existing),
        has_outcomes=bool(state.outcomes),
        seen=0,
    )


def _says_more(action: Action | None, actor: Actor, existing: Answer | None) -> bool:
    """Whether an answer says something that stands in the part of the form that unfolds."""
    if existing is not None and existing.decision is not None:
        return True
    if action is None:
        return False
    return action.owner_id != actor.member.id or action.loop is not Loop.OURSELVES or action.gap_id is not None


def unfolded_form(
    session: Session, actor: Actor, account_id: int, now: datetime, *, meeting_id: int | None
) -> AnswerFormView:
    """The answer form with all its parts, for a form that is open already."""
    prompt = queries.of_meeting(session, actor.workspace_id, meeting_id) if meeting_id else None
    if meeting_id and prompt is None:
        raise no_such_account()
    prompt_id = prompt.id if prompt else None
    account = account_of(session, actor, account_id)
    account_id = account.id
    if prompt is None:
        must_write_unless_asked(session, actor, account, None, now)
        form = _answer_form(session, actor, account.id, now, prompt=None, existing=None)
    else:
        form = answer_form(session, actor, now, prompt_id=prompt_id, account_id=account_id)
    return replace(form, unfolded=True)


def _ticks(session: Session, actor: Actor, account_id: int, existing: Answer | None) -> tuple[StepTick, ...]:
    """The steps to tick off: those this answer has ticked, then the open ones, but not the one that it set itself."""
    answer_id = existing.id if existing else None
    waiting, ticked = action_queries.to_tick(session, actor.workspace_id, account_id, answer_id)
    offered = [
        step for step in waiting if step.loop in TICKABLE and (existing is None or step.answer_id != existing.id)
    ]
    done = [StepTick(step.id, step.text, step.due_on, True) for step in ticked]
    return tuple(done + [StepTick(step.id, step.text, step.due_on, False) for step in offered])[:_STEPS_OFFERED]


def draft_form(session: Session, actor: Actor, draft_id: int, now: datetime) -> AnswerFormView:
    """The answer form, filled with what a draft says."""
    view = answer_drafts.preview(session, actor, draft_id)
    return replace(
        answer_form(session, actor, now, account_id=view.account_id),
        change=view.change,
        what_changed=view.what_changed,
        unproven=view.unproven,
        next_action=view.next_action,
        next_due=view.next_due,
    )
