"""Reads calls on renewals and recorded results of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.account.renewals import SIGNED
from bot.domain.enums import RenewalResult
from bot.domain.model import Call, Result
from bot.store.bulk import pages
from bot.store.entities import Entity
from bot.store.schema import account, renewal_call, renewal_result

_CALL = [renewal_call.c[field.name] for field in fields(Call)]
_RESULT = [renewal_result.c[field.name] for field in fields(Result)]


def calls_of(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, list[Call]]:
    """The calls on these accounts of a workspace, by account, the oldest first."""
    ours = renewal_call.c.account_id.in_(account_ids) & Entity.RENEWAL_CALL.in_workspace(workspace_id)
    calls: dict[int, list[Call]] = {}
    for row in session.execute(select(*_CALL).where(ours).order_by(renewal_call.c.id)):
        calls.setdefault(row.account_id, []).append(Call(*row))
    return calls


def results_of(session: Session, workspace_id: int, account_id: int) -> list[Result]:
    """What was recorded of the renewals of an account, the oldest first; those that were refused as well."""
    ours = (renewal_result.c.account_id == account_id) & Entity.RENEWAL_RESULT.in_workspace(workspace_id)
    return [Result(*row) for row in session.execute(select(*_RESULT).where(ours).order_by(renewal_result.c.id))]


def result(session: Session, workspace_id: int, result_id: int) -> Result | None:
    """One recorded result; None where this workspace has none of this id."""
    ours = (renewal_result.c.id == result_id) & Entity.RENEWAL_RESULT.in_workspace(workspace_id)
    row = session.execute(select(*_RESULT).where(ours)).one_or_none()
    return None if row is None else Result(*row)


def left(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, Result]:
    """How those of these accounts that left did so, as it was recorded last and not refused."""
    is_left = (renewal_result.c.result == RenewalResult.LEFT) & renewal_result.c.refused_at.is_(None)
    found: dict[int, Result] = {}
    for ids in pages(account_ids):
        ours = renewal_result.c.account_id.in_(ids) & Entity.RENEWAL_RESULT.in_workspace(workspace_id)
        rows = session.execute(select(*_RESULT).where(ours, is_left).order_by(renewal_result.c.id))
        found |= {row.account_id: Result(*row) for row in rows}
    return found


def unconfirmed(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, Result]:
    """The newest result of each of these accounts, if it is a renewal that nobody has confirmed."""
    ours = renewal_result.c.account_id.in_(account_ids) & Entity.RENEWAL_RESULT.in_workspace(workspace_id)
    stands = renewal_result.c.refused_at.is_(None) & (renewal_result.c.result != RenewalResult.STILL_OPEN)
    rows = session.execute(select(*_RESULT).where(ours, stands).order_by(renewal_result.c.id))
    newest = {row.account_id: Result(*row) for row in rows}
    return {account_id: one for account_id, one in newest.items() if one.result in SIGNED and one.confirmed_by is None}


def recorded_since(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime, until: datetime
) -> list[Result]:
    """What was recorded about a portfolio's accounts after one moment, up to another, and not refused."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    between = (renewal_result.c.recorded_at > since) & (renewal_result.c.recorded_at <= until)
    joined = select(*_RESULT).join(account, account.c.id == renewal_result.c.account_id)
    rows = session.execute(joined.where(inside, between, renewal_result.c.refused_at.is_(None)))
    return sorted((Result(*row) for row in rows), key=lambda one: one.id)
