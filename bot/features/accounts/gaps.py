"""What is unproven of an account, with the risk of each gap."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed
from bot.app.gap_lines import gap_lines
from bot.features.accounts.views import GapsView
from bot.phrases import phrase


def gaps(session: Session, actor: Actor, account_id: int, now: datetime) -> GapsView:
    """What is unproven, with the risk if it stays so."""
    state, assessment = assessed(session, actor, account_id, now)
    writable = may_write(session, actor, state.account)
    lines = gap_lines(state, assessment)
    return GapsView(account_id, state.account.name, phrase(assessment.covered), lines, writable)
