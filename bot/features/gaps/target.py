"""The gap that a form or a button is about, with its account, its outcome and its steps; and who may act on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account, row_of
from bot.app.actor import Actor, UserError, may_write
from bot.app.assessments import assess_now, rules_day
from bot.app.shown import ShownRow, hold, refuse_changed, version_of_account
from bot.domain.account.actions import open_action
from bot.domain.model import Account, Action, Gap, Outcome, ProofState
from bot.features.gaps.refusals import GapRefusal
from bot.store import members, proof_state
from bot.store.entities import Entity

_GAP_COLUMNS = ("title", "next_action", "owner_id", "due_on", "risk_if_never", "closed_on")
_STEP_COLUMNS = ("text", "owner_id", "due_on", "told_on", "dropped_on")
_FIELDS = {"owner_id": "owner", "text": "next_action", "closed_on": "", "told_on": "next_action"}


@dataclass(frozen=True, slots=True)
class Target:
    """A gap: `gap` is its row, `outcome` the outcome that it is about; one of the two is there, or both.

    `steps` are its open steps, the one that is due first at the beginning.
    """

    state: ProofState
    gap: Gap | None
    outcome: Outcome | None
    steps: tuple[Action, ...]

    @property
    def account(self) -> Account:
        return self.state.account

    @property
    def of_outcome(self) -> bool:
        return self.outcome is not None or (self.gap is not None and self.gap.outcome_id is not None)

    @property
    def title(self) -> str:
        if self.gap is not None:
            return self.gap.title
        return self.outcome.title if self.outcome is not None else ""

    @property
    def step(self) -> Action | None:
        return self.steps[0] if self.steps else None

    @property
    def next_action(self) -> str | None:
        """The open step; what the gap itself says of one where no step was ever set for it."""
        if self.step is not None or self.gap is None:
            return self.step.text if self.step else None
        was_set = any(action.gap_id == self.gap.id for action in self.state.actions)
        return None if was_set else self.gap.next_action

    @property
    def owner_id(self) -> int | None:
        return self.gap.owner_id if self.gap is not None else self.account.owner_id

    @property
    def due_on(self) -> date | None:
        """The day of the gap itself; that of an outcome is its own."""
        return self.gap.due_on if self.gap is not None else None

    @property
    def moved(self) -> int:
        return self.gap.times_moved if self.gap is not None else 0

    @property
    def risk_if_never(self) -> str | None:
        own = self.gap.risk_if_never if self.gap is not None else None
        return self.outcome.risk_if_never if self.outcome is not None else own


def of_row(
    session: Session, actor: Actor, now: datetime, *, gap_id: int | None = None, outcome_id: int | None = None
) -> Target:
    """A gap by its id, open or closed, or that of an outcome; `UserError` where the actor's workspace has none."""
    return _target(session, actor, now, gap_id, outcome_id)


def shown(
    session: Session, actor: Actor, now: datetime, *, gap_id: int | None = None, outcome_id: int | None = None
) -> tuple[Target, int]:
    """An open gap that the actor may change, and the version that a form on it carries."""
    account, _ = _account_and_row(session, actor, gap_id, outcome_id)
    seen = version_of_account(session, actor, account.id)
    target = _target(session, actor, now, gap_id, outcome_id)
    must_act(session, target, actor)
    must_be_open(target, now)
    return target, seen


def held(
    session: Session, actor: Actor, now: datetime, *, gap_id: int | None = None, outcome_id: int | None = None
) -> Target:
    """An open gap that the actor may change, if it is as the form showed it; its account is held."""
    account, _ = _account_and_row(session, actor, gap_id, outcome_id)
    hold(session, account.id, now)
    target = _target(session, actor, now, gap_id, outcome_id)
    must_act(session, target, actor)
    refuse_changed(session, actor, account.id, now, *_rows(target))
    must_be_open(target, now)
    return target


def must_act(session: Session, target: Target, actor: Actor) -> None:
    """Raise `UserError` unless the actor has this gap or may write its account."""
    if may_act(session, target, actor):
        return
    owner = members.by_id(session, actor.workspace_id, target.account.owner_id)
    raise UserError(GapRefusal.NOT_YOURS, account=target.account.name, owner=owner.name if owner else None)


def may_act(session: Session, target: Target, actor: Actor) -> bool:
    """Whether the actor has this gap or may write its account. A hand-over gives this right, as the gap itself."""
    has_it = target.gap is not None and target.gap.owner_id == actor.member.id
    return has_it or may_write(session, actor, target.account)


def must_be_open(target: Target, now: datetime) -> None:
    """Raise `UserError` if the gap was closed, or its outcome is proven or retired."""
    gap = target.gap
    if gap is not None and gap.closed_on is not None:
        raise UserError(GapRefusal.CLOSED_ALREADY, by=None, on=gap.closed_on)
    gap_id, outcome_id = gap.id if gap else None, target.outcome.id if target.outcome else None
    for line in assess_now(target.state, now).gaps:
        if line.gap is not None and line.gap.id == gap_id:
            return
        if gap_id is None and line.outcome is not None and line.outcome.outcome.id == outcome_id:
            return
    raise UserError(GapRefusal.GONE)


def _account_and_row(
    session: Session, actor: Actor, gap_id: int | None, outcome_id: int | None
) -> tuple[Account, object]:
    """What a button or form is about; where it names both, both are held against the workspace."""
    of_outcome = row_of(session, actor, Entity.OUTCOME, outcome_id) if outcome_id is not None else None
    of_gap = row_of(session, actor, Entity.GAP, gap_id) if gap_id is not None else None
    about = of_gap or of_outcome
    if about is None:
        raise no_such_account()
    return about


def _target(session: Session, actor: Actor, now: datetime, gap_id: int | None, outcome_id: int | None) -> Target:
    account, _ = _account_and_row(session, actor, gap_id, outcome_id)
    state = proof_state.load(session, actor.workspace_id, account.id)
    if gap_id is not None:
        gap = next((gap for gap in state.gaps if gap.id == gap_id), None)
        outcome_id = gap.outcome_id if gap else None
    else:
        gap = next((gap for gap in state.gaps if gap.outcome_id == outcome_id and gap.closed_on is None), None)
    outcome = next((outcome for outcome in state.outcomes if outcome.id == outcome_id), None)
    if gap is None and outcome is None:
        raise no_such_account()
    of_gap = [action for action in state.actions if gap is not None and action.gap_id == gap.id]
    steps = [action for action in of_gap if open_action(action, rules_day(now))]
    steps.sort(key=lambda action: (action.due_on or date.max, action.id))
    return Target(state, gap, outcome, tuple(steps))


def _rows(target: Target) -> list[ShownRow]:
    """What a form on the gap showed: the gap, its steps, and what its outcome says of the risk."""
    rows = []
    if target.gap is not None:
        rows.append(ShownRow(Entity.GAP, target.gap.id, _GAP_COLUMNS, _FIELDS))
        rows += [
            ShownRow(Entity.ACTION, action.id, _STEP_COLUMNS, _FIELDS)
            for action in target.state.actions
            if action.gap_id == target.gap.id
        ]
    if target.outcome is not None:
        rows.append(ShownRow(Entity.OUTCOME, target.outcome.id, ("risk_if_never", "retired_on"), {"retired_on": ""}))
    return rows
