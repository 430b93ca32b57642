"""The success plan: what success is, who owns it, what will slow it down; and the promises made at the sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import row_of, writable, writable_row
from bot.app.actor import Actor, UserError, may_write
from bot.app.assessments import assessed, has_begun
from bot.app.refusals import AppRefusal
from bot.app.sensible_days import must_be_to_come, must_follow, must_follow_contract_start, must_have_been
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.app.typed import colleague_of
from bot.app.would_break import would_break_line
from bot.domain.account import plan_gaps, promises
from bot.domain.enums import Direction, ObstacleKind, OutcomeKind, PromiseState
from bot.domain.labels import label, labels
from bot.domain.model import Outcome, Promise, ProofState
from bot.domain.proof.explanation import reason, would_show
from bot.domain.values.text import band
from bot.domain.values.words import same_words, says_something
from bot.features.plan import outcomes, queries, retirement
from bot.features.plan import people as plan_people
from bot.features.plan.outcomes import NewOutcome
from bot.features.plan.phrases import PlanPhrase
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import (
    ObstacleLine,
    OutcomeFormView,
    OutcomeLine,
    PersonLine,
    PlanView,
    PromiseLine,
    SettleFormView,
)
from bot.phrases import phrase, say
from bot.store import ledger, proof_state
from bot.store.entities import Entity


def settle_form(session: Session, actor: Actor, account_id: int, now: datetime) -> SettleFormView:
    """What could have changed in the plan of an account; `UserError` when there is nothing in it."""
    account_id = writable(session, actor, account_id).id
    seen = version_of_account(session, actor, account_id)
    state = proof_state.load(session, actor.workspace_id, account_id)
    view = SettleFormView(
        account_id,
        state.account.name,
        tuple((o.id, o.title) for o in state.outcomes if o.retired_on is None),
        tuple((p.id, p.name) for p in state.people if p.is_there(has_begun(now))),
        tuple((o.id, o.text) for o in state.obstacles if o.cleared_on is None),
        tuple((p.id, p.text) for p in state.promises if p.state is PromiseState.OPEN),
        actor.today(now),
        seen,
    )
    if not (view.outcomes or view.people or view.obstacles or view.promises):
        raise UserError(PlanRefusal.PLAN_EMPTY)
    return view


def apply_plan_change(
    session: Session, actor: Actor, account_id: int, now: datetime, *, what: str, row_id: int, on: date, why: str
) -> None:
    """Record one change of the plan: `left`, `cleared`, `mentioned`, `retired`, or the new state of a promise."""
    writable(session, actor, account_id)
    match what:
        case "left":
            plan_people.person_left(session, actor, row_id, on, now)
        case "retired":
            retirement.retire(session, actor, row_id, now, on=on, why=why)
        case "cleared":
            clear_obstacle(session, actor, row_id, now)
        case "mentioned":
            mention_promise(session, actor, row_id, now, words=why)
        case _:
            state = next((state for state in PromiseState if state == what), PromiseState.OPEN)
            settle_promise(session, actor, row_id, state, now, why=why)


def plan_view(session: Session, actor: Actor, account_id: int, now: datetime) -> PlanView:
    """The success plan of an account."""
    state, assessment = assessed(session, actor, account_id, now)
    reasons = {graded.outcome.id: phrase(reason(graded)) for graded in assessment.outcomes}
    shows = {graded.outcome.id: phrase(would_show(graded)) for graded in assessment.outcomes}
    people = _names_of_people(state)
    return PlanView(
        account_id=account_id,
        account=state.account.name,
        outcomes=tuple(
            OutcomeLine(
                o.id,
                o.title,
                from_to(o),
                o.due_on,
                people.get(o.owner_person_id or 0),
                reasons.get(o.id),
                shows.get(o.id),
            )
            for o in state.outcomes
            if o.retired_on is None
        ),
        people=tuple(
            PersonLine(p.name, p.title, labels(p.parts), None if p.is_there(assessment.on) else p.left_on)
            for p in state.people
        ),
        obstacles=_obstacles(state),
        promises=_promises(state, assessment.on),
        holes=tuple(phrase(hole.fact) for hole in plan_gaps.holes(state, assessment.on)),
        first_win_on=state.account.first_win_on,
        would_break=would_break_line(state, assessment.on),
        can_write=may_write(session, actor, state.account),
        unagreed=sum(not g.terms.holds or g.terms.assumed_until is not None for g in assessment.outcomes),
    )


def _names_of_people(state: ProofState) -> dict[int, str]:
    return {person.id: person.name for person in state.people}


def _obstacles(state: ProofState) -> tuple[ObstacleLine, ...]:
    """The obstacles that are in the way, each with who looks after it, at the customer or of ours."""
    people = _names_of_people(state)
    return tuple(
        ObstacleLine(
            label(o.kind), o.text, people.get(o.owner_person_id or 0) or state.names.get(o.owner_id or 0), o.due_on
        )
        for o in state.obstacles
        if o.cleared_on is None
    )


def _promises(state: ProofState, on: date) -> tuple[PromiseLine, ...]:
    """All promises, each with since when nobody has mentioned it."""
    forgotten = {silent.promise.id: silent.since for silent in promises.forgotten(state.promises, on)}
    return tuple(
        PromiseLine(
            p.id, p.text, p.state, p.due_on, p.id in forgotten, forgotten.get(p.id), p.last_words, p.same_words_on
        )
        for p in state.promises
    )


def from_to(outcome: Outcome) -> str:
    """The measure of an outcome in words: `days to sign: 15 → 5 days`; it names what is not known."""
    if outcome.kind is OutcomeKind.STATEMENT:
        return ""
    return say(
        PlanPhrase.MEASURE,
        metric=outcome.metric,
        baseline=outcome.baseline,
        holds=outcome.direction is Direction.HOLD,
        bounds=band(outcome.band_low, outcome.band_high, outcome.unit),
        target=outcome.target,
        unit=outcome.unit,
    )


def form_values(session: Session, actor: Actor, account_id: int, now: datetime) -> dict[str, Any]:
    """The fields that every form of the plan shares."""
    account = writable(session, actor, account_id)
    account_id = account.id
    seen = version_of_account(session, actor, account_id)
    state = proof_state.load(session, actor.workspace_id, account_id)
    return {
        "account_id": account_id,
        "account": account.name,
        "people": tuple((p.id, p.name) for p in state.people if p.is_there(has_begun(now))),
        "outcomes": tuple((o.id, o.title) for o in state.outcomes if o.retired_on is None),
        "me": actor.member.slack_id,
        "today": actor.today(now),
        "seen": seen,
    }


def outcome_form_again(
    session: Session, actor: Actor, new: NewOutcome, typed: Mapping[str, str], now: datetime
) -> OutcomeFormView:
    """The form for an outcome once more, with what was typed, and with the outcome in the plan that looks like it."""
    pair = outcomes.like_new(session, actor, new)
    text = say(PlanPhrase.LOOKS_ALIKE, title=pair.one.title, by_title=pair.by_title) if pair else None
    return OutcomeFormView(**form_values(session, actor, new.account_id, now), alike=text, typed=typed)


def add_obstacle(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    kind: ObstacleKind,
    text: str,
    owner_slack_id: str | None = None,
    due_on: date | None = None,
) -> int:
    """Name something that will slow the customer down, with who clears it and by when."""
    account_id = writable(session, actor, account_id).id
    if not text.strip():
        raise UserError(PlanRefusal.OBSTACLE_MISSING, "text")
    must_be_to_come(due_on, actor.today(now), "due_on")
    owner = colleague_of(session, actor, owner_slack_id) if owner_slack_id else None
    if owner_slack_id and owner is None:
        raise UserError(AppRefusal.COLLEAGUE_NOT_A_MEMBER, "owner")
    values: dict[str, Any] = {"kind": kind, "text": text.strip(), "due_on": due_on}
    owner_id = owner.id if owner else None
    return ledger.add(session, actor.author, Entity.OBSTACLE, now, account_id=account_id, owner_id=owner_id, **values)


def clear_obstacle(session: Session, actor: Actor, obstacle_id: int, now: datetime) -> int:
    """Record that the obstacle is out of the way; returns the account's id."""
    account, _ = writable_row(session, actor, Entity.OBSTACLE, obstacle_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.OBSTACLE, obstacle_id))
    cleared = actor.today(now)
    ledger.change(
        session, actor.author, Entity.OBSTACLE, obstacle_id, now, only_if={"cleared_on": None}, cleared_on=cleared
    )
    return account.id


