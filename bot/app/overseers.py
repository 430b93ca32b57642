"""Who looks at an account without answering for it: its manager, or who replaces a manager that owns it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read, must_write
from bot.domain.model import Account
from bot.store import members, portfolios
from bot.store.members import Member


def overseer(session: Session, account: Account, *, but: Collection[int] = ()) -> Member | None:
    """The manager of the account's portfolio; another manager of the workspace, else an admin, where that one owns or
    deputises the account, is among `but`, or is not reached by Slack. None where nobody is left."""
    workspace_id = account.workspace_id
    involved = {account.owner_id, account.deputy_id, *but}
    home = portfolios.in_workspace(session, workspace_id, account.portfolio_id)
    manager = _reached(members.by_id(session, workspace_id, home.manager_id if home else None), involved)
    if manager is not None:
        return manager
    managers = [portfolio.manager_id for portfolio in portfolios.of_workspace(session, workspace_id)]
    by_id = members.by_ids(session, [workspace_id], managers)
    others = [by_id[member_id] for member_id in sorted(by_id)]
    candidates = [*others, *members.admins(session, workspace_id)]
    return next((member for member in candidates if _reached(member, involved)), None)


def oversees(session: Session, actor: Actor, account: Account) -> bool:
    """Whether `actor` is who oversees this account, as its manager or in place of one that owns it."""
    reader = overseer(session, account)
    return reader is not None and reader.id == actor.member.id


def must_judge(session: Session, actor: Actor, account: Account) -> None:
    """Raise `UserError` unless `actor` may write this account or oversees it."""
    must_read(actor)
    if not oversees(session, actor, account):
        must_write(session, actor, account)


def _reached(member: Member | None, involved: Collection[int | None]) -> Member | None:
    if member is None or member.id in involved or member.slack_id is None:
        return None
    return None if member.is_deactivated or member.is_guest else member
