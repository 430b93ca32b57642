"""What goes with an outcome: the customer's agreement to it, the promise it came from, what it is worth, its owner.

It is the last step after an outcome was written down or changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, stranger, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.reviewers import may_review
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.app.typed import money_of
from bot.domain.account.promises import is_open
from bot.domain.model import Account, Outcome, ProofState
from bot.domain.values.money import money
from bot.domain.values.text import number
from bot.features.plan.agreement import Agreement, checked_agreement, prospective
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import OutcomeDetailsView, OutcomeOwnerView
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
    agreed_by: int | None = None
    agreed_on: date | None = None
    agreement_link: str | None = None
    promise_id: int | None = None
    worth: str = ""


def details_form(session: Session, actor: Actor, outcome_id: int, now: datetime) -> OutcomeDetailsView:
    """What the form shows of an outcome."""
    state, outcome, seen = _shown(session, actor, outcome_id)
    today = actor.today(now)
    worth = money(outcome.promised_minor, outcome.currency)
    offered = [promise for promise in state.promises if is_open(promise, today) or promise.id == outcome.promise_id]
    return OutcomeDetailsView(
        outcome_id=outcome.id,
        outcome=outcome.title,
        agreed_by=outcome.baseline_agreed_by,
        agreed_on=outcome.agreed_on or today,
        agreement_link=outcome.agreement_link,
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
    if new.promise_id is not None and new.promise_id not in {promise.id for promise in state.promises}:
        refusal = UserError(PlanRefusal.PROMISE_OF_ANOTHER, "promise")
        raise stranger(session, state.account, Entity.PROMISE, new.promise_id, refusal)
    given = Agreement(new.agreed_by, new.agreed_on, new.agreement_link)
    agreed = checked_agreement(
        state, prospective(state, outcome, {}, actor, now), given, session=session, today=actor.today(now)
    )
    values: dict[str, Any] = {"promise_id": new.promise_id, **agreed.columns, **_worth(state, outcome, new.worth)}
    if _is_lowered(outcome, values) and not may_review(session, actor, state.account, now):
        raise UserError(PlanRefusal.WORTH_LOWERED, "worth", account=state.account.name)
    ledger.change(session, actor.author, Entity.OUTCOME, outcome.id, now, **values)


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


def _worth(state: ProofState, outcome: Outcome, typed: str) -> dict[str, Any]:
    if not typed.strip():
        return {"promised_minor": None, "currency": None}
    amount = money_of(typed, _currency(state.account, outcome), "worth")
    if amount is None or amount.minor < 0:
        raise UserError(PlanRefusal.WORTH_UNREADABLE, "worth")
    return {"promised_minor": amount.minor, "currency": amount.currency}


def _is_lowered(outcome: Outcome, values: Mapping[str, Any]) -> bool:
    """Whether what was promised at the sale is taken away, made less, or put into another currency."""
    before, after = outcome.promised_minor, values["promised_minor"]
    return before is not None and (after is None or after < before or values["currency"] != outcome.currency)


def _shown(session: Session, actor: Actor, outcome_id: int) -> tuple[ProofState, Outcome, int]:
    """What a form shows of an outcome, and the version that it carries."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    seen = version_of_account(session, actor, account.id)
    return proof_state.load(session, account.workspace_id, account.id), outcome_of(session, account, outcome_id), seen


def _as_shown(
    session: Session, actor: Actor, outcome_id: int, now: datetime, *columns: str
) -> tuple[ProofState, Outcome]:
    """An outcome to change, if these columns of it (all, if none is named) are as the form showed them.

    The customer's agreement is to all that it is judged by, so the form stands for that too.
    """
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.OUTCOME, outcome_id, columns, _FIELDS))
    return proof_state.load(session, account.workspace_id, account.id), outcome_of(session, account, outcome_id)


def _currency(account: Account, outcome: Outcome) -> str:
    return outcome.currency or account.currency or "USD"
