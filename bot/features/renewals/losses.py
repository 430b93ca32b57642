"""Tells the managers' channel of a high-touch customer that left: the reason, what was proven, what had been named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.recipients import Recipient
from bot.domain.model import Account
from bot.domain.values import working_hours
from bot.domain.values.money import money
from bot.features.renewals import frozen, heads, queries
from bot.features.renewals.views import LossView
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Moot, Outgoing
from bot.store import accounts, portfolios, renewals


def tell(session: Session, account: Account, result_id: int, now: datetime) -> None:
    """Put the message, within the working hours of the portfolio."""
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    recipient = recipients.of_account(session, account, portfolio)
    if recipient is None:
        return
    message = Outgoing(
        key=queries.LOSS_KEY.of(result_id),
        workspace_id=account.workspace_id,
        kind="renewal-loss",
        channel=recipient.to,
        destination=recipient.destination,
        args={"result_id": result_id},
        due_at=working_hours.in_work(now, hours.of_zone(portfolio.tz if portfolio else "UTC")),
    )
    put(session, message, now)


def compose_loss(session: Session, args: dict[str, Any], now: datetime) -> LossView | Moot:
    """The loss as it was recorded; moot if that was taken back."""
    workspace_id = args["workspace_id"]
    result = renewals.result(session, workspace_id, args["result_id"])
    account = accounts.still_there(session, workspace_id, result.account_id) if result else None
    if result is None or account is None:
        return Moot("the account is gone")
    if result.refused_by is not None:
        return Moot("it was taken back")
    arr = money(result.before_minor, result.currency)
    return LossView(
        account_id=account.id,
        account=account.name,
        arr=str(arr) if arr else None,
        on=result.on_date,
        because=heads.because_of(result),
        uses_now=result.uses_now if result.because_words else None,
        decided=result.decided,
        frozen=frozen.read(result.frozen),
    )


def instead(session: Session, row: Claimed) -> Recipient | None:
    """Who hears of a loss when the channel is gone: the manager, or an admin."""
    result = renewals.result(session, row.workspace_id, row.args["result_id"])
    account = accounts.in_workspace(session, row.workspace_id, result.account_id) if result else None
    home = account.portfolio_id if account else None
    return recipients.manager_or_admin(session, row.workspace_id, home)
