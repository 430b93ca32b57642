"""The list of the open risks of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.assessments import assessed
from bot.domain.enums import RiskState
from bot.features.risks.views import RiskLine, RisksView
from bot.phrases import phrase


def risks(session: Session, actor: Actor, account_id: int, now: datetime) -> RisksView:
    """The dangers that the ledger shows, with who has taken which."""
    state, assessment = assessed(session, actor, account_id, now)
    risk_by_danger = {(risk.kind, risk.subject): risk for risk in state.risks if risk.closed_at is None}
    lines = []
    for danger in assessment.dangers:
        risk = risk_by_danger.get((danger.kind, danger.subject))
        owner = state.names.get(risk.owner_id) if risk and risk.owner_id else None
        status = (risk.state if risk else RiskState.OPEN).value
        lines.append(
            RiskLine(
                risk.id if risk else None,
                phrase(danger.fact),
                danger.severity.name.lower(),
                status,
                owner,
                danger.since,
            )
        )
    owner = state.names.get(state.account.owner_id or 0) if not state.owner_left else None
    return RisksView(account_id, state.account.name, owner, tuple(lines))
