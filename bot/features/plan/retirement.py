"""Retiring an outcome that the customer no longer wants. What was not proven counts on until a manager agrees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, row_of, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import assess_now, assessed, rules_day
from bot.app.reviewers import may_review
from bot.app.shown import ShownRow, hold, must_be_as_shown, version_of_account
from bot.domain.account.moved_terms import retired_fact
from bot.domain.enums import Standing
from bot.domain.model import Account, Outcome
from bot.domain.proof.explanation import reason
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import RetirementReviewedView, RetirementView
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity


def retire(session: Session, actor: Actor, outcome_id: int, now: datetime, *, on: date, why: str) -> None:
    """Retire an outcome from today or a later day on; it stays on record.

    A proven one whose proof somebody else has seen stops counting. Any other counts on, without credit, until somebody
    agrees who may (`may_review`);
    who may and retires it agrees by that.
    """
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.OUTCOME, outcome_id, (), {"retired_on": "what"}))
    if not why.strip():
        raise UserError(PlanRefusal.RETIREMENT_WITHOUT_REASON, "why")
    if on < min(actor.today(now), rules_day(now)):
        raise UserError(PlanRefusal.RETIREMENT_IN_PAST, "on")
    values: dict[str, Any] = {"retired_on": on, "retired_why": why.strip(), "retired_by": actor.member.id}
    if may_review(session, actor, account, now):
        values |= {"retire_agreed_on": on, "retire_agreed_by": actor.member.id}
    elif on <= rules_day(now) and _is_seen_proven(session, account, outcome_id, now):
        values |= {"retire_agreed_on": on}
    ledger.change(session, actor.author, Entity.OUTCOME, outcome_id, now, only_if={"retired_on": None}, **values)


def review_form(session: Session, actor: Actor, outcome_id: int, now: datetime) -> RetirementView:
    """What a manager sees before they agree to a retirement; `UserError` for who may not, or when it is decided."""
    account, _ = _reviewable(session, actor, outcome_id, now)
    seen = version_of_account(session, actor, account.id)
    outcome = _undecided(session, account, outcome_id)
    state, assessment = assessed(session, actor, account.id, now)
    graded = next((graded for graded in assessment.retired if graded.outcome.id == outcome_id), None)
    return RetirementView(
        outcome_id=outcome_id,
        account=account.name,
        retired=phrase(retired_fact(state, outcome)),
        stood=None if graded is None else phrase(reason(graded)),
        missed_on=graded.missed_on if graded is not None and graded.standing is Standing.DISPROVEN else None,
        coverage=phrase(assessment.covered),
        seen=seen,
    )


def agree(session: Session, actor: Actor, outcome_id: int, now: datetime) -> int:
    """Agree that a retired outcome no longer counts; returns the outcome's id."""
    values: dict[str, Any] = {"retire_agreed_on": rules_day(now), "retire_agreed_by": actor.member.id}
    _decide(session, actor, outcome_id, now, values)
    return outcome_id


def keep(session: Session, actor: Actor, outcome_id: int, now: datetime) -> int:
    """Take the retirement back: the outcome counts as before, with what its evidence is worth. Returns its id."""
    values: dict[str, Any] = {"retired_on": None, "retired_why": None, "retired_by": None}
    _decide(session, actor, outcome_id, now, values)
    return outcome_id


def reviewed(session: Session, actor: Actor, outcome_id: int, now: datetime) -> RetirementReviewedView:
    """What came of a review."""
    account, row = row_of(session, actor, Entity.OUTCOME, outcome_id)
    assessment = assess_now(proof_state.load(session, actor.workspace_id, account.id), now)
    return RetirementReviewedView(
        account.id, account.name, row["title"], row["retired_on"] is not None, phrase(assessment.covered)
    )


def _decide(session: Session, actor: Actor, outcome_id: int, now: datetime, values: dict[str, Any]) -> None:
    """Of two who decide at once, one does."""
    account, _ = _reviewable(session, actor, outcome_id, now)
    hold(session, account.id, now)
    _undecided(session, account, outcome_id)
    ledger.change(session, actor.author, Entity.OUTCOME, outcome_id, now, **values)


def _reviewable(session: Session, actor: Actor, outcome_id: int, now: datetime) -> tuple[Account, RowMapping]:
    account, row = row_of(session, actor, Entity.OUTCOME, outcome_id)
    if not may_review(session, actor, account, now) or row["retired_by"] == actor.member.id:
        raise UserError(PlanRefusal.REVIEW_NOT_YOURS, account=account.name)
    return account, row


def _undecided(session: Session, account: Account, outcome_id: int) -> Outcome:
    outcome = outcome_of(session, account, outcome_id)
    if outcome.retired_on is None or outcome.retire_agreed_on is not None:
        raise UserError(PlanRefusal.RETIREMENT_DECIDED)
    return outcome


def _is_seen_proven(session: Session, account: Account, outcome_id: int, now: datetime) -> bool:
    """Whether an outcome is proven, and by evidence that somebody outside the account team has seen.

    A link alone would let it go for good, although nobody has opened it.
    """
    assessment = assess_now(proof_state.load(session, account.workspace_id, account.id), now)
    return any(graded.outcome.id == outcome_id and graded.seen == 1 for graded in assessment.proven)
