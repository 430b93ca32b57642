"""Who may decide about what an account's own team has done: its manager, or another one in their place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.hand_overs import is_of_team
from bot.domain.model import Account
from bot.store import members, portfolios


def may_review(session: Session, actor: Actor, account: Account, now: datetime) -> bool:
    """Whether `actor` may agree to what counts against or for this account: never its owner or deputy,
    nor who was one of them within 90 days.

    The portfolio's manager may, and any admin. Where there is no manager, or the manager is one of the two, another
    manager of the workspace stands in.
    """
    me = actor.member
    if me.is_guest or me.is_deactivated or account.workspace_id != actor.workspace_id:
        return False
    if is_of_team(session, account, me.id, now):
        return False
    if me.is_admin:
        return True
    manager_id = manager_of(session, account)
    if manager_id is not None and not is_of_team(session, account, manager_id, now):
        return me.id == manager_id
    return bool(portfolios.of_manager(session, actor.workspace_id, me.id))


def manager_of(session: Session, account: Account) -> int | None:
    """The manager of the account's portfolio; None where there is none who still works here."""
    if account.portfolio_id is None:
        return None
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    if portfolio is None or portfolio.manager_id is None:
        return None
    manager = members.by_id(session, account.workspace_id, portfolio.manager_id)
    return None if manager is None or manager.is_deactivated else manager.id
