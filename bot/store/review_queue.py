"""Which accounts are due to be reviewed, and when each is looked at next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.store import serving
from bot.store.entities import Entity
from bot.store.schema import account, account_due
from bot.store.set_aside import not_resting

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every moment at which the clock asks: due now, whatever the time is."""


def forget_summaries_of(session: Session, workspace_id: int) -> None:
    """Mark every stored account summary of a workspace as out of date, because a name in it may have changed."""
    ours = select(account.c.id).where(account.c.workspace_id == workspace_id)
    session.execute(update(account_due).where(account_due.c.account_id.in_(ours)).values(brief_until=None))


def look_soon_at_those_of(session: Session, workspace_id: int, owner_id: int) -> None:
    """Ask for all accounts that a member owns to be looked at at once; their summaries are out of date."""
    theirs = (account.c.workspace_id == workspace_id) & (account.c.owner_id == owner_id)
    ours = account_due.c.account_id.in_(select(account.c.id).where(theirs))
    # In the order of the ids, as everybody who locks several of these rows does, so that nobody deadlocks.
    session.execute(select(account_due.c.account_id).where(ours).order_by(account_due.c.account_id).with_for_update())
    session.execute(update(account_due).where(ours).values(look_at=_LONG_AGO, brief_until=None))


def claim_due_accounts(session: Session, job: str, now: datetime, limit: int) -> tuple[int, list[int]] | None:
    """Accounts of one portfolio that are due to be looked at, largest ARR first, locked for this transaction.

    As workspace id and account ids; None when nothing is due.

    One portfolio at a time, so that its worst news is chosen among all of its news. What another replica looks at, or
    a person changes just now, is skipped, and so is what `job` has set aside until later.
    """
    due = (account_due.c.look_at <= now) & not_resting(job, Entity.ACCOUNT, account_due.c.account_id, now)
    joined = account_due.join(account, account.c.id == account_due.c.account_id)
    free: dict[str, Any] = {"of": [account_due, account], "skip_locked": True, "key_share": True}
    served = serving.is_served(session, account.c.workspace_id)
    waiting = select(account.c.workspace_id, account.c.portfolio_id).select_from(joined).where(due, served)
    oldest = waiting.order_by(account_due.c.look_at).limit(1).with_for_update(**free)
    first = session.execute(oldest).one_or_none()
    if first is None:
        return None
    ours = (account.c.workspace_id == first.workspace_id) & (account.c.portfolio_id == first.portfolio_id)
    together = select(account_due.c.account_id).select_from(joined).where(due, ours)
    worth_most = together.order_by(account.c.arr_minor.desc().nulls_last(), account.c.id).limit(limit)
    return first.workspace_id, list(session.execute(worth_most.with_for_update(**free)).scalars())


def look_again(session: Session, moments: Mapping[int, datetime]) -> None:
    """Set when each of these accounts is to be looked at next."""
    # within: the caller holds these accounts by claim_due_accounts
    rows = [{"of": account_id, "at": at} for account_id, at in moments.items()]
    if rows:
        statement = update(account_due).where(account_due.c.account_id == bindparam("of"))
        session.connection().execute(statement.values(look_at=bindparam("at")), rows)


def look_soon(session: Session, workspace_id: int, portfolio_id: int, now: datetime) -> None:
    """Ask for all accounts of a portfolio to be looked at as of `now`."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours = account_due.c.account_id.in_(select(account.c.id).where(inside))
    # In the order of the ids, as everybody who locks several of these rows does, so that nobody deadlocks.
    session.execute(select(account_due.c.account_id).where(ours).order_by(account_due.c.account_id).with_for_update())
    session.execute(update(account_due).where(ours).values(look_at=now))
