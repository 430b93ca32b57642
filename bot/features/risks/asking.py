"""A manager asks the owner of an account to take a risk: Remind, once a day and risk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.actor import Actor, UserError
from bot.app.recipients import Recipient, of_manager, of_member
from bot.domain.enums import RiskState
from bot.domain.values import working_hours
from bot.features.risks import not_taken, ownership, queries, risk_view
from bot.features.risks.refusals import RiskRefusal
from bot.features.risks.views import RiskAskedView
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Destination, Moot, Outgoing
from bot.store import accounts, members, portfolios


def ask_owner(session: Session, actor: Actor, risk_id: int, now: datetime) -> int:
    """Ask the owner of the account to take an open risk, in their working hours; returns the risk's id.

    A second press on the same day changes nothing.
    """
    risk, account = ownership.open_to_change(session, actor, risk_id, now)
    owner = members.by_id(session, actor.workspace_id, account.owner_id)
    if owner is None or owner.slack_id is None or owner.is_deactivated:
        raise UserError(RiskRefusal.NO_OWNER_TO_ASK, account=account.name)
    if risk.state is not RiskState.OPEN:
        raise ownership.taken(session, risk, actor, now)
    zone = risk_view.zone_of(session, portfolios.in_workspace(session, actor.workspace_id, account.portfolio_id))
    message = Outgoing(
        key=queries.ASKED_KEY.of(risk.id, working_hours.local_day(now, zone).isoformat()),
        workspace_id=actor.workspace_id,
        kind="risk-asked",
        channel=owner.slack_id,
        destination=Destination.USER,
        args={"risk_id": risk.id, "by": actor.member.id},
        due_at=working_hours.in_work(now, hours.week_of(owner)),
    )
    if put(session, message, now):
        not_taken.renew(session, account, risk.id, now)
    return risk.id


def compose_asked(session: Session, args: dict[str, Any], now: datetime) -> RiskAskedView | Moot:
    """The risk as it stands; moot when somebody took or closed it before this was sent."""
    view = risk_view.risk_view(session, args["workspace_id"], args["risk_id"], now)
    if view.state is not RiskState.OPEN and not args.get("again"):
        return Moot("somebody has taken it since")
    by = members.by_id(session, args["workspace_id"], args["by"])
    return RiskAskedView(
        risk_id=view.risk_id,
        account_id=view.account_id,
        account=view.account,
        fact=view.fact,
        severity=view.severity,
        arr=view.arr,
        renews=view.renews,
        risk_if_never=view.risk_if_never,
        by=by.name if by else None,
        state=view.state,
        holder=view.holder,
    )


def instead(session: Session, row: Claimed) -> Recipient | None:
    """Who hears that the owner could not be asked: the deputy, else the manager."""
    risk = queries.by_id(session, row.workspace_id, row.args["risk_id"])
    account = accounts.in_workspace(session, row.workspace_id, risk.account_id) if risk else None
    if account is None:
        return None
    deputy = of_member(members.by_id(session, row.workspace_id, account.deputy_id))
    portfolio = portfolios.in_workspace(session, row.workspace_id, account.portfolio_id)
    return deputy or (of_manager(session, portfolio) if portfolio else None)
