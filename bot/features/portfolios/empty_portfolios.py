"""Tells an admin, once, that a portfolio has no customer, so that no digest of it is posted.

The key of the message names the last digest that was posted: another spell without customers comes after another
digest, and is told again. Its row stays in the outbox for that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.features.portfolios import queries, setup
from bot.features.portfolios.views import DigestEmptyView
from bot.outbox.queue import put
from bot.outbox.types import Moot, Outgoing
from bot.store import portfolios
from bot.store.portfolios import Portfolio

log = structlog.get_logger("digests")


def tell_admin(session: Session, portfolio: Portfolio, last_digest_id: int | None, now: datetime) -> None:
    """Put the message, unless this spell has been told, or nobody is named who would read the digest."""
    if recipients.of_report(session, portfolio) is None:
        return
    admin = recipients.of_admin(session, portfolio.workspace_id)
    if admin is None:
        log.error("digests.nobody_to_tell", portfolio=portfolio.id)
        return
    message = Outgoing(
        key=queries.DIGEST_EMPTY_KEY.of(portfolio.id, last_digest_id or 0),
        workspace_id=admin.workspace_id,
        kind="digest-empty",
        channel=admin.to,
        destination=admin.destination,
        args={"portfolio_id": portfolio.id},
        due_at=now,
    )
    put(session, message, now)


def compose_empty(session: Session, args: dict[str, Any], now: datetime) -> DigestEmptyView | Moot:
    """The message to the admin; moot once the portfolio has a customer."""
    portfolio = portfolios.in_workspace(session, args["workspace_id"], args["portfolio_id"])
    if portfolio is None or portfolios.count_accounts(session, portfolio.workspace_id, portfolio.id):
        return Moot("the portfolio is gone, or has customers")
    return DigestEmptyView(portfolio.id, portfolio.name, len(setup.adoptable(session, portfolio)))
