"""Risks as rows: which accounts to look at, what was told to whom already, and who has what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, true, update
from sqlalchemy.orm import Session

from bot.domain.model import Account, Risk
from bot.store.delivery import outbox
from bot.store.schema import account, account_due, history, risk

_COLUMNS = [risk.c[field.name] for field in fields(Risk)]


@dataclass(frozen=True, slots=True)
class Note:
    """One line of a risk's timeline: what was set, by whom and why, as history keeps it."""

    id: int
    at: datetime
    member_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    why: str | None


def by_id(session: Session, risk_id: int) -> Risk | None:
    row = session.execute(select(*_COLUMNS).where(risk.c.id == risk_id)).one_or_none()
    return None if row is None else Risk(*row)


def by_ids(session: Session, risk_ids: Iterable[int]) -> list[Risk]:
    """These risks, the worst first."""
    statement = select(*_COLUMNS).where(risk.c.id.in_(set(risk_ids)))
    return [Risk(*row) for row in session.execute(statement.order_by(risk.c.severity.desc(), risk.c.id))]


def remind_manager_at(session: Session, risk_id: int) -> datetime | None:
    """When the manager is to hear of a risk that nobody has taken."""
    return session.execute(select(risk.c.remind_manager_at).where(risk.c.id == risk_id)).scalar_one_or_none()


def same_open(session: Session, closed: Risk) -> bool:
    """Whether the same danger is open under another risk."""
    statement = select(risk.c.id).where(
        risk.c.account_id == closed.account_id,
        risk.c.kind == closed.kind,
        risk.c.subject == closed.subject,
        risk.c.closed_at.is_(None),
        risk.c.id != closed.id,
    )
    return session.execute(statement.limit(1)).first() is not None


def claim_due_accounts(session: Session, now: datetime, limit: int) -> list[int]:
    """Accounts of one portfolio that are due to be looked at, largest ARR first, locked for this transaction.

    One portfolio at a time, so that its worst news is chosen among all of its news. What another replica looks at, or
    a person changes just now, is skipped.
    """
    due = account_due.c.look_at <= now
    joined = account_due.join(account, account.c.id == account_due.c.account_id)
    free: dict[str, Any] = {"of": [account_due, account], "skip_locked": True, "key_share": True}
    waiting = select(account.c.workspace_id, account.c.portfolio_id).select_from(joined).where(due)
    oldest = waiting.order_by(account_due.c.look_at).limit(1).with_for_update(**free)
    first = session.execute(oldest).one_or_none()
    if first is None:
        return []
    ours = (account.c.workspace_id == first.workspace_id) & (account.c.portfolio_id == first.portfolio_id)
    together = select(account_due.c.account_id).select_from(joined).where(due, ours)
    worth_most = together.order_by(account.c.arr_minor.desc().nulls_last(), account.c.id).limit(limit)
    return list(session.execute(worth_most.with_for_update(**free)).scalars())


def look_again(session: Session, moments: Mapping[int, datetime]) -> None:
    """Set when each of these accounts is to be looked at next."""
    rows = [{"of": account_id, "at": at} for account_id, at in moments.items()]
    if rows:
        statement = update(account_due).where(account_due.c.account_id == bindparam("of"))
        session.connection().execute(statement.values(look_at=bindparam("at")), rows)


def look_soon(session: Session, portfolio_id: int, now: datetime) -> None:
    """Ask for all accounts of a portfolio to be looked at as of `now`."""
    ours = account_due.c.account_id.in_(select(account.c.id).where(account.c.portfolio_id == portfolio_id))
    # In the order of the ids, as everybody who locks several of these rows does, so that nobody deadlocks.
    session.execute(select(account_due.c.account_id).where(ours).order_by(account_due.c.account_id).with_for_update())
    session.execute(update(account_due).where(ours).values(look_at=now))


def told(session: Session, workspace_id: int, risk_ids: Iterable[int]) -> set[int]:
    """Which of these risks have a message of their own."""
    keys = {f"risk:{risk_id}": risk_id for risk_id in risk_ids}
    statement = select(outbox.c.key).where(outbox.c.workspace_id == workspace_id, outbox.c.key.in_(keys))
    return {keys[key] for key in session.execute(statement).scalars()}


def opened_between(
    session: Session, portfolio_id: int | None, owner_id: int | None, begins: datetime, ends: datetime
) -> list[Risk]:
    """The risks opened from `begins` to before `ends` in a portfolio (or outside of all), the worst first.

    With `owner_id` only those of this owner's accounts.
    """
    joined = risk.join(account, account.c.id == risk.c.account_id)
    ours = account.c.portfolio_id == portfolio_id
    theirs = true() if owner_id is None else account.c.owner_id == owner_id
    statement = select(*_COLUMNS).select_from(joined)
    found = statement.where(ours, theirs, risk.c.opened_at >= begins, risk.c.opened_at < ends)
    by_weight = (risk.c.severity.desc(), account.c.arr_minor.desc().nulls_last(), risk.c.id)
    return [Risk(*row) for row in session.execute(found.order_by(*by_weight))]


def accounts_by_ids(session: Session, account_ids: Iterable[int]) -> dict[int, Account]:
    """These accounts by their ids, in one query."""
    columns = [account.c[field.name] for field in fields(Account)]
    rows = session.execute(select(*columns).where(account.c.id.in_(set(account_ids))))
    return {row.id: Account(*row) for row in rows}


def unclaimed(session: Session, now: datetime, limit: int) -> list[tuple[Risk, datetime]]:
    """Risks of one portfolio that nobody took in time, with the moment when that was; the longest waiting first."""
    joined = risk.join(account, account.c.id == risk.c.account_id)
    due = risk.c.remind_manager_at <= now
    oldest = select(account.c.portfolio_id).select_from(joined).where(due).order_by(risk.c.remind_manager_at).limit(1)
    first = session.execute(oldest).one_or_none()
    if first is None:
        return []
    together = select(*_COLUMNS, risk.c.remind_manager_at).select_from(joined)
    ours = together.where(due, account.c.portfolio_id == first.portfolio_id)
    rows = session.execute(ours.order_by(risk.c.severity.desc(), risk.c.id).limit(limit))
    return [(Risk(*row[:-1]), row[-1]) for row in rows]


def notes(session: Session, of: Risk) -> list[Note]:
    """The timeline of a risk, oldest first."""
    return [Note(*row) for row in session.execute(_notes(of).order_by(history.c.id))]


def last_note_id(session: Session, of: Risk) -> int:
    """The id of the newest line of a risk's timeline."""
    newest = select(func.max(history.c.id)).where(
        history.c.account_id == of.account_id, history.c.entity == "risk", history.c.entity_id == of.id
    )
    return int(session.execute(newest).scalar_one())


def note_by_id(session: Session, of: Risk, note_id: int) -> Note | None:
    row = session.execute(_notes(of).where(history.c.id == note_id)).one_or_none()
    return None if row is None else Note(*row)


def _notes(of: Risk) -> Select[Any]:
    columns = [history.c[field.name] for field in fields(Note)]
    return select(*columns).where(
        history.c.account_id == of.account_id, history.c.entity == "risk", history.c.entity_id == of.id
    )
