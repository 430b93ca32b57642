"""What the message of a prompt shows, from facts that are loaded for many prompts in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import public_holidays
from bot.app.assessments import assess_now
from bot.app.gap_lines import gap_lines
from bot.domain.enums import PromptState
from bot.domain.model import Account, Action, ProofState
from bot.domain.values import working_hours
from bot.domain.values.days import shift_moment
from bot.features.actions import queries as action_queries
from bot.features.meetings import answer_authors, queries, renewal_asked
from bot.features.meetings.rows import Answer, Prompt
from bot.features.meetings.views import Coauthor, PromptView, RecordedAnswer, StandingInFor
from bot.outbox.types import Moot
from bot.phrases import phrase
from bot.store import members, proof_state
from bot.store.members import Member

_GAPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What prompts show: who is asked, their accounts, the last answers on these, and the prompts' own answers."""

    members: dict[int, Member]
    states: dict[int, ProofState]
    last_answers: dict[int, Answer]
    answers: dict[int | None, Answer]
    actions: dict[int, Action]
    coauthors: dict[int, tuple[Coauthor, ...]]

    @classmethod
    def of(cls, session: Session, prompts: Collection[Prompt]) -> Facts:
        account_ids = {prompt.account_id for prompt in prompts}
        workspace_ids = {prompt.workspace_id for prompt in prompts}
        states = proof_state.load_many(session, workspace_ids, sorted(account_ids))
        answers = queries.answers_of_meetings(session, workspace_ids, [prompt.meeting_id for prompt in prompts])
        next_actions = action_queries.of_answers(session, workspace_ids, [answer.id for answer in answers.values()])
        people = {prompt.member_id for prompt in prompts}
        people |= {prompt.handed_by_id for prompt in prompts}
        people |= {state.account.owner_id for state in states}
        people |= {answer.member_id for answer in answers.values()}
        people |= {action.owner_id for action in next_actions.values()}
        return cls(
            members.by_ids(session, workspace_ids, people),
            {state.account.id: state for state in states},
            queries.last_answers(session, workspace_ids, account_ids),
            answers,
            next_actions,
            answer_authors.coauthors(session, workspace_ids, answers.values()),
        )

    def recorded(self, answer: Answer) -> RecordedAnswer:
        """An answer as it is read back."""
        steps = self.states[answer.account_id].actions
        return recorded_answer(answer, self.actions.get(answer.id), self.members, self.coauthors, steps)


def view_of(facts: Facts, prompt: Prompt, args: Mapping[str, Any], now: datetime) -> PromptView | Moot:
    member = facts.members.get(prompt.member_id or 0)
    handed_to = member.name if member and member.slack_id != args["to"] else None
    if args["first"] and prompt.state is not PromptState.OPEN:
        return Moot(f"the prompt is {prompt.state} already")
    if args["first"] and handed_to:
        return Moot(f"the prompt was handed over to {handed_to}")
    if args["first"] and prompt.snoozed_until and prompt.snoozed_until > now:
        return Moot("the prompt is snoozed until later")
    state = facts.states[prompt.account_id]
    assessment = assess_now(state, now)
    gaps = gap_lines(state, assessment)
    last = facts.last_answers.get(prompt.account_id)
    answer = facts.answers.get(prompt.meeting_id)
    return PromptView(
        prompt_id=prompt.id,
        account=state.account.name,
        account_id=state.account.id,
        kind=prompt.kind,
        starts_at=prompt.starts_at,
        holiday=_holiday(prompt.starts_at, member.tz) if member else None,
        state=prompt.state,
        passed=prompt.starts_at <= now,
        coverage=phrase(assessment.covered),
        gaps=gaps[:_GAPS_SHOWN],
        gaps_more=max(0, len(gaps) - _GAPS_SHOWN),
        last_action=last.next_action if last else None,
        snoozed_until=prompt.snoozed_until if prompt.snoozed_until and prompt.snoozed_until > now else None,
        handed_to=handed_to,
        standing_in_for=_standing_in_for(facts, prompt, state.account),
        answer=facts.recorded(answer) if answer else None,
        renewal=renewal_asked.asked(assessment, prompt, answer),
        handed_from=facts.members[prompt.handed_by_id].name if prompt.handed_by_id in facts.members else None,
        can_undo=_can_undo(facts, prompt, args["to"], now),
        late=bool(args.get("late")),
    )


def _can_undo(facts: Facts, prompt: Prompt, reader: str, now: datetime) -> bool:
    """Whether the reader of a message may take back that its prompt was handed over, or that the meeting is off."""
    if prompt.state is PromptState.OFF:
        return prompt.closes_at > now
    by = facts.members.get(prompt.handed_by_id or 0)
    return prompt.state is PromptState.OPEN and by is not None and by.slack_id == reader


def _standing_in_for(facts: Facts, prompt: Prompt, account: Account) -> StandingInFor | None:
    """The owner, if somebody else is asked because they are away when the meeting takes place."""
    owner = facts.members.get(account.owner_id or 0)
    if owner is None or owner.away_until is None or owner.id == prompt.member_id:
        return None
    if not owner.is_away(prompt.starts_at):
        return None
    last = working_hours.local_day(shift_moment(owner.away_until, timedelta(seconds=-1)), owner.tz)
    return StandingInFor(owner.name, last)


def _holiday(starts_at: datetime, tz: str) -> str | None:
    return public_holidays.name_of(working_hours.local_day(starts_at, tz), tz)


def recorded_answer(
    answer: Answer,
    action: Action | None,
    members_by_id: Mapping[int, Member],
    coauthors: Mapping[int, tuple[Coauthor, ...]],
    steps: Iterable[Action],
) -> RecordedAnswer:
    """An answer as it is read back, with the next action that it set, the steps it ticked and who else wrote in it."""
    by = members_by_id.get(answer.member_id)
    owner = members_by_id.get(action.owner_id or 0) if action else None
    return RecordedAnswer(
        answer_id=answer.id,
        by=by.name if by else None,
        change=answer.change,
        what_changed=answer.what_changed,
        unproven=answer.unproven,
        next_action=answer.next_action,
        next_owner=owner.name if owner else None,
        next_due=action.due_on.isoformat() if action and action.due_on else None,
        done=tuple(step.text for step in steps if step.done_in_answer_id == answer.id),
        decision=answer.decision,
        decision_of=answer.decision_of,
        moved_evidence=answer.moved_evidence,
        edited=answer.edited_at is not None,
        changed_by=coauthors.get(answer.id, ()),
    )
