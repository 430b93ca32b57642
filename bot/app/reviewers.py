"""Who looks at what an account's own team does, beside that team. One rule, asked in four ways:

- `may_review`: may this person decide about it (a retirement, a lowered worth, a spot check, somebody's slip)?
- `looks_as_manager`: does this person's look count as the manager's?
- `reviewer`: whom do we ask or tell?
- `is_reviewer`, `must_judge`: is this person the one we would ask?

It is the portfolio's manager. Where there is none, or the manager is one of the team, another manager of the workspace
or an admin stands in. Who may say whose organisation a customer is, is `bot.features.confirmations.vouching`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read, must_write
from bot.app.hand_overs import HAD_IT
from bot.domain.model import Account
from bot.domain.values.days import shift_moment
from bot.store import members, portfolios
from bot.store.hand_overs import had_account_at
from bot.store.members import Member


def may_review(session: Session, actor: Actor, account: Account, now: datetime) -> bool:
    """Whether `actor` may agree to what counts against or for this account: never its owner or deputy,
    nor who was one of them within 90 days.

    The portfolio's manager may, and any admin. Where there is no manager, or the manager is one of the two, another
    manager of the workspace stands in.
    """
    since = shift_moment(now, -HAD_IT)
    if not _is_beside(session, actor, account, since):
        return False
    return actor.member.is_admin or _sits_for_manager(session, actor, account, since)


def looks_as_manager(
    session: Session, actor: Actor, account: Account, since: datetime, *, but: Collection[int | None] = ()
) -> bool:
    """Whether a look of `actor` counts as the manager's: theirs, or that of who stands in for them.

    A manager who is among `but` (who recorded the piece), or who had the account since `since`, is replaced by another
    manager or an admin. An admin counts only then.
    """
    if actor.member.id in but or not _is_beside(session, actor, account, since):
        return False
    return _sits_for_manager(session, actor, account, since, but=but)


def reviewer(session: Session, account: Account, *, but: Collection[int] = ()) -> Member | None:
    """Whom to ask or tell: the manager of the account's portfolio; another manager of the workspace, else an admin,
    where that one owns or deputises the account, is among `but`, or is not reached by Slack. None where nobody is left.

    Somebody has to be told, so that who had the account lately is asked as well; what they may decide is `may_review`.
    """
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


def is_reviewer(session: Session, actor: Actor, account: Account) -> bool:
    """Whether `actor` is who would be asked about this account, as its manager or in place of one that owns it."""
    asked = reviewer(session, account)
    return asked is not None and asked.id == actor.member.id


def must_judge(session: Session, actor: Actor, account: Account) -> None:
    """Raise `UserError` unless `actor` may write this account or would be asked about it."""
    must_read(actor)
    if not is_reviewer(session, actor, account):
        must_write(session, actor, account)


def manager_of(session: Session, account: Account) -> int | None:
    """The manager of the account's portfolio; None where there is none who still works here."""
    if account.portfolio_id is None:
        return None
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    if portfolio is None or portfolio.manager_id is None:
        return None
    manager = members.by_id(session, account.workspace_id, portfolio.manager_id)
    return None if manager is None or manager.is_deactivated else manager.id


def _is_beside(session: Session, actor: Actor, account: Account, since: datetime) -> bool:
    """Whether somebody is a member of this workspace, and neither has the account nor had it since a moment."""
    me = actor.member
    if me.is_guest or me.is_deactivated or account.workspace_id != actor.workspace_id:
        return False
    return not _had_it(session, account, me.id, since)


def _sits_for_manager(
    session: Session, actor: Actor, account: Account, since: datetime, *, but: Collection[int | None] = ()
) -> bool:
    """Whether somebody beside the team is the manager, or replaces one who is not beside it."""
    manager_id = manager_of(session, account)
    if manager_id is not None and manager_id not in but and not _had_it(session, account, manager_id, since):
        return actor.member.id == manager_id
    return actor.member.is_admin or bool(portfolios.of_manager(session, actor.workspace_id, actor.member.id))


def _had_it(session: Session, account: Account, member_id: int, since: datetime) -> bool:
    """Whether a colleague owns or deputises an account, or did since a moment."""
    return member_id in (account.owner_id, account.deputy_id) or bool(
        had_account_at(session, account, member_id, since)
    )


def _reached(member: Member | None, involved: Collection[int | None]) -> Member | None:
    if member is None or member.id in involved or member.slack_id is None:
        return None
    return None if member.is_deactivated or member.is_guest else member
