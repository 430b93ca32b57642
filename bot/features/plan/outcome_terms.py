"""What an outcome is judged by: baseline, band, shelf life; and later its wording, target and date.

It is the second step after an outcome was written down, and opens again from "Something changed" in the plan. The
customer's agreement is asked for next (`outcome_details`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import rules_day
from bot.app.sensible_days import must_be_to_come, must_follow_contract_start
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.enums import Direction, OutcomeKind
from bot.domain.model import Outcome, ProofState
from bot.domain.proof.terms import JUDGED
from bot.domain.values.numbers import decimal_of
from bot.domain.values.text import number
from bot.features.plan.agreement import prospective, warning
from bot.features.plan.outcomes import LONGEST_SHELF_LIFE, typed_number
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import BaselineFormView
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_FIELDS = dict.fromkeys(("metric", "unit", "kind", "direction"), "baseline")
"""Columns that the form shows in the labels of other inputs."""


@dataclass(frozen=True, slots=True)
class NewTerms:
    """The form as typed; empty text and None leave a part unknown.

    Only with `editing` did the form show wording, target and due date.
    """

    outcome_id: int
    baseline: str = ""
    baseline_on: date | None = None
    band_low: str = ""
    band_high: str = ""
    shelf_life_days: int = 90
    editing: bool = False
    title: str = ""
    target: str = ""
    due_on: date | None = None


def terms_form(
    session: Session, actor: Actor, outcome_id: int, now: datetime, *, editing: bool = True
) -> BaselineFormView:
    """What the form shows of an outcome; not `editing` when it was written down just now."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    seen = version_of_account(session, actor, account.id)
    outcome = outcome_of(session, account, outcome_id)
    return BaselineFormView(
        outcome_id=outcome.id,
        outcome=outcome.title,
        unit=outcome.unit,
        is_number=outcome.kind is OutcomeKind.NUMERIC,
        holds=outcome.direction is Direction.HOLD,
        target=number(outcome.target) if outcome.target is not None else None,
        due_on=outcome.due_on,
        baseline=number(outcome.baseline) if outcome.baseline is not None else None,
        baseline_on=outcome.baseline_on or actor.today(now),
        band_low=number(outcome.band_low) if outcome.band_low is not None else None,
        band_high=number(outcome.band_high) if outcome.band_high is not None else None,
        shelf_life_days=outcome.shelf_life_days,
        seen=seen,
        editing=editing,
    )


def warned_form(session: Session, actor: Actor, new: NewTerms, now: datetime) -> BaselineFormView | None:
    """The form once more, with what was typed, when saving would void the customer's agreement; None otherwise.

    It saves nothing, and raises `UserError` as `set_terms` does.
    """
    state, outcome = _as_shown(session, actor, new.outcome_id, now)
    terms = prospective(state, outcome, _checked(actor, state, outcome, new, now), actor, now)
    text = warning(state, terms, rules_day(now))
    if text is None:
        return None
    return replace(
        terms_form(session, actor, new.outcome_id, now, editing=new.editing),
        seen=actor.seen or 0,
        warning=text,
        outcome=new.title if new.editing else outcome.title,
        target=new.target or None,
        due_on=new.due_on,
        baseline=new.baseline or None,
        baseline_on=new.baseline_on or actor.today(now),
        band_low=new.band_low or None,
        band_high=new.band_high or None,
        shelf_life_days=new.shelf_life_days,
    )


def set_terms(session: Session, actor: Actor, new: NewTerms, now: datetime) -> None:
    """Write down what an outcome is judged by; `UserError` names the field at fault.

    An agreement to other terms is not taken over; it still carries terms that are harder (`bot.domain.proof.terms`).
    """
    state, outcome = _as_shown(session, actor, new.outcome_id, now)
    values = _checked(actor, state, outcome, new, now)
    ledger.change(session, actor.author, Entity.OUTCOME, outcome.id, now, **values)


def _checked(actor: Actor, state: ProofState, outcome: Outcome, new: NewTerms, now: datetime) -> dict[str, Any]:
    """The columns of the outcome after saving; raises `UserError`."""
    if new.baseline_on is not None and new.baseline_on > actor.today(now):
        raise UserError(PlanRefusal.BASELINE_IN_FUTURE, "baseline_on")
    due_on = new.due_on if new.editing else outcome.due_on
    if new.baseline_on is not None and due_on is not None and new.baseline_on >= due_on:
        raise UserError(PlanRefusal.BASELINE_AFTER_DUE, "baseline_on", due=due_on)
    if not 1 <= new.shelf_life_days <= LONGEST_SHELF_LIFE:
        raise UserError(PlanRefusal.SHELF_LIFE_OUT_OF_RANGE, "shelf_life_days", longest=LONGEST_SHELF_LIFE)
    values: dict[str, Any] = {"shelf_life_days": new.shelf_life_days}
    if new.editing:
        if new.due_on != outcome.due_on:
            must_be_to_come(new.due_on, actor.today(now), "due_on")
            must_follow_contract_start(state.account, new.due_on, "due_on")
        values |= _edited(outcome, new)
    return values | _measure(outcome, new) if outcome.kind is OutcomeKind.NUMERIC else values


def _edited(outcome: Outcome, new: NewTerms) -> dict[str, Any]:
    """Wording, target and due date."""
    if not new.title.strip():
        raise UserError(PlanRefusal.TITLE_MISSING, "title")
    values: dict[str, Any] = {"title": new.title.strip(), "due_on": new.due_on}
    if outcome.kind is OutcomeKind.NUMERIC and outcome.direction is not Direction.HOLD:
        values["target"] = typed_number(new.target, "target")
    return values


def _measure(outcome: Outcome, new: NewTerms) -> dict[str, Any]:
    """The baseline and, where the number must stay within bounds, the band."""
    baseline = decimal_of(new.baseline)
    if baseline is None:
        raise UserError(PlanRefusal.BASELINE_NO_NUMBER, "baseline")
    values: dict[str, Any] = {"baseline": baseline, "baseline_on": new.baseline_on}
    if outcome.direction is not Direction.HOLD:
        return values
    low, high = typed_number(new.band_low, "band_low"), typed_number(new.band_high, "band_high")
    if low is None and high is None:
        raise UserError(PlanRefusal.BAND_MISSING, "band_low")
    if low is not None and high is not None and low > high:
        raise UserError(PlanRefusal.BAND_REVERSED, "band_high")
    return {**values, "band_low": low, "band_high": high}


def _as_shown(session: Session, actor: Actor, outcome_id: int, now: datetime) -> tuple[ProofState, Outcome]:
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    shown = ShownRow(Entity.OUTCOME, outcome_id, (*JUDGED, "retired_on"), _FIELDS | {"retired_on": "what"})
    must_be_as_shown(session, actor, account.id, now, shown)
    return proof_state.load(session, account.workspace_id, account.id), outcome_of(session, account, outcome_id)
