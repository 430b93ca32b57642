"""What is unproven of an account, with step, owner, date and risk of each gap."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed
from bot.app.gap_lines import gap_lines
from bot.features.gaps.views import PAGE, GapsView
from bot.phrases import phrase


def gaps(session: Session, actor: Actor, account_id: int, now: datetime, *, page: int = 0) -> GapsView:
    """What is unproven, with the risk if it stays so; `page` counts from 0, and one that is not there is the first."""
    state, assessment = assessed(session, actor, account_id, now)
    lines = gap_lines(state, assessment)
    begin = page * PAGE if 0 <= page * PAGE < len(lines) else 0
    return GapsView(
        account_id=account_id,
        account=state.account.name,
        coverage=phrase(assessment.covered),
        gaps=lines[begin : begin + PAGE],
        all=len(lines),
        page=begin // PAGE,
        can_write=may_write(session, actor, state.account),
        me=actor.member.id,
    )
