"""The forms about evidence, filled with what is known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, row_of, writable
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.shown import version_of_account
from bot.domain.labels import labels
from bot.features.evidence import record
from bot.features.evidence.refusals import EvidenceRefusal
from bot.features.evidence.views import EvidenceFormView, OutcomeChoice, PersonChoice, ReasonFormView
from bot.store import proof_state
from bot.store.entities import Entity


def reason_form(session: Session, actor: Actor, evidence_id: int, *, dispute: bool) -> ReasonFormView:
    """What the form shows that disputes or withdraws a piece of evidence."""
    account_id = record.piece_of(session, actor, evidence_id).account_id
    seen = version_of_account(session, actor, account_id)
    piece = record.piece_of(session, actor, evidence_id)
    state = proof_state.load(session, actor.workspace_id, piece.account_id)
    people = tuple(PersonChoice(p.id, p.name, labels(p.parts)) for p in state.people)
    return ReasonFormView(evidence_id, dispute, str(piece.value or piece.statement or ""), people, seen)


def evidence_form(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    outcome_id: int | None = None,
    closes_risk: int | None = None,
    takes_files: bool = False,
) -> EvidenceFormView:
    """The evidence form of an account; `UserError` when there is no outcome that evidence could be about.

    `takes_files` says that the workspace lets us read files.
    """
    account = writable(session, actor, account_id)
    account_id = account.id
    seen = version_of_account(session, actor, account_id)
    state = proof_state.load(session, actor.workspace_id, account_id)
    if outcome_id is not None:
        outcome_of(session, account, outcome_id)
    if closes_risk is not None:
        row_of(session, actor, Entity.RISK, closes_risk)
    running = [outcome for outcome in state.outcomes if outcome.retired_on is None]
    if not running:
        raise UserError(EvidenceRefusal.NO_OUTCOME_YET, account=account.name)
    return EvidenceFormView(
        account_id=account_id,
        account=account.name,
        outcomes=tuple(OutcomeChoice(o.id, o.title, o.unit) for o in running),
        outcome_id=outcome_id,
        people=tuple(PersonChoice(p.id, p.name, labels(p.parts)) for p in state.people if p.is_there(has_begun(now))),
        today=actor.today(now),
        closes_risk=closes_risk,
        seen=seen,
        takes_files=takes_files,
    )