def add_promise(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    text: str,
    promised_on: date | None = None,
    due_on: date | None = None,
    promised_by: str | None = None,
) -> int:
    """Note a promise made at the sale; it is followed until it is kept, renegotiated or broken."""
    account_id = writable(session, actor, account_id).id
    if not text.strip():
        raise UserError(PlanRefusal.PROMISE_MISSING, "text")
    must_have_been(promised_on, actor.today(now), "promised_on")
    must_follow(due_on, promised_on, "due_on", "promised")
    values: dict[str, Any] = {
        "text": text.strip(),
        "promised_on": promised_on,
        "due_on": due_on,
        "promised_by": (promised_by or "").strip() or None,
        "last_mentioned_on": actor.today(now),
    }
    return ledger.add(session, actor.author, Entity.PROMISE, now, account_id=account_id, **values)


def settle_promise(
    session: Session, actor: Actor, promise_id: int, state: PromiseState, now: datetime, *, why: str
) -> None:
    """Record that a promise was kept, renegotiated with the customer or broken, and why."""
    account, _ = writable_row(session, actor, Entity.PROMISE, promise_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PROMISE, promise_id))
    if state is PromiseState.OPEN:
        raise UserError(PlanRefusal.PROMISE_STATE_MISSING, "state")
    if not why.strip():
        raise UserError(PlanRefusal.TOLD_CUSTOMER_MISSING, "why")
    today = actor.today(now)
    values: dict[str, Any] = {
        "state": state,
        "settled_on": today,
        "settled_why": why.strip(),
        "last_mentioned_on": today,
    }
    ledger.change(session, actor.author, Entity.PROMISE, promise_id, now, **values)


