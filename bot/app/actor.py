"""Who acts, what they may do, and how a use case says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.store import members, portfolios
from bot.store.ledger import CLOCK, Author
from bot.store.members import Member


class UserError(Exception):
    """A use case that cannot be done; `sentence` tells the person what to do next.

    `field` names the input of a form that is at fault, if one is.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True, slots=True)
class Actor:
    """The member who acts, and the surface on which they do ('command', 'modal', 'button', 'import', 'cli' …)."""

    member: Member
    surface: str

    @property
    def workspace_id(self) -> int:
        return self.member.workspace_id

    @property
    def author(self) -> Author:
        return Author(self.member.workspace_id, self.member.id, self.surface)

    def today(self, now: datetime) -> date:
        """The date at the moment `now` where this member is."""
        return now.astimezone(ZoneInfo(self.member.tz)).date()


def bot_author(workspace_id: int, surface: str = CLOCK) -> Author:
    """The bot itself as author, for what the clock decides."""
    return Author(workspace_id, None, surface)


def must_read(actor: Actor) -> None:
    """Members read; guests and people from other organisations get nothing."""
    if actor.member.is_guest or actor.member.is_deactivated:
        raise UserError("Proofline is for members of this workspace. Ask an admin to make you a full member.")


def may_write(session: Session, actor: Actor, account: Account) -> bool:
    """Owners and deputies write their accounts, managers their portfolio, admins everything."""
    if actor.member.is_guest or actor.member.is_deactivated or account.workspace_id != actor.workspace_id:
        return False
    if actor.member.is_admin or actor.member.id in (account.owner_id, account.deputy_id):
        return True
    return may_manage(session, actor, account.portfolio_id)


def must_write(session: Session, actor: Actor, account: Account) -> None:
    must_read(actor)
    if not may_write(session, actor, account):
        owner = members.by_id(session, account.workspace_id, account.owner_id)
        whom = f"{owner.name}, who owns it," if owner else "an admin, since it has no owner yet,"
        raise UserError(f"Only the owner, the deputy or the manager can change {account.name}. Ask {whom} to do it.")


def may_manage(session: Session, actor: Actor, portfolio_id: int | None) -> bool:
    """Whether `actor` manages this portfolio (admins manage all)."""
    if actor.member.is_admin:
        return True
    if portfolio_id is None:
        return False
    portfolio = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    return portfolio is not None and portfolio.manager_id == actor.member.id


def must_manage(session: Session, actor: Actor, portfolio_id: int | None) -> None:
    must_read(actor)
    if not may_manage(session, actor, portfolio_id):
        raise UserError("Only the portfolio's manager or an admin can do this. Ask one of them.")
