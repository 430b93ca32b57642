"""Who may say whose organisation it is and who a person is: never the team that the record judges.

Handing an account over to say it, and taking it back, does not work: who had it within 90 days is refused
as well, as with countersigning.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError, may_manage
from bot.app.hand_overs import HAD_IT, had_it_lately
from bot.domain.account import organisations
from bot.domain.enums import BoundHow
from bot.domain.model import Account
from bot.features.confirmations.refusals import ConfirmationRefusal
from bot.store import confirmations, members, portfolios
from bot.store.members import Member


def must_vouch(session: Session, actor: Actor, account_id: int, now: datetime) -> tuple[Account, BoundHow]:
    """The account, and as what the actor may vouch for its customer; `UserError` for owner, deputy and members."""
    account = account_of(session, actor, account_id)
    manages = may_manage(session, actor, account.portfolio_id)
    how = organisations.may_vouch(account, actor.member.id, is_admin=actor.member.is_admin, is_manager=manages)
    if how is not None and had_it_lately(session, account, actor.member.id, now):
        raise UserError(ConfirmationRefusal.HAD_THE_ACCOUNT, account=account.name, days=HAD_IT.days)
    if how is not None:
        return account, how
    if actor.member.id in (account.owner_id, account.deputy_id):
        manager = manager_name(session, account, now)
        raise UserError(ConfirmationRefusal.TEAM_MAY_NOT_VOUCH, account=account.name, manager=manager)
    raise UserError(ConfirmationRefusal.ONLY_MANAGER_OR_ADMIN)


def vouches(session: Session, account: Account, member_id: int | None, now: datetime) -> BoundHow | None:
    """As what a colleague may vouch for an account's customer; None for those who may not."""
    member = members.by_id(session, account.workspace_id, member_id)
    if member is None or member.is_guest or had_it_lately(session, account, member.id, now):
        return None
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    manages = portfolio is not None and portfolio.manager_id == member.id
    return organisations.may_vouch(account, member.id, is_admin=member.is_admin, is_manager=manages)


def voucher(session: Session, account: Account, now: datetime) -> Member | None:
    """Whom to ask who a person is: the portfolio's manager, else an admin; None if Slack reaches nobody who may say."""
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    turn = [portfolio.manager_id if portfolio else None, *confirmations.admins_of(session, account.workspace_id)]
    for member_id in turn:
        member = members.by_id(session, account.workspace_id, member_id)
        reached = member is not None and member.slack_id is not None and not member.is_deactivated
        if reached and vouches(session, account, member_id, now):
            return member
    return None


def manager_name(session: Session, account: Account, now: datetime) -> str | None:
    """The name of the portfolio's manager, if that is somebody who may vouch for this account."""
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    manager_id = portfolio.manager_id if portfolio else None
    if not vouches(session, account, manager_id, now):
        return None
    manager = members.by_id(session, account.workspace_id, manager_id)
    return manager.name if manager else None
