"""Adds an account, for those who may: its owner, the portfolio's manager, and admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, may_manage, must_read
from bot.app.typed import colleague_of, money_of
from bot.domain.values import slugs
from bot.domain.values.money import Money
from bot.features.accounts import queries
from bot.features.accounts.new_account import NewAccount
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import NewAccountView
from bot.store import accounts, portfolios
from bot.store.members import Member
from bot.store.portfolios import Portfolio


def account_form(session: Session, actor: Actor, name: str, now: datetime) -> NewAccountView:
    """What the form for a new account shows."""
    must_read(actor)
    existing = portfolios.of_workspace(session, actor.workspace_id)
    return NewAccountView(tuple((p.id, p.name) for p in existing), actor.member.slack_id, name)


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """What was typed, understood: the name in one line, the owner, the portfolio and the yearly value.

    `allowed` says whether the actor may add it: managers add accounts to their portfolios, admins to all, and everybody
    those that they own themselves.
    """

    allowed: bool
    name: str
    owner: Member
    portfolio_id: int | None
    arr: Money | None


def add_account(session: Session, actor: Actor, new: NewAccount, now: datetime) -> int:
    """Add an account; returns its id. A name that the workspace has already is refused."""
    hold_name(session, actor, new.name)
    account = checked(session, actor, new)
    if not account.allowed:
        raise UserError(AccountRefusal.NOT_YOURS_TO_ADD)
    return accounts.create(
        session,
        actor.author,
        now,
        account.name,
        owner_id=account.owner.id,
        portfolio_id=account.portfolio_id,
        arr_minor=account.arr.minor if account.arr else None,
        currency=account.arr.currency if account.arr else None,
        tier=new.tier,
        contract_start=new.contract_start,
        renewal_date=new.renewal_date,
        stage_since=actor.today(now),
    )


def hold_name(session: Session, actor: Actor, name: str) -> None:
    """Have others who add or propose an account of this name wait until the transaction ends."""
    must_read(actor)
    accounts.lock_name(session, actor.workspace_id, slugs.slug(name)[:72])


def checked(session: Session, actor: Actor, new: NewAccount) -> CheckedAccount:
    """A new account that could be added by somebody; `UserError` names the field at fault."""
    must_read(actor)
    name = " ".join(new.name.split())
    if not slugs.slug(name):
        raise UserError(AccountRefusal.NAME_MISSING, "name")
    _must_be_new(session, actor, name)
    owner = colleague_of(session, actor, new.owner_slack_id) if new.owner_slack_id else actor.member
    if owner is None:
        raise UserError(AccountRefusal.OWNER_NOT_A_MEMBER, "owner")
    if new.contract_start and new.renewal_date and new.renewal_date <= new.contract_start:
        raise UserError(AccountRefusal.RENEWAL_BEFORE_START, "renewal_date")
    home = home_of(session, actor, new.portfolio_id)
    portfolio_id = home.id if home else None
    allowed = owner.id == actor.member.id or may_manage(session, actor, portfolio_id)
    return CheckedAccount(allowed, name, owner, portfolio_id, _arr(new))


def _must_be_new(session: Session, actor: Actor, name: str) -> None:
    slug = slugs.slug(name)[:72]
    existing = queries.name_of_slug(session, actor.workspace_id, slug)
    if existing is not None:
        raise UserError(AccountRefusal.NAME_TAKEN, "name", account=existing, slug=slug)


def home_of(session: Session, actor: Actor, portfolio_id: int | None) -> Portfolio | None:
    """The portfolio that was chosen, or the only one there is."""
    must_read(actor)
    if portfolio_id is not None:
        portfolio = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
        if portfolio is None:
            raise no_such_account()
        return portfolio
    existing = portfolios.of_workspace(session, actor.workspace_id)
    return existing[0] if len(existing) == 1 else None


def _arr(new: NewAccount) -> Money | None:
    if not new.arr.strip():
        return None
    amount = money_of(new.arr, new.currency, "arr")
    if amount is None or amount.minor < 0:
        raise UserError(AccountRefusal.ARR_NO_NUMBER, "arr")
    return amount
