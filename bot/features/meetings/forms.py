"""What the forms show before somebody fills them in: the answer form and the evidence form."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError, must_write
from bot.app.assessments import assess_now
from bot.app.gap_lines import gap_lines
from bot.domain.enums import Loop, PromptState
from bot.features.meetings import answer_drafts, answers, queries
from bot.features.meetings.queries import Answer, Prompt
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.views import AnswerFormView, HandOverFormView, NothingChangedFormView, OwedLine, OwedView
from bot.store import members, proof_state


def owed(session: Session, actor: Actor, now: datetime) -> OwedView:
    """The open prompts of the actor."""
    return OwedView(
        tuple(
            OwedLine(prompt.id, account_of(session, actor, prompt.account_id).name, prompt.starts_at)
            for prompt in queries.open_of_member(session, actor.member.id)
        )
    )


def nothing_changed_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> NothingChangedFormView:
    """What the short form shows for a prompt."""
    prompt = answers.open_prompt(session, actor, prompt_id)
    state = proof_state.load(session, prompt.account_id)
    gaps = gap_lines(state, assess_now(state, now))
    return NothingChangedFormView(prompt_id, state.account.name, gaps)


def hand_over_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> HandOverFormView:
    """What the hand-over form shows for a prompt."""
    prompt = answers.open_prompt(session, actor, prompt_id)
    return HandOverFormView(prompt_id, account_of(session, actor, prompt.account_id).name)


def answer_form(
    session: Session, actor: Actor, now: datetime, *, prompt_id: int | None = None, account_id: int | None = None
) -> AnswerFormView:
    """The answer form of a prompt, or of an account's next open prompt, or of the account alone."""
    prompt = _prompt(session, actor, prompt_id, account_id)
    wanted = prompt.account_id if prompt else account_id
    if wanted is None:
        raise UserError(MeetingRefusal.PROMPT_GONE)
    account = account_of(session, actor, wanted)
    asked = prompt is not None and prompt.member_id == actor.member.id
    if not asked:
        must_write(session, actor, account)
    given = queries.answer_of_meeting(session, prompt.meeting_id) if prompt else None
    return _answer_form(session, actor, wanted, prompt, given, now)


def _prompt(session: Session, actor: Actor, prompt_id: int | None, account_id: int | None) -> Prompt | None:
    if prompt_id is not None:
        prompt = queries.by_id(session, prompt_id)
        if prompt is None or prompt.workspace_id != actor.workspace_id:
            return None
        # An answered prompt opens the form again to edit; the others say what happened to them.
        return prompt if prompt.state is PromptState.ANSWERED else answers.open_prompt(session, actor, prompt_id)
    return queries.open_of_account(session, account_id) if account_id is not None else None


def _answer_form(
    session: Session, actor: Actor, account_id: int, prompt: Prompt | None, given: Answer | None, now: datetime
) -> AnswerFormView:
    state = proof_state.load(session, account_id)
    gaps = gap_lines(state, assess_now(state, now))
    last = given or queries.last_answer(session, account_id)
    action = queries.action_of_answer(session, last.id) if last else None
    owner = members.by_id(session, action.owner_id if action else actor.member.id)
    due = action.due_on if action else None
    return AnswerFormView(
        account_id=account_id,
        account=state.account.name,
        meeting_id=prompt.meeting_id if prompt else None,
        starts_at=prompt.starts_at if prompt else None,
        edits=given.id if given else None,
        change=given.change if given else None,
        what_changed=given.what_changed if given else None,
        questions=tuple(gap for gap in gaps if gap.gap_id is not None and gap.outcome_id is None),
        outcomes_open=tuple(gap.title for gap in gaps if gap.outcome_id is not None),
        unproven=given.unproven if given else None,
        next_action=last.next_action if last else None,
        next_owner=owner.slack_id if owner else None,
        next_due=due if due is not None and (given or due >= actor.today(now)) else None,
        loop=action.loop.value if action else Loop.OURSELVES.value,
        has_outcomes=bool(state.outcomes),
    )


def draft_form(session: Session, actor: Actor, draft_id: int, now: datetime) -> AnswerFormView:
    """The answer form, filled with what a draft says."""
    seen = answer_drafts.preview(session, actor, draft_id)
    return replace(
        answer_form(session, actor, now, account_id=seen.account_id),
        change=seen.change,
        what_changed=seen.what_changed,
        unproven=seen.unproven,
        next_action=seen.next_action,
        next_due=seen.next_due,
    )
