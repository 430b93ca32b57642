"""Adds what the ledger is about: accounts, the customer's people, and outcomes in the customer's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import money, naming
from bot.domain.words import Direction, OutcomeKind, Part, Tier
from bot.services.actor import Actor, Refused, must_read, must_write
from bot.services.numbers import decimal_of
from bot.services.reading import account_of
from bot.store import accounts, ledger, members, portfolios, schema
from bot.store.portfolios import Portfolio


@dataclass(frozen=True, slots=True)
class NewAccountView:
    """The form for a new account; `portfolios` are (id, name)."""

    portfolios: tuple[tuple[int, str], ...]
    owner_slack_id: str | None
    name: str


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


@dataclass(frozen=True, slots=True)
class NewOutcome:
    """An outcome as typed. Without `metric` it is a statement, proved by a named customer's words."""

    account_id: int
    title: str
    metric: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    baseline: str | None = None
    baseline_on: date | None = None
    baseline_agreed_by: int | None = None
    target: str | None = None
    band_low: str | None = None
    band_high: str | None = None
    due_on: date | None = None
    owner_person_id: int | None = None
    shelf_life_days: int = 90
    promise_id: int | None = None
    promised_minor: int | None = None
    currency: str | None = None
    risk_if_never: str | None = None


_AS_TYPED = (
    "unit",
    "direction",
    "baseline_on",
    "baseline_agreed_by",
    "due_on",
    "owner_person_id",
    "shelf_life_days",
    "promise_id",
    "promised_minor",
    "currency",
    "risk_if_never",
)


def account_form(session: Session, actor: Actor, name: str, now: datetime) -> NewAccountView:
    """What the form for a new account shows."""
    must_read(actor)
    known = portfolios.of_workspace(session, actor.workspace_id)
    return NewAccountView(tuple((p.id, p.name) for p in known), actor.member.slack_id, name)


def add_account(session: Session, actor: Actor, new: NewAccount, now: datetime) -> int:
    """Add an account; returns its id. A name that is there already is refused, not doubled."""
    must_read(actor)
    name = " ".join(new.name.split())
    if not naming.slug(name):
        raise Refused("Give the account a name with at least one letter or digit.", "name")
    _must_be_new(session, actor, name)
    owner = members.by_slack_id(session, actor.workspace_id, new.owner_slack_id) if new.owner_slack_id else None
    if new.owner_slack_id and (owner is None or owner.is_guest or owner.is_deactivated):
        raise Refused("Choose an owner who is a full member of this workspace.", "owner")
    if new.contract_start and new.renewal_date and new.renewal_date <= new.contract_start:
        raise Refused("The renewal comes after the start of the contract. Check the two dates.", "renewal_date")
    portfolio = _portfolio(session, actor, new.portfolio_id)
    return accounts.create(
        session,
        actor.author,
        now,
        name,
        owner_id=owner.id if owner else actor.member.id,
        portfolio_id=portfolio.id if portfolio else None,
        arr_minor=_minor(new.arr, new.currency),
        currency=new.currency if new.arr.strip() else None,
        tier=new.tier,
        contract_start=new.contract_start,
        renewal_date=new.renewal_date,
        stage_since=actor.today(now),
    )


def add_person(
    session: Session, actor: Actor, account_id: int, name: str, part: Part, title: str | None, now: datetime
) -> int:
    """Add somebody at the customer; returns the id, also of one who is there under this name and part already."""
    account = account_of(session, account_id)
    must_write(session, actor, account)
    clean = " ".join(name.split())
    if not clean:
        raise Refused("Give the person's name.", "name")
    table = schema.person
    known = select(table.c.id).where(
        table.c.account_id == account_id, table.c.name == clean, table.c.part == part, table.c.left_on.is_(None)
    )
    already = session.execute(known).scalars().first()
    if already is not None:
        return int(already)
    values: dict[str, Any] = {
        "account_id": account_id,
        "name": clean,
        "part": part,
        "title": (title or "").strip() or None,
    }
    return ledger.add(session, actor.author, table, now, **values)


def person_left(session: Session, actor: Actor, person_id: int, left_on: date, now: datetime) -> None:
    """Somebody left the customer; what they attested counts for less from that day on."""
    row = session.execute(select(schema.person.c.account_id).where(schema.person.c.id == person_id)).one_or_none()
    if row is None:
        raise Refused("That person is not on the list any more. Open the plan again.")
    must_write(session, actor, account_of(session, row.account_id))
    ledger.change(session, actor.author, schema.person, person_id, now, left_on=left_on)


def add_outcome(session: Session, actor: Actor, new: NewOutcome, now: datetime) -> int:
    """Write down an outcome; returns its id."""
    account = account_of(session, new.account_id)
    must_write(session, actor, account)
    title = new.title.strip()
    if not title:
        raise Refused("Write what success is, in the customer's own words.", "title")
    numeric = bool((new.metric or "").strip())
    if numeric and new.direction is None:
        raise Refused("Say whether the number must go up, down or stay within a band.", "direction")
    values: dict[str, Any] = {name: getattr(new, name) for name in _AS_TYPED}
    numbers: dict[str, Any] = {
        name: _number(getattr(new, name), name) for name in ("baseline", "target", "band_low", "band_high")
    }
    kind = OutcomeKind.NUMERIC if numeric else OutcomeKind.STATEMENT
    return ledger.add(
        session,
        actor.author,
        schema.outcome,
        now,
        account_id=account.id,
        title=title,
        kind=kind,
        metric=(new.metric or "").strip() or None,
        **values,
        **numbers,
    )


def _must_be_new(session: Session, actor: Actor, name: str) -> None:
    slug = naming.slug(name)[:72]
    table = schema.account
    known = select(table.c.name).where(table.c.workspace_id == actor.workspace_id, table.c.slug == slug)
    existing = session.execute(known).scalar_one_or_none()
    if existing is not None:
        raise Refused(
            f"{existing} is here already. Type /proof {slug} to see it, or give the new one another name.", "name"
        )


def _portfolio(session: Session, actor: Actor, portfolio_id: int | None) -> Portfolio | None:
    known = portfolios.of_workspace(session, actor.workspace_id)
    if portfolio_id is not None:
        return next((p for p in known if p.id == portfolio_id), None)
    return known[0] if len(known) == 1 else None


def _minor(typed: str, currency: str) -> int | None:
    if not typed.strip():
        return None
    amount = money.parse(typed, currency)
    if amount is None or amount.minor < 0:
        raise Refused("Write the yearly amount as a number, such as 8,400.", "arr")
    return amount.minor


def _number(typed: str | None, field: str) -> Decimal | None:
    if not (typed or "").strip():
        return None
    value = decimal_of(typed or "")
    if value is None:
        raise Refused("Write a number, such as 12.5.", field)
    return value
