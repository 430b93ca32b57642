"""The member who acts, what they may do, and the error of a use case that cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.refusals import AppRefusal
from bot.domain.model import Account
from bot.domain.refusal import Refusal, RefusalValue, RefusedError
from bot.domain.values import working_hours
from bot.store import members, portfolios
from bot.store.ledger import CLOCK, Author
from bot.store.members import Member
from bot.store.portfolios import Portfolio

Renew = Callable[[Session, datetime], object]


class UserError(RefusedError):
    """A use case that cannot be done; `field` names the input of a form that is at fault, if one is."""

    def __init__(self, code: Refusal, field: str | None = None, **facts: RefusalValue) -> None:
        super().__init__(code, **facts)
        self.field = field
        self.renew: Renew | None = None

    def renewing(self, renew: Renew) -> UserError:
        """This refusal of a stale button: `renew` has the message show how things stand, in a new transaction."""
        self.renew = renew
        return self


@dataclass(frozen=True, slots=True)
class Actor:
    """The member who acts, and the surface on which they do ('command', 'modal', 'button', 'import', 'cli' …).

    `seen` is the newest line of history that the form they sent could show (`bot.app.shown`); None without a form.
    """

    member: Member
    surface: str
    seen: int | None = None

    @property
    def workspace_id(self) -> int:
        return self.member.workspace_id

    @property
    def author(self) -> Author:
        """Whom the ledger names as author of what this actor changes."""
        return Author(self.member.workspace_id, self.member.id, self.surface)

    def today(self, now: datetime) -> date:
        """The date at the moment `now` where this member is."""
        return working_hours.local_day(now, self.member.tz)


def bot_author(workspace_id: int, surface: str = CLOCK) -> Author:
    """The bot itself as author, for what the clock decides."""
    return Author(workspace_id, None, surface)


def must_read(actor: Actor) -> None:
    """Raise `UserError` for guests and people from other organisations; every member may read."""
    if actor.member.is_guest or actor.member.is_deactivated:
        raise UserError(AppRefusal.NOT_A_MEMBER)


def may_write(session: Session, actor: Actor, account: Account, portfolio: Portfolio | None = None) -> bool:
    """Owners and deputies write their accounts, managers their portfolio, admins everything.

    `portfolio` is the account's, where it was read already.
    """
    if actor.member.is_guest or actor.member.is_deactivated or account.workspace_id != actor.workspace_id:
        return False
    if actor.member.is_admin or actor.member.id in (account.owner_id, account.deputy_id):
        return True
    if portfolio is not None and portfolio.id == account.portfolio_id:
        return portfolio.manager_id == actor.member.id
    return may_manage(session, actor, account.portfolio_id)


def must_write(session: Session, actor: Actor, account: Account) -> None:
    """Raise `UserError` unless `actor` may write this account."""
    must_read(actor)
    if not may_write(session, actor, account):
        owner = members.by_id(session, account.workspace_id, account.owner_id)
        raise UserError(AppRefusal.NOT_YOUR_ACCOUNT, account=account.name, owner=owner.name if owner else None)


def must_write_unless_asked(
    session: Session, actor: Actor, account: Account, asked_until: datetime | None, now: datetime
) -> None:
    """Raise `UserError` unless `actor` may write this account, or was asked to answer for it until a later moment.

    `asked_until` is None for who was not asked.
    """
    must_read(actor)
    if may_write(session, actor, account):
        return
    if asked_until is None:
        must_write(session, actor, account)
    elif now > asked_until:
        owner = members.by_id(session, account.workspace_id, account.owner_id)
        raise UserError(
            AppRefusal.ASKED_ONCE_IS_OVER,
            account=account.name,
            owner=owner.name if owner else None,
            until=actor.today(asked_until),
        )


def may_manage(session: Session, actor: Actor, portfolio_id: int | None) -> bool:
    """Whether `actor` manages this portfolio (admins manage all)."""
    if actor.member.is_admin:
        return True
    if portfolio_id is None:
        return False
    portfolio = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    return portfolio is not None and portfolio.manager_id == actor.member.id


def must_manage(session: Session, actor: Actor, portfolio_id: int | None) -> None:
    """Raise `UserError` unless `actor` manages this portfolio."""
    must_read(actor)
    if not may_manage(session, actor, portfolio_id):
        raise UserError(AppRefusal.NOT_YOUR_PORTFOLIO)
