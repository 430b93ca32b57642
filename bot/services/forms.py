"""What the forms show before somebody fills them in: the answer form and the evidence form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.domain.assessment import assess
from bot.domain.reasons import PARTS
from bot.domain.words import Change, Loop, PromptState
from bot.services import answering, drafting, recording
from bot.services.actor import Actor, Refused, must_write
from bot.services.reading import GapLine, account_of, gap_lines
from bot.store import members, prompts, proof
from bot.store.prompts import Answer, Prompt


@dataclass(frozen=True, slots=True)
class AnswerFormView:
    """The three questions, filled with what is known: the gaps that are open, the last answer's next action.

    When `edits` is set the form changes that answer.
    """

    account_id: int
    account: str
    meeting_id: int | None
    starts_at: datetime | None
    edits: int | None
    change: Change | None
    what_changed: str | None
    questions: tuple[GapLine, ...]
    outcomes_open: tuple[str, ...]
    unproven: str | None
    next_action: str | None
    next_owner: str | None
    next_due: date | None
    loop: str
    has_outcomes: bool


@dataclass(frozen=True, slots=True)
class OutcomeChoice:
    id: int
    title: str
    unit: str | None
    is_statement: bool


@dataclass(frozen=True, slots=True)
class PersonChoice:
    id: int
    name: str
    part: str


@dataclass(frozen=True, slots=True)
class EvidenceFormView:
    """The evidence form: `outcome_id` is chosen when the form was opened from a gap; `closes_risk` is a risk's id."""

    account_id: int
    account: str
    outcomes: tuple[OutcomeChoice, ...]
    outcome_id: int | None
    people: tuple[PersonChoice, ...]
    today: date
    me: str
    closes_risk: int | None


@dataclass(frozen=True, slots=True)
class NothingChangedFormView:
    """The short form: which gap stays, and why. The choice is the gap's place in `gaps`."""

    prompt_id: int
    account: str
    gaps: tuple[GapLine, ...]


@dataclass(frozen=True, slots=True)
class HandOverFormView:
    prompt_id: int
    account: str


@dataclass(frozen=True, slots=True)
class ReasonFormView:
    """Asks why a piece of evidence is disputed or withdrawn; `people` are who at the customer may dispute it."""

    evidence_id: int
    dispute: bool
    what: str
    people: tuple[PersonChoice, ...]


@dataclass(frozen=True, slots=True)
class OwedLine:
    prompt_id: int
    account: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class OwedView:
    """The answers that somebody owes, next meeting first."""

    owed: tuple[OwedLine, ...]


def owed(session: Session, actor: Actor, now: datetime) -> OwedView:
    """The open prompts of the actor."""
    return OwedView(
        tuple(
            OwedLine(prompt.id, account_of(session, prompt.account_id).name, prompt.starts_at)
            for prompt in prompts.open_of_member(session, actor.member.id)
        )
    )


def nothing_changed_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> NothingChangedFormView:
    """What the short form shows for a prompt."""
    prompt = answering.open_prompt(session, actor, prompt_id)
    state = proof.load(session, prompt.account_id)
    gaps = gap_lines(state, assess(state, now.date(), now))
    return NothingChangedFormView(prompt_id, state.account.name, gaps)


def hand_over_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> HandOverFormView:
    """What the hand-over form shows for a prompt."""
    prompt = answering.open_prompt(session, actor, prompt_id)
    return HandOverFormView(prompt_id, account_of(session, prompt.account_id).name)


def reason_form(session: Session, actor: Actor, evidence_id: int, *, dispute: bool) -> ReasonFormView:
    """What the form shows that disputes or withdraws a piece of evidence."""
    piece = recording.piece_of(session, actor, evidence_id)
    state = proof.load(session, piece.account_id)
    people = tuple(PersonChoice(p.id, p.name, PARTS[p.part]) for p in state.people)
    return ReasonFormView(evidence_id, dispute, str(piece.value or piece.statement or ""), people)


def answer_form(
    session: Session, actor: Actor, now: datetime, *, prompt_id: int | None = None, account_id: int | None = None
) -> AnswerFormView:
    """The answer form of a prompt, or of an account's next open prompt, or of the account alone."""
    prompt = _prompt(session, actor, prompt_id, account_id)
    wanted = prompt.account_id if prompt else account_id
    if wanted is None:
        raise Refused("That prompt is gone. Type /answer and the account's name instead.")
    account = account_of(session, wanted)
    asked = prompt is not None and prompt.member_id == actor.member.id
    if not asked:
        must_write(session, actor, account)
    given = prompts.answer_of_meeting(session, prompt.meeting_id) if prompt else None
    return _answer_form(session, actor, wanted, prompt, given, now)


def _prompt(session: Session, actor: Actor, prompt_id: int | None, account_id: int | None) -> Prompt | None:
    if prompt_id is not None:
        prompt = prompts.by_id(session, prompt_id)
        if prompt is None or prompt.workspace_id != actor.workspace_id:
            return None
        # An answered prompt opens the form again to edit; the others say what happened to them.
        return prompt if prompt.state is PromptState.ANSWERED else answering.open_prompt(session, actor, prompt_id)
    return prompts.open_of_account(session, account_id) if account_id is not None else None


def _answer_form(
    session: Session, actor: Actor, account_id: int, prompt: Prompt | None, given: Answer | None, now: datetime
) -> AnswerFormView:
    state = proof.load(session, account_id)
    gaps = gap_lines(state, assess(state, actor.today(now), now))
    last = given or prompts.last_answer(session, account_id)
    action = prompts.action_of_answer(session, last.id) if last else None
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
    seen = drafting.preview(session, actor, draft_id)
    return replace(
        answer_form(session, actor, now, account_id=seen.account_id),
        change=seen.change,
        what_changed=seen.what_changed,
        unproven=seen.unproven,
        next_action=seen.next_action,
        next_due=seen.next_due,
    )


def evidence_form(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    outcome_id: int | None = None,
    closes_risk: int | None = None,
) -> EvidenceFormView:
    """The evidence form of an account; `Refused` when there is no outcome that evidence could be about."""
    account = account_of(session, account_id)
    must_write(session, actor, account)
    state = proof.load(session, account_id)
    running = [outcome for outcome in state.outcomes if outcome.retired_on is None]
    if not running:
        raise Refused(
            f"Nobody has written down what success means for {account.name}. "
            f"Type /proof {account.slug} plan and write the first outcome; then evidence has something to prove."
        )
    return EvidenceFormView(
        account_id=account_id,
        account=account.name,
        outcomes=tuple(OutcomeChoice(o.id, o.title, o.unit, o.kind == "statement") for o in running),
        outcome_id=outcome_id,
        people=tuple(PersonChoice(p.id, p.name, PARTS[p.part]) for p in state.people if p.left_on is None),
        today=actor.today(now),
        me=actor.member.name,
        closes_risk=closes_risk,
    )
