"""Adds an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, must_read
from bot.app.typed import colleague_of, money_of
from bot.domain.enums import Tier
from bot.domain.values import slugs
from bot.domain.values.money import Money
from bot.features.accounts import queries
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import NewAccountView
from bot.store import accounts, portfolios
from bot.store.portfolios import Portfolio


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as typed; `arr` is an amount such as `8,400` or `1.2m`, in `currency`."""

    name: str
    owner_slack_id: str | None = None
    portfolio_id: int | None = None
    arr: str = ""
    currency: str = "USD"
    tier: Tier = Tier.HIGH_TOUCH
    contract_start: date | None = None
    renewal_date: date | None = None


def account_form(session: Session, actor: Actor, name: str, now: datetime) -> NewAccountView:
    """What the form for a new account shows."""
    must_read(actor)
    existing = portfolios.of_workspace(session, actor.workspace_id)
    return NewAccountView(tuple((p.id, p.name) for p in existing), actor.member.slack_id, name)


def add_account(session: Session, actor: Actor, new: NewAccount, now: datetime) -> int:
    """Add an account; returns its id. A name that the workspace has already is refused."""
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
    portfolio = _portfolio(session, actor, new.portfolio_id)
    arr = _arr(new)
    return accounts.create(
        session,
        actor.author,
        now,
        name,
        owner_id=owner.id,
        portfolio_id=portfolio.id if portfolio else None,
        arr_minor=arr.minor if arr else None,
        currency=arr.currency if arr else None,
        tier=new.tier,
        contract_start=new.contract_start,
        renewal_date=new.renewal_date,
        stage_since=actor.today(now),
    )


def _must_be_new(session: Session, actor: Actor, name: str) -> None:
    slug = slugs.slug(name)[:72]
    existing = queries.name_of_slug(session, actor.workspace_id, slug)
    if existing is not None:
        raise UserError(AccountRefusal.NAME_TAKEN, "name", account=existing, slug=slug)


def _portfolio(session: Session, actor: Actor, portfolio_id: int | None) -> Portfolio | None:
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
