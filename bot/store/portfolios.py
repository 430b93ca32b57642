"""Portfolios as rows: by id, by manager, by owner, and the accounts that belong to none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus
from bot.store import serving
from bot.store.entities import Entity
from bot.store.schema import account, member, portfolio
from bot.store.set_aside import Unit, not_resting

CHANNELS = ("channel", "product_channel", "go_to_market_channel")
"""The columns that name a channel; since when Slack refuses one stands in the column of that name and `_lost_at`."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Accounts that share a manager, a manager channel and a digest time; times are wall clock in `tz`.

    `digest_weekday` counts from Monday as 0. The bands are the ARR from which a tier begins, in `band_currency`;
    `other_bands_minor` has those of further currencies, `default_series` the rhythm of meetings by tier, as text.
    `…_lost_at` says since when Slack refuses a channel.
    """

    id: int
    workspace_id: int
    name: str
    channel: str | None
    manager_id: int | None
    digest_weekday: int
    digest_time: str
    tz: str
    next_digest_at: datetime | None
    product_channel: str | None
    go_to_market_channel: str | None
    band_currency: str | None
    high_touch_from_minor: int | None
    low_touch_from_minor: int | None
    high_touch_load: int | None
    low_touch_load: int | None
    channel_lost_at: datetime | None
    product_channel_lost_at: datetime | None
    go_to_market_channel_lost_at: datetime | None
    high_touch_load_minor: int | None = None
    low_touch_load_minor: int | None = None
    other_bands_minor: str | None = None
    default_series: str | None = None

    @property
    def lost_channels(self) -> tuple[str, ...]:
        """The channels that Slack refuses, each once."""
        channels = [getattr(self, use) for use in CHANNELS if getattr(self, f"{use}_lost_at")]
        return tuple(dict.fromkeys(channel for channel in channels if channel))


_COLUMNS = [portfolio.c[field.name] for field in fields(Portfolio)]
_IN_WORKSPACE = select(*_COLUMNS).where(
    portfolio.c.id == bindparam("wanted"), portfolio.c.workspace_id == bindparam("workspace")
)


def in_workspace(session: Session, workspace_id: int, portfolio_id: int | None) -> Portfolio | None:
    """The portfolio with this id; None where this workspace has none."""
    if portfolio_id is None:
        return None
    row = session.execute(_IN_WORKSPACE, {"wanted": portfolio_id, "workspace": workspace_id}).one_or_none()
    return None if row is None else Portfolio(*row)


def by_name(session: Session, workspace_id: int, name: str) -> Portfolio | None:
    """The portfolio with this name, whatever its case."""
    same = func.lower(portfolio.c.name) == name.strip().lower()
    return _one(session, workspace_id, same)


def managers(session: Session, workspace_ids: Iterable[int], portfolio_ids: Iterable[int]) -> dict[int, int | None]:
    """The member who manages each of these portfolios of these workspaces."""
    ours = portfolio.c.workspace_id.in_(set(workspace_ids)) & portfolio.c.id.in_(set(portfolio_ids))
    statement = select(portfolio.c.id, portfolio.c.manager_id).where(ours)
    return {row.id: row.manager_id for row in session.execute(statement)}


def of_workspace(session: Session, workspace_id: int) -> list[Portfolio]:
    """All portfolios of a workspace, by name."""
    return _many(session, workspace_id)


def of_manager(session: Session, workspace_id: int, member_id: int) -> list[Portfolio]:
    return _many(session, workspace_id, portfolio.c.manager_id == member_id)


def of_owner(session: Session, workspace_id: int, member_id: int) -> list[Portfolio]:
    """The portfolios in which this member owns or deputises a customer."""
    is_theirs = (account.c.owner_id == member_id) | (account.c.deputy_id == member_id)
    ours = (account.c.workspace_id == workspace_id) & (account.c.status == AccountStatus.CUSTOMER)
    portfolio_ids = select(account.c.portfolio_id).where(ours, is_theirs)
    return _many(session, workspace_id, portfolio.c.id.in_(portfolio_ids))


def lock_name(session: Session, workspace_id: int, name: str) -> None:
    """Hold a name until the transaction ends, so that of two who set up a portfolio of this name one finds the other's.

    SQLite has one writer at a time and needs none.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = f"portfolio:{workspace_id}:{name.strip().lower()}"
        # within: this reads no table
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def lock(session: Session, portfolio_ids: Iterable[int]) -> None:
    """Hold these portfolios until the transaction ends, so that replicas count what they send one after another.

    SQLite has one writer at a time and needs none.
    """
    ours = serving.is_served(session, portfolio.c.workspace_id) & portfolio.c.id.in_(set(portfolio_ids))
    rows = select(portfolio.c.id).where(ours).order_by(portfolio.c.id)
    session.execute(rows.with_for_update(key_share=True)).all()


