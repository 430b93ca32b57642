"""Tells each manager once, after the upgrade to the rule of witness, what it makes of the evidence that was there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.domain.account.upgrade import LENIENT_FOR
from bot.domain.proof.witness import BARE_DAYS
from bot.domain.values.days import add_days, shift_day
from bot.features.evidence import queries
from bot.features.evidence.views import EvidenceUpgradeView
from bot.outbox.queue import put
from bot.outbox.types import Moot, Outgoing
from bot.store import portfolios

log = structlog.get_logger("evidence")

TELLING = "tell managers of the rule of witness"
"""The name of the clock's job."""
_TOLD_FOR = timedelta(days=30)
"""A portfolio that nobody could be told of by then is not told any more."""


def tell_one_manager(session: Session, now: datetime) -> bool:
    """Put the message to the manager of one portfolio from before the upgrade; returns whether there was one."""
    waiting = queries.untold_portfolios(session, shift_day(now.date(), -_TOLD_FOR))
    for workspace_id, portfolio_id in waiting:
        portfolio = portfolios.in_workspace(session, workspace_id, portfolio_id)
        recipient = recipients.of_manager(session, portfolio) if portfolio is not None else None
        if recipient is None:
            log.error("evidence.nobody_to_tell", portfolio=portfolio_id)
            continue
        message = Outgoing(
            key=queries.UPGRADE_KEY.of(portfolio_id),
            workspace_id=workspace_id,
            kind="evidence_upgrade",
            channel=recipient.to,
            destination=recipient.destination,
            args={"portfolio_id": portfolio_id},
            due_at=now,
        )
        return put(session, message, now)
    return False


def compose_upgrade(session: Session, args: dict[str, Any], now: datetime) -> EvidenceUpgradeView | Moot:
    """How much of a portfolio's older evidence nobody else could check, and until when it counts."""
    portfolio = portfolios.in_workspace(session, args["workspace_id"], args["portfolio_id"])
    counted = None if portfolio is None else queries.upgraded_evidence(session, portfolio)
    if portfolio is None or counted is None:
        return Moot("the portfolio has no customer from before the upgrade any more")
    upgraded_on: date = counted.upgraded_on
    return EvidenceUpgradeView(
        portfolio_id=portfolio.id,
        portfolio=portfolio.name,
        without=counted.without,
        linked=counted.linked,
        customers=counted.customers,
        links_until=add_days(upgraded_on, BARE_DAYS),
        lenient_until=shift_day(upgraded_on, LENIENT_FOR),
    )
