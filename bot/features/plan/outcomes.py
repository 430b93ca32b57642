"""Adding an outcome to the success plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account, writable
from bot.app.actor import Actor, UserError
from bot.app.sensible_days import must_be_to_come, must_follow_contract_start, must_have_been
from bot.app.typed import must_be_money
from bot.domain.account.likeness import Alike, like
from bot.domain.enums import Direction, OutcomeKind
from bot.domain.model import Account, Outcome
from bot.domain.values.numbers import decimal_of
from bot.features.plan.agreement import NOBODY, Agreement, checked_agreement, prospective
from bot.features.plan.refusals import PlanRefusal
from bot.store import entities, ledger, proof_state
from bot.store.entities import Entity

LONGEST_SHELF_LIFE = 730


@dataclass(frozen=True, slots=True)
class NewOutcome:
    """An outcome as typed. Without `metric` it is a statement, proved by a named customer's words."""

    account_id: int
    title: str
    metric: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    baseline: str | None = None
    baseline_on: date | None = None
    baseline_agreed_by: int | None = None
    agreed_on: date | None = None
    agreement_link: str | None = None
    target: str | None = None
    band_low: str | None = None
    band_high: str | None = None
    due_on: date | None = None
    owner_person_id: int | None = None
    shelf_life_days: int = 90
    promise_id: int | None = None
    promised_minor: int | None = None
    currency: str | None = None
    risk_if_never: str | None = None
    shows_in: str | None = None
    shown_by: int | None = None


_AS_TYPED = (
    "unit",
    "direction",
    "baseline_on",
    "baseline_agreed_by",
    "agreed_on",
    "agreement_link",
    "due_on",
    "owner_person_id",
    "shelf_life_days",
    "promise_id",
    "promised_minor",
    "currency",
    "risk_if_never",
    "shows_in",
    "shown_by",
)


def add_outcome(session: Session, actor: Actor, new: NewOutcome, now: datetime) -> int:
    """Write down an outcome; returns its id."""
    account = writable(session, actor, new.account_id)
    new = replace(new, account_id=account.id)
    title = new.title.strip()
    if not title:
        raise UserError(PlanRefusal.TITLE_MISSING, "title")
    _must_belong(session, account, new)
    numeric = bool((new.metric or "").strip())
    if numeric and new.direction is None:
        raise UserError(PlanRefusal.DIRECTION_MISSING, "direction")
    if not 1 <= new.shelf_life_days <= LONGEST_SHELF_LIFE:
        raise UserError(PlanRefusal.SHELF_LIFE_OUT_OF_RANGE, "shelf_life_days", longest=LONGEST_SHELF_LIFE)
    must_be_money(new.promised_minor, new.currency, "worth")
    must_have_been(new.baseline_on, actor.today(now), "baseline_on")
    must_be_to_come(new.due_on, actor.today(now), "due_on")
    must_follow_contract_start(account, new.due_on, "due_on")
    values: dict[str, Any] = {name: getattr(new, name) for name in _AS_TYPED}
    numbers: dict[str, Any] = {
        name: typed_number(getattr(new, name), name) for name in ("baseline", "target", "band_low", "band_high")
    }
    kind = OutcomeKind.NUMERIC if numeric else OutcomeKind.STATEMENT
    values |= _agreement(session, actor, account, new, now)
    return ledger.add(
        session,
        actor.author,
        Entity.OUTCOME,
        now,
        account_id=account.id,
        title=title,
        kind=kind,
        metric=(new.metric or "").strip() or None,
        **values,
        **numbers,
    )


def like_new(session: Session, actor: Actor, new: NewOutcome) -> Alike | None:
    """An outcome in the plan that looks like the new one; None where there is none. It saves nothing."""
    account = writable(session, actor, new.account_id)
    new = replace(new, account_id=account.id)
    _must_belong(session, account, new)
    state = proof_state.load(session, account.workspace_id, account.id)
    candidate = Outcome(
        0, account.id, new.title, metric=(new.metric or "").strip() or None, owner_person_id=new.owner_person_id
    )
    return like(candidate, (outcome for outcome in state.outcomes if outcome.retired_on is None))


def _agreement(session: Session, actor: Actor, account: Account, new: NewOutcome, now: datetime) -> dict[str, Any]:
    """The columns of the customer's agreement, checked."""
    if new.baseline_agreed_by is None and not new.agreement_link:
        return NOBODY.columns
    state = proof_state.load(session, account.workspace_id, account.id)
    given = Agreement(new.baseline_agreed_by, new.agreed_on, new.agreement_link)
    terms = prospective(state, Outcome(0, account.id, new.title), {}, actor, now)
    return checked_agreement(state, terms, given, session=session, today=actor.today(now)).columns


def _must_belong(session: Session, account: Account, new: NewOutcome) -> None:
    """The people and the promise that an outcome names are those of its account."""
    named = (
        (Entity.PERSON, new.baseline_agreed_by, "baseline_agreed_by"),
        (Entity.PERSON, new.owner_person_id, "owner"),
        (Entity.PERSON, new.shown_by, "shown_by"),
        (Entity.PROMISE, new.promise_id, "promise"),
    )
    for entity, row_id, field in named:
        if row_id is None:
            continue
        row = entities.row_of(session, account.workspace_id, entity, row_id)
        if row is None:
            raise no_such_account()
        if row["account_id"] != account.id:
            raise UserError(PlanRefusal.NOT_OF_THE_ACCOUNT, field, what=entity.value, account=account.name)


def typed_number(typed: str | None, field: str) -> Decimal | None:
    """The number in a field of a form, None if it is empty; `UserError` names the field if it is no number."""
    if not (typed or "").strip():
        return None
    value = decimal_of(typed or "")
    if value is None:
        raise UserError(PlanRefusal.NO_NUMBER, field)
    return value