def next_due_digest(session: Session, job: str, now: datetime) -> Unit | None:
    """One portfolio whose digest is due and that `job` has not set aside, the longest waiting first.

    Who opens it calls `move_digest`, which only one can.
    """
    served = serving.is_served(session, portfolio.c.workspace_id)
    due = served & (portfolio.c.next_digest_at <= now) & not_resting(job, Entity.PORTFOLIO, portfolio.c.id, now)
    columns = portfolio.c.workspace_id, portfolio.c.id
    row = session.execute(select(*columns).where(due).order_by(portfolio.c.next_digest_at).limit(1)).one_or_none()
    return None if row is None else Unit(row.workspace_id, Entity.PORTFOLIO, row.id)


def move_digest(session: Session, due: Portfolio, next_digest_at: datetime) -> bool:
    """Set the next digest's moment, unless another replica has: the row count is the lock."""
    ours = (portfolio.c.workspace_id == due.workspace_id) & (portfolio.c.id == due.id)
    unmoved = ours & (portfolio.c.next_digest_at == due.next_digest_at)
    moved = session.connection().execute(update(portfolio).where(unmoved).values(next_digest_at=next_digest_at))
    return bool(moved.rowcount == 1)


def unassigned(session: Session, workspace_id: int) -> list[tuple[int, int | None]]:
    """The customers that belong to no portfolio, as pairs of account id and owner id."""
    statement = select(account.c.id, account.c.owner_id).where(
        account.c.workspace_id == workspace_id,
        account.c.portfolio_id.is_(None),
        account.c.status == AccountStatus.CUSTOMER,
    )
    return [(row.id, row.owner_id) for row in session.execute(statement.order_by(account.c.id))]


def owners_outside(session: Session, inside: Portfolio) -> set[int]:
    """The members who own customers in other portfolios of the workspace, and none in this one."""
    columns = account.c.owner_id, account.c.portfolio_id
    statement = (
        select(*columns)
        .distinct()
        .where(
            account.c.workspace_id == inside.workspace_id,
            account.c.portfolio_id.is_not(None),
            account.c.owner_id.is_not(None),
            account.c.status == AccountStatus.CUSTOMER,
        )
    )
    pairs = session.execute(statement).all()
    inside_owners = {row.owner_id for row in pairs if row.portfolio_id == inside.id}
    return {row.owner_id for row in pairs} - inside_owners


def count_accounts(session: Session, workspace_id: int, portfolio_id: int) -> int:
    """How many customers belong to a portfolio."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours = inside & (account.c.status == AccountStatus.CUSTOMER)
    return session.execute(select(func.count()).select_from(account).where(ours)).scalar_one()


def customers_by_currency(session: Session, workspace_id: int, portfolio_id: int) -> list[tuple[str, int]]:
    """How many customers of a portfolio pay in each currency, the most first, without those with a tier set by hand."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours = inside & (account.c.status == AccountStatus.CUSTOMER) & account.c.taken_back_at.is_(None)
    paying = account.c.tier_reason.is_(None) & account.c.arr_minor.is_not(None) & account.c.currency.is_not(None)
    counted = select(account.c.currency, func.count()).where(ours, paying).group_by(account.c.currency)
    return [tuple(row) for row in session.execute(counted.order_by(func.count().desc(), account.c.currency))]


def mentions(session: Session, workspace_id: int, member_ids: Iterable[int | None]) -> dict[int, str]:
    """How a message names these members: their Slack id, or their name while Slack does not know them."""
    ids = {member_id for member_id in member_ids if member_id is not None}
    ours = (member.c.workspace_id == workspace_id) & member.c.id.in_(ids)
    statement = select(member.c.id, member.c.slack_id, member.c.name).where(ours)
    return {row.id: row.slack_id or row.name for row in session.execute(statement)}


def _select(workspace_id: int, *conditions: ColumnElement[bool]) -> Select[Any]:
    there = (portfolio.c.workspace_id == workspace_id) & portfolio.c.taken_back_at.is_(None)
    ours = select(*_COLUMNS).where(there, *conditions)
    return ours.order_by(func.lower(portfolio.c.name), portfolio.c.id)


def _many(session: Session, workspace_id: int, *conditions: ColumnElement[bool]) -> list[Portfolio]:
    return [Portfolio(*row) for row in session.execute(_select(workspace_id, *conditions))]


def _one(session: Session, workspace_id: int, condition: ColumnElement[bool]) -> Portfolio | None:
    row = session.execute(_select(workspace_id, condition).limit(1)).one_or_none()
    return None if row is None else Portfolio(*row)
