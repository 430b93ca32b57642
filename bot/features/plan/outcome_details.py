"""What makes an outcome judgeable and durable: agreed baseline, band, shelf life, the promise it came from, its worth.

It is the second step after an outcome was written down, and opens again from "Something changed" in the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, stranger, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.app.typed import money_of
from bot.domain.account.promises import is_open
from bot.domain.enums import Direction, OutcomeKind
from bot.domain.model import Account, Outcome, ProofState
from bot.domain.values.money import money
from bot.domain.values.numbers import decimal_of
from bot.domain.values.text import number
from bot.features.plan.outcomes import LONGEST_SHELF_LIFE, typed_number
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import BaselineFormView, OutcomeOwnerView
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_FIELDS = {
    "baseline_agreed_by": "agreed_by",
    "promise_id": "promise",
    "promised_minor": "worth",
    "currency": "worth",
    "owner_person_id": "owner",
    "retired_on": "what",
}
"""What the forms call the columns of an outcome."""


@dataclass(frozen=True, slots=True)
class Details:
    """The form as typed; empty text and None leave a part unknown."""

    outcome_id: int
    baseline: str = ""
    baseline_on: date | None = None
    agreed_by: int | None = None
    band_low: str = ""
    band_high: str = ""
    shelf_life_days: int = 90
    promise_id: int | None = None
    worth: str = ""


def details_form(session: Session, actor: Actor, outcome_id: int, now: datetime) -> BaselineFormView:
    """What the form shows of an outcome."""
    state, outcome, seen = _shown(session, actor, outcome_id)
    today = actor.today(now)
    worth = money(outcome.promised_minor, outcome.currency)
    offered = [promise for promise in state.promises if is_open(promise, today) or promise.id == outcome.promise_id]
    return BaselineFormView(
        outcome_id=outcome.id,
        outcome=outcome.title,
        unit=outcome.unit,
        is_number=outcome.kind is OutcomeKind.NUMERIC,
        holds=outcome.direction is Direction.HOLD,
        baseline=number(outcome.baseline) if outcome.baseline is not None else None,
        baseline_on=outcome.baseline_on or today,
        agreed_by=outcome.baseline_agreed_by,
        band_low=number(outcome.band_low) if outcome.band_low is not None else None,
        band_high=number(outcome.band_high) if outcome.band_high is not None else None,
        shelf_life_days=outcome.shelf_life_days,
        promise_id=outcome.promise_id,
        worth=f"{number(worth.major)} {worth.currency}" if worth else None,
        currency=_currency(state.account, outcome),
        people=tuple((person.id, person.name) for person in state.people if person.is_there(has_begun(now))),
        promises=tuple((promise.id, promise.text) for promise in offered),
        seen=seen,
    )


def set_details(session: Session, actor: Actor, new: Details, now: datetime) -> None:
    """Write down the details of an outcome; `UserError` names the field at fault."""
    state, outcome = _as_shown(session, actor, new.outcome_id, now)
    if new.baseline_on is not None and new.baseline_on > actor.today(now):
        raise UserError(PlanRefusal.BASELINE_IN_FUTURE, "baseline_on")
    if new.agreed_by is not None and new.agreed_by not in {person.id for person in state.people}:
        refusal = UserError(PlanRefusal.AGREED_BY_A_STRANGER, "agreed_by", account=state.account.name)
        raise stranger(session, state.account, Entity.PERSON, new.agreed_by, refusal)
    if new.promise_id is not None and new.promise_id not in {promise.id for promise in state.promises}:
        refusal = UserError(PlanRefusal.PROMISE_OF_ANOTHER, "promise")
        raise stranger(session, state.account, Entity.PROMISE, new.promise_id, refusal)
    if not 1 <= new.shelf_life_days <= LONGEST_SHELF_LIFE:
        raise UserError(PlanRefusal.SHELF_LIFE_OUT_OF_RANGE, "shelf_life_days", longest=LONGEST_SHELF_LIFE)
    values: dict[str, Any] = {"shelf_life_days": new.shelf_life_days, "promise_id": new.promise_id}
    if outcome.kind is OutcomeKind.NUMERIC:
        values |= _measure(outcome, new)
    ledger.change(session, actor.author, Entity.OUTCOME, outcome.id, now, **values, **_worth(state, outcome, new.worth))


def owner_form(session: Session, actor: Actor, outcome_id: int, now: datetime) -> OutcomeOwnerView:
    """Who could own an outcome from now on; `UserError` when nobody at the customer is named."""
    state, outcome, seen = _shown(session, actor, outcome_id)
    people = tuple((person.id, person.name) for person in state.people if person.is_there(has_begun(now)))
    if not people:
        raise UserError(PlanRefusal.NOBODY_NAMED, account=state.account.name)
    return OutcomeOwnerView(outcome.id, outcome.title, outcome.owner_person_id, people, seen)


def set_owner(session: Session, actor: Actor, outcome_id: int, person_id: int, now: datetime) -> None:
    """Make somebody at the customer the owner of the outcome from now on."""
    state, outcome = _as_shown(session, actor, outcome_id, now, "owner_person_id", "retired_on")
    if person_id not in {person.id for person in state.people if person.is_there(has_begun(now))}:
        refusal = UserError(PlanRefusal.OWNER_HAS_LEFT, "owner", account=state.account.name)
        raise stranger(session, state.account, Entity.PERSON, person_id, refusal)
    ledger.change(session, actor.author, Entity.OUTCOME, outcome.id, now, owner_person_id=person_id)


def retire(session: Session, actor: Actor, outcome_id: int, now: datetime, *, on: date, why: str) -> None:
    """Retire an outcome that the customer no longer wants: it stops counting for coverage and stays on record."""
    _as_shown(session, actor, outcome_id, now)
    if not why.strip():
        raise UserError(PlanRefusal.RETIREMENT_WITHOUT_REASON, "why")
    values: dict[str, Any] = {"retired_on": on, "retired_why": why.strip()}
    ledger.change(session, actor.author, Entity.OUTCOME, outcome_id, now, only_if={"retired_on": None}, **values)


def _measure(outcome: Outcome, new: Details) -> dict[str, Any]:
    """The baseline and, where the number must stay within bounds, the band."""
    baseline = decimal_of(new.baseline)
    if baseline is None:
        raise UserError(PlanRefusal.BASELINE_NO_NUMBER, "baseline")
    values: dict[str, Any] = {
        "baseline": baseline,
        "baseline_on": new.baseline_on,
        "baseline_agreed_by": new.agreed_by,
    }
    if outcome.direction is not Direction.HOLD:
        return values
    low, high = typed_number(new.band_low, "band_low"), typed_number(new.band_high, "band_high")
    if low is None and high is None:
        raise UserError(PlanRefusal.BAND_MISSING, "band_low")
    if low is not None and high is not None and low > high:
        raise UserError(PlanRefusal.BAND_REVERSED, "band_high")
    return {**values, "band_low": low, "band_high": high}


def _worth(state: ProofState, outcome: Outcome, typed: str) -> dict[str, Any]:
    if not typed.strip():
        return {"promised_minor": None, "currency": None}
    amount = money_of(typed, _currency(state.account, outcome), "worth")
    if amount is None or amount.minor < 0:
        raise UserError(PlanRefusal.WORTH_UNREADABLE, "worth")
    return {"promised_minor": amount.minor, "currency": amount.currency}


def _shown(session: Session, actor: Actor, outcome_id: int) -> tuple[ProofState, Outcome, int]:
    """What a form shows of an outcome, and the version that it carries."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    seen = version_of_account(session, actor, account.id)
    return proof_state.load(session, account.workspace_id, account.id), outcome_of(session, account, outcome_id), seen


def _as_shown(
    session: Session, actor: Actor, outcome_id: int, now: datetime, *columns: str
) -> tuple[ProofState, Outcome]:
    """An outcome to change, if these columns of it (all, if none is named) are as the form showed them."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.OUTCOME, outcome_id, columns, _FIELDS))
    return proof_state.load(session, account.workspace_id, account.id), outcome_of(session, account, outcome_id)


def _currency(account: Account, outcome: Outcome) -> str:
    return outcome.currency or account.currency or "USD"