def mention_promise(session: Session, actor: Actor, promise_id: int, now: datetime, *, words: str) -> Promise:
    """Record what was said of a promise to the customer today. Words that stood there before are kept with that day."""
    account, row = writable_row(session, actor, Entity.PROMISE, promise_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.PROMISE, promise_id))
    said = " ".join(words.split())
    if not says_something(said):
        raise UserError(PlanRefusal.MENTION_WITHOUT_WORDS, "why")
    earlier = queries.words_on_promise(session, account, promise_id)
    values: dict[str, Any] = {
        "last_mentioned_on": actor.today(now),
        "last_words": said,
        "same_words_on": next((on for on, before in earlier if same_words(said, before)), None),
    }
    ledger.change(session, actor.author, Entity.PROMISE, promise_id, now, **values)
    return replace(Promise(**{name: row[name] for name in Promise.__dataclass_fields__}), **values)


def first_win(session: Session, actor: Actor, account_id: int, now: datetime, *, on: date, words: str) -> None:
    """Record the first win: the day, and the customer's words (“We used it in real life and it worked”)."""
    account = writable(session, actor, account_id)
    account_id = account.id
    if on > actor.today(now):
        raise UserError(PlanRefusal.FIRST_WIN_IN_FUTURE, "on")
    must_follow_contract_start(account, on, "on")
    if not words.strip():
        raise UserError(PlanRefusal.FIRST_WIN_WORDS_MISSING, "words")
    win = ShownRow(
        Entity.ACCOUNT, account_id, ("first_win_on", "first_win"), {"first_win_on": "on", "first_win": "words"}
    )
    must_be_as_shown(session, actor, account_id, now, win)
    ledger.change(session, actor.author, Entity.ACCOUNT, account_id, now, first_win_on=on, first_win=words.strip())


def account_of_outcome(session: Session, actor: Actor, outcome_id: int) -> int:
    """The account that an outcome belongs to; raises `UserError` when it is gone."""
    return row_of(session, actor, Entity.OUTCOME, outcome_id)[0].id
